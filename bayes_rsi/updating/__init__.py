"""New evidence after a fit: reweight its draws where that can be relied on, refit where it cannot.

Invariant: nothing is reweighted whose k-hat is above the limit, and the user is told which it was.
"""
