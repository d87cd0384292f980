"""How good forecasts were: scores of samples and of probabilities, calibration, comparison."""
