"""What is kept of a fit for later readers, and forms of the trend weighed together.

Invariant: nothing is sampled here, so what was fitted in hours is told in a second.
"""
