"""Inference: the only room with dice and clock."""
