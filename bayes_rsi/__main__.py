"""`python -m bayes_rsi` is `bayes-rsi`.

Invariant: nothing here but the call; nobody imports this room.
"""

from bayes_rsi.cli import main

if __name__ == "__main__":
    main()
