"""The prospective record: forecasts put down before, and scored when the figures have come."""
