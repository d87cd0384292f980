"""The house is as ARCHITECTURE.md says; `test_house_rules.py` shows that each rule can fail."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterable
from pathlib import Path

import house_rules as rules
import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / rules.PACKAGE
PAGE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")
CHECKS = PROJECT["tool"]["numpydoc_validation"]["checks"]
DIST_INFO = f"{rules.PACKAGE}-{PROJECT['project']['version']}.dist-info"
ROOMS = rules.rooms_of(PAGE)
SOURCES = {
    rules.module_name(path.relative_to(PACKAGE)): path for path in sorted(PACKAGE.rglob("*.py"))
}
TREES = {
    name: ast.parse(path.read_text(encoding="utf-8"), str(path)) for name, path in SOURCES.items()
}

# Packages that take seconds to import.
HEAVY = ("pymc", "pytensor", "nutpie", "arviz", "matplotlib", "numba")
# Rooms that stay free of them, whatever the page says.
LIGHT = (
    "names",
    "units",
    "errors",
    "tags",
    "transitions",
    "cards",
    "posterior",
    "evidence",
    "forecasting",
    "comparison",
    "pooling",
    "score",
)
# The front door and the command line start in a fraction of a second: not even these.
SLOW = (*HEAVY, "scipy", "xarray", "pandas")


def repository_files() -> list[Path]:
    """Files that are, or would be, in the repository."""
    git = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if git.returncode == 0 and git.stdout:
        paths = [ROOT / name for name in git.stdout.split("\0") if name]
    else:  # an unpacked source archive
        hidden = {".venv", ".tools", ".pytest_cache", ".ruff_cache", ".mypy_cache", ".hypothesis"}
        paths = [p for p in ROOT.rglob("*") if not hidden & set(p.relative_to(ROOT).parts)]
    return [p for p in paths if p.is_file() and "__pycache__" not in p.parts]


def python(code: str) -> str:
    """What a fresh Python prints for `code`; its error if it fails."""
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def loaded_after(imports: list[str], watched: tuple[str, ...]) -> dict[str, list[str]]:
    """Watched packages in sys.modules after each import, made one after another in one process."""
    return json.loads(
        python(
            "import importlib, json, sys\nloaded = {}\n"
            f"for name in {imports!r}:\n"
            "    importlib.import_module(name)\n"
            f"    loaded[name] = sorted(set({watched!r}) & set(sys.modules))\n"
            "print(json.dumps(loaded))"
        )
    )


def modules_of(rooms: Iterable[str]) -> list[str]:
    """Import names of the rooms that exist."""
    return [f"{rules.PACKAGE}.{room}" for room in rooms if room in SOURCES]


# --- the page against the disk -------------------------------------------------------------------


def test_folders_are_those_of_the_page():
    disk = {p.relative_to(ROOT).parts[0] for p in repository_files() if p.parent != ROOT}
    assert not rules.differences(rules.folders_of(PAGE), disk, "folder")


def test_rooms_are_those_of_the_page():
    disk = {rules.room_of(name) for name in SOURCES if name}
    assert not rules.differences(ROOMS, disk, "room")


# --- imports -------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", SOURCES)
def test_imports_follow_the_table(module):
    found = rules.imports(TREES[module], module, SOURCES)
    assert not rules.import_problems(module, found, ROOMS)


def test_the_table_has_no_cycle_and_only_known_rooms():
    graph = rules.room_graph(ROOMS)
    assert not rules.cycle(graph)
    assert set().union(*graph.values()) <= set(ROOMS)


def test_modules_import_in_no_cycle():
    graph = {
        module: {
            target
            for item in rules.imports(tree, module, SOURCES)
            if not item.inside_function and (target := rules.own(item.target)) is not None
        }
        for module, tree in TREES.items()
    }
    assert not rules.cycle(graph)


# --- what starts fast ----------------------------------------------------------------------------


def test_front_door_and_command_line_start_without_heavy_packages():
    doors = [rules.PACKAGE, *modules_of(["cli"])]
    assert loaded_after(doors, SLOW) == {name: [] for name in doors}


def test_light_rooms_import_without_heavy_packages():
    assert set(LIGHT) <= set(rules.light_rooms(ROOMS, HEAVY))
    names = modules_of(rules.light_rooms(ROOMS, HEAVY))
    assert loaded_after(names, HEAVY) == {name: [] for name in names}


def test_a_loaded_package_is_seen():
    assert loaded_after(["json", "tarfile"], ("tarfile",)) == {"json": [], "tarfile": ["tarfile"]}


def test_front_door_is_small_and_no_room_hides_a_name_of_it():
    """A submodule becomes an attribute of its package: importing it must not replace a function."""
    python(
        "import importlib, types, bayes_rsi as door\n"
        f"for name in {modules_of(LIGHT)!r}:\n    importlib.import_module(name)\n"
        "names = getattr(door, '__all__', [])\n"
        "assert len(names) <= 24, f'{len(names)} names at the front door, at most 24'\n"
        "hidden = [n for n in names if type(getattr(door, n)) is types.ModuleType]\n"
        "assert not hidden, f'modules in the place of names: {hidden}'"
    )


# --- one module ----------------------------------------------------------------------------------


@pytest.mark.parametrize("module", SOURCES)
def test_module_is_short_documented_and_frozen(module):
    text = SOURCES[module].read_text(encoding="utf-8")
    problems = rules.length_problems(module, text)
    problems += rules.dataclass_problems(module, TREES[module])
    problems += rules.docstring_problems(SOURCES[module], TREES[module], CHECKS)
    assert not problems, "\n".join(problems)


# --- files, lock and packages --------------------------------------------------------------------


def test_no_file_names_a_package_registry():
    assert not rules.words_in_files(repository_files(), rules.REGISTRIES)


def test_the_lock_has_hashes_and_no_addresses():
    assert not rules.words_in_files([ROOT / "requirements.lock"], ["http", "index-url", "git+"])
    entries = re.split(r"\n(?=\S)", LOCK.strip())
    assert len(entries) > 50
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_lock_meets_every_requirement():
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["dependency-groups"]["dev"]]
    assert not rules.lock_problems(wanted, LOCK)


@pytest.mark.parametrize("target", ["wheel", "sdist"])
def test_a_build_carries_code_data_and_models(tmp_path, target):
    build = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (archive,) = tmp_path.iterdir()
    if target == "wheel":
        held = set(zipfile.ZipFile(archive).namelist())
        places = {"data": "bayes_rsi/_data", "models": "bayes_rsi/_models"}
    else:
        with tarfile.open(archive) as tar:
            held = {name.partition("/")[2] for name in tar.getnames()}
        places = {"data": "data", "models": "models"}
    places[rules.PACKAGE] = rules.PACKAGE
    wanted = {
        f"{places[parts[0]]}/{'/'.join(parts[1:])}"
        for path in repository_files()
        if (parts := path.relative_to(ROOT).parts)[0] in places
    }
    if target == "wheel":
        records = {name for name in wanted if "/backtest" in name or "/forecasts/" in name}
        assert not records & {name for name in held if name.startswith("bayes_rsi/_models")}
        wanted -= {name for name in records if name.startswith("bayes_rsi/_models")}
    assert wanted <= held
    if target == "wheel":
        assert {name.partition("/")[0] for name in held} - {rules.PACKAGE} == {DIST_INFO}
