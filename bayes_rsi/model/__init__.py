"""The statistical model. The only room with PyMC code; builds models, samples nothing."""
