"""The command line: arguments to one call each.

Invariant: a command checks everything it is given before the first expensive step; what is wrong
with the input ends with one message, exit code 2 and nothing written.
"""

from bayes_rsi.cli.app import main

__all__ = ["main"]
