"""What every test runs under: hypothesis without deadlines, figures without a screen."""

import os

from hypothesis import settings

# Set before anything imports matplotlib, and inherited by the subprocesses of tests.
os.environ["MPLBACKEND"] = "Agg"

# No deadline: the first call of a compiled function may take seconds. CI draws the same
# examples every time, so that a red run can be repeated; at home each run draws new ones.
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.register_profile("home", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "home")
