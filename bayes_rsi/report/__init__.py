"""From a forecast to a person: text, a figure, a document, files.

Invariant: nothing is estimated here; every number shown comes from a forecast or a comparison.
"""
