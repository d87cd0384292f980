"""Checks of the whole: simulated worlds, the backtest, the record of registered forecasts."""
