"""The examples of docstrings run and print what they say.

Those that begin with a fit or a forecast are given one that was made by hand. What is marked to be
skipped needs a sampled fit, a cluster, or a folder of the user's.
"""

from __future__ import annotations

import doctest
import importlib
import pkgutil
import re

import handmade
import numpy as np
import pandas as pd
import pytest

import bayes_rsi
from bayes_rsi.cards import load_card

FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
MODULES = ["bayes_rsi", *(m.name for m in pkgutil.walk_packages(bayes_rsi.__path__, "bayes_rsi."))]


@pytest.fixture(scope="module")
def given_names():
    """Give the names that examples may use beside those of their module."""
    fit = handmade.whole_fit()
    made = {"fit": fit, "forecast": bayes_rsi.forecast(fit), "card": load_card("baseline")}
    return {"rsi": bayes_rsi, "np": np, "pd": pd} | made


def failures(examples, names):
    """Give what went wrong in the examples of one docstring, as text."""
    examples.globs = {**names, **examples.globs}
    told: list[str] = []
    doctest.DocTestRunner(optionflags=FLAGS, verbose=False).run(examples, out=told.append)
    return "".join(told)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_a_module_print_what_they_say(name, given_names, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = doctest.DocTestFinder(exclude_empty=True).find(importlib.import_module(name))
    assert "".join(failures(item, given_names) for item in found if item.examples) == ""


def test_an_example_that_prints_something_else_is_found_out():
    wrong = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "wrong", None, 0)
    assert re.search(r"Expected:\s+3\s+Got:\s+2", failures(wrong, {}))
