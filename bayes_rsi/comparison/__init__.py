"""Our forecast beside other people's, and beside our own with other evidence.

Invariant: only published forecasts of `data/forecasts.csv` known by the as-of date are compared.
"""
