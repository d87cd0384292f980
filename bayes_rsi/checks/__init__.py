"""Checks of the whole: worlds whose truth is known, and what a fit makes of them."""
