"""The statistical model, in PyMC: builds models, samples nothing."""
