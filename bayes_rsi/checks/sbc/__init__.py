"""Simulation-based calibration: the sampler must find what the model itself has drawn."""
