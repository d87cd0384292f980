"""Inference: samplers, gates, and stored fits."""
