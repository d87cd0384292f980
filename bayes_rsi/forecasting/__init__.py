"""The future: draws of the frontier and of the date of each event, and what they add up to.

Invariant: nothing here samples a posterior or imports what does (tests/test_house.py).
"""
