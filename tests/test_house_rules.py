"""Every rule of the house is shown to fail on something wrong and to pass what is right."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path

import house_rules as rules
import pytest
from house_rules import Import, Room

PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"
CHECKS = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["tool"]["numpydoc_validation"][
    "checks"
]


def test_differences_are_seen_both_ways():
    assert rules.differences({"a", "b"}, {"b", "c"}, "room") == [
        "room a: in ARCHITECTURE.md, not on disk",
        "room c: on disk, not in ARCHITECTURE.md",
    ]


def test_the_tables_of_a_page_are_read():
    page = (
        "Words.\n\n| folder | holds |\n|---|---|\n| `x/` | things |\n\nMore words.\n\n"
        "| room | what it does | may import | third-party |\n|---|---|---|---|\n"
        "| `low` | one | - | `numpy` `pandas` |\n| `high` | two | `low` | - |\n"
        "| `top` | three | everything | - |\n\nEnd.\n"
    )
    assert rules.folders_of(page) == {"x"}
    assert rules.rooms_of(page) == {
        "low": Room("low", frozenset(), frozenset({"numpy", "pandas"})),
        "high": Room("high", frozenset({"low"}), frozenset()),
        "top": Room("top", frozenset({"everything"}), frozenset()),
    }


@pytest.mark.parametrize(
    ("module", "code", "complaint"),
    [
        ("low.part", "from bayes_rsi.high import thing", "may not import bayes_rsi.high"),
        ("low.part", "from bayes_rsi import high", "may not import bayes_rsi.high"),
        ("low.part", "from ..high import thing", "may not import bayes_rsi.high"),
        ("low", "from .. import high", "may not import"),
        ("cli", "import bayes_rsi.__main__", "may not import bayes_rsi.__main__"),
        ("low.part", "import bayes_rsi", "may not import bayes_rsi"),
        ("low.part", "import pymc.math", "may not import pymc"),
        ("low.part", "if True:\n    import pymc", "may not import pymc"),
        ("high", "def f():\n    from bayes_rsi.low import g", "inside a function"),
        ("attic", "import os", "no such room"),
        ("", "import numpy", "may not import numpy"),
    ],
)
def test_a_wrong_import_is_seen(module, code, complaint):
    problems = wrong_imports(module, code)
    assert len(problems) == 1
    assert complaint in problems[0]


@pytest.mark.parametrize(
    ("module", "code"),
    [
        ("low.part", "import os\nimport numpy as np\nfrom bayes_rsi.low.other import x"),
        ("low", "from .part import x"),
        ("high", "from bayes_rsi.low.part import x\nfrom bayes_rsi import low"),
        ("narrow", "from bayes_rsi.low.part import x"),
        ("cli", "def main():\n    from bayes_rsi.high import x\n    import bayes_rsi"),
        ("", "def __getattr__(name):\n    from bayes_rsi.high import x"),
    ],
)
def test_a_right_import_is_let_pass(module, code):
    assert not wrong_imports(module, code)


def test_one_module_of_a_room_can_be_allowed_alone():
    problems = wrong_imports("narrow", "from bayes_rsi.low.other import x")
    assert len(problems) == 1


def wrong_imports(module: str, code: str) -> list[str]:
    rooms = {
        "low": Room("low", frozenset(), frozenset({"numpy"})),
        "high": Room("high", frozenset({"low"}), frozenset({"pymc"})),
        "narrow": Room("narrow", frozenset({"low.part"}), frozenset()),
        "cli": Room("cli", frozenset({"everything"}), frozenset()),
    }
    modules = ["", "low", "low.part", "low.other", "high", "narrow", "cli", "__main__"]
    return rules.import_problems(module, rules.imports(ast.parse(code), module, modules), rooms)


def test_a_cycle_is_found():
    assert rules.cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]
    assert rules.cycle({"a": {"b", "c"}, "b": {"c"}, "c": set()}) == []


def test_an_import_knows_whether_it_is_inside_a_function():
    code = "import a\nclass C:\n    import b\n    def f(self):\n        import c"
    assert rules.imports(ast.parse(code), "low", ["low"]) == [
        Import(1, "a", inside_function=False),
        Import(3, "b", inside_function=False),
        Import(5, "c", inside_function=True),
    ]


def test_a_room_above_a_heavy_one_is_not_light():
    rooms = {
        "low": Room("low", frozenset(), frozenset({"numpy"})),
        "mid": Room("mid", frozenset({"low"}), frozenset({"pymc"})),
        "top": Room("top", frozenset({"mid"}), frozenset()),
    }
    assert rules.light_rooms(rooms, ["pymc"]) == ["low"]


def test_a_long_module_is_seen():
    assert rules.length_problems("m", "x = 1\n" * 401)
    assert not rules.length_problems("m", "x = 1\n" * 400)


@pytest.mark.parametrize(
    "decorator", ["dataclass", "dataclass(slots=True)", "dataclasses.dataclass"]
)
def test_a_dataclass_that_thaws_is_seen(decorator):
    code = "@{}\nclass C:\n    x: int"
    assert rules.dataclass_problems("m", ast.parse(code.format(decorator)))
    assert not rules.dataclass_problems("m", ast.parse(code.format("dataclass(frozen=True)")))


GOOD = '''"""A module."""
class C:
    """A class.

    Attributes
    ----------
    x : int
        A field.
    """

    x: int
    _y: int = 0

    @property
    def z(self):
        """Twice the field."""
        return 2 * self.x

    def _private(self):
        pass


def f(a, *, b=1):
    """Add.

    Parameters
    ----------
    a : int
        One.
    b : int
        Other.

    Returns
    -------
    int
        Sum.
    """
    return a + b


@app.command("show")
def command(a):
    """Show a thing."""
    return 3
'''


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"""A module."""', "", "the module has no docstring"),
        ('    """Show a thing."""', "", "GL08"),
        ("    x : int\n        A field.", "    q : int\n        A field.", "PR01"),
        ("    b : int\n        Other.\n", "", "PR01"),
        ("        Other.", "        Other.\n    c : int\n        Third.", "PR02"),
        ("        Other.\n", "", "PR07"),
        ("    Returns\n    -------\n    int\n        Sum.\n", "", "RT01"),
        ("Add.", "add.", "SS02"),
        ("Add.", "Add", "SS03"),
        ("Parameters\n    ----------\n    a", "Arguments\n    ---------\n    a", "PR01"),
        ('"""Twice the field."""', "pass", "GL08"),
    ],
)
def test_a_wrong_docstring_is_seen(tmp_path, old, new, complaint):
    assert GOOD.count(old) == 1
    assert any(complaint in text for text in docstring_findings(tmp_path, GOOD.replace(old, new)))


def test_a_right_docstring_is_let_pass(tmp_path):
    assert not docstring_findings(tmp_path, GOOD)


def docstring_findings(folder: Path, code: str) -> list[str]:
    path = folder / "m.py"
    path.write_text(code, encoding="utf-8")
    return rules.docstring_problems(path, ast.parse(code), CHECKS)


def test_a_forbidden_word_is_seen(tmp_path):
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_text("nothing", encoding="utf-8")
    bad.write_text(f"see {rules.REGISTRIES[0]}", encoding="utf-8")
    assert rules.words_in_files([good, bad], rules.REGISTRIES) == [
        f"{bad}: holds {rules.REGISTRIES[0]}"
    ]


def test_a_stale_lock_is_seen():
    lock = "numpy==2.2.0 ; python_version < '4' \\\n    --hash=sha256:0\n"
    assert rules.lock_problems(["numpy>=2.2", "numpy>=3", "pandas"], lock) == ["numpy>=3", "pandas"]
