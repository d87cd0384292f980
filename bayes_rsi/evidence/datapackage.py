"""Description of the shipped tables for other programs: `data/datapackage.json`, a Data Package.

Invariant: sizes, checksums and field descriptions are computed from the files and from `schema`,
never typed; everything else in the file (title, licences, sources, ...) is kept as it is.

``python -m bayes_rsi.evidence.datapackage`` rewrites it; ``--check`` only compares.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bayes_rsi.errors import EvidenceError, OutputError, Problem, reported
from bayes_rsi.evidence.columns import Column, Table
from bayes_rsi.evidence.schema import PACKAGE, RUNS, TABLES
from bayes_rsi.evidence.tables import data_folder
from bayes_rsi.files import replacing

__all__ = ["build", "main", "verify", "write"]

_REBUILD = "Rebuild it: python -m bayes_rsi.evidence.datapackage"
#: Which columns name a row of which table; added to the schema as foreign keys.
_REFERENCES = {
    "aliases": {"system": ("systems", "system")},
    "scores": {"series": ("benchmarks", "series"), "system": ("systems", "system")},
    "runs": {"system": ("systems", "system")},
}


def build(folder: Path) -> dict[str, Any]:
    """Describe the tables of a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Holds the tables, perhaps runs, and perhaps a description whose other entries are kept.

    Returns
    -------
    dict
        A Data Package descriptor: each table with name, path, bytes, hash (`sha256:...`), schema.

    Raises
    ------
    EvidenceError
        A table is missing, or the present description is no JSON object.

    Examples
    --------
    >>> [table["name"] for table in build(data_folder())["resources"]]
    ['systems', 'aliases', 'benchmarks', 'audits', 'scores', 'forecasts', 'runs']
    """
    present = _read(folder / PACKAGE)
    kept = {entry["name"]: entry for entry in present.get("resources", [])}
    tables = [*TABLES.values(), *([RUNS] if (folder / f"{RUNS.name}.csv").is_file() else [])]
    described = [_resource(folder, table, kept.pop(table.name, {})) for table in tables]
    others = [entry | _content(folder, entry["path"]) for entry in kept.values()]
    head = {"name": "bayes-rsi-evidence", "profile": "data-package"} | present
    return head | {"resources": described + others}


def verify(folder: Path) -> list[Problem]:
    """Compare the description in a folder with its tables.

    Parameters
    ----------
    folder : pathlib.Path
        Holds tables and description.

    Returns
    -------
    list of Problem
        Empty when the description is true.
    """
    present, due = _read(folder / PACKAGE), build(folder)
    entries = {entry["name"]: entry for entry in present.get("resources", [])}
    return [
        Problem(PACKAGE, None, f"{entry['name']}.{name}", _short(got), _short(value), _REBUILD)
        for entry in due["resources"]
        for name, value in entry.items()
        if (got := entries.get(entry["name"], {}).get(name)) != value
    ]


def write(folder: Path) -> Path:
    """Write the description of a folder, all of it or nothing.

    Parameters
    ----------
    folder : pathlib.Path
        Holds the tables.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    OutputError
        The folder cannot be written to; the present description is left as it was.
    """
    text = json.dumps(build(folder), indent=2, ensure_ascii=False) + "\n"
    target = folder / PACKAGE
    try:
        with replacing(target) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        message = (
            f"got '{error.strerror or error}' for {target}, expected a folder that can be "
            "written to. Check its permissions or choose another one."
        )
        raise OutputError(message) from error
    return target


def main(arguments: Sequence[str] | None = None) -> int:
    """Rewrite or, with ``--check``, compare the description; give the exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        ``[--check] [FOLDER]``; default: those of the command line.

    Returns
    -------
    int
        0, or 1 when the description is not true.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    only_check = "--check" in words
    folders = [word for word in words if word != "--check"]
    folder = Path(folders[0]) if folders else data_folder()
    with reported("python -m bayes_rsi.evidence.datapackage"):
        return _checked(folder) if only_check else _rewritten(folder)


def _rewritten(folder: Path) -> int:
    print(f"wrote {write(folder)}")
    return 0


def _checked(folder: Path) -> int:
    problems = verify(folder)
    print("\n".join(str(problem) for problem in problems) or f"{folder / PACKAGE} is true")
    return int(bool(problems))


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise EvidenceError([_broken(path, str(error))]) from None
    if not isinstance(content, dict):
        raise EvidenceError([_broken(path, type(content).__name__)])
    return content


def _broken(path: Path, got: str) -> Problem:
    return Problem(path.name, None, None, got, "a JSON object", "Delete the file and rebuild it.")


def _resource(folder: Path, table: Table, kept: Mapping[str, Any]) -> dict[str, Any]:
    path = f"{table.name}.csv"
    fixed = {
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **_content(folder, path),
        "schema": _schema(table),
    }
    return {"name": table.name, "path": path, "description": table.meaning, **kept, **fixed}


def _content(folder: Path, path: str) -> dict[str, Any]:
    try:
        raw = (folder / path).read_bytes()
    except OSError as error:
        got = error.strerror or str(error)
        hint = "Check the folder, or take the table out of the description."
        raise EvidenceError([Problem(path, None, None, got, "a readable file", hint)]) from None
    return {"bytes": len(raw), "hash": f"sha256:{hashlib.sha256(raw).hexdigest()}"}


def _schema(table: Table) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in table.columns],
        "primaryKey": list(table.key),
        "missingValues": [""],
    }
    references = _REFERENCES.get(table.name, {})
    if references:
        schema["foreignKeys"] = [
            {"fields": [field], "reference": {"resource": other, "fields": [key]}}
            for field, (other, key) in references.items()
        ]
    return schema


def _field(column: Column) -> dict[str, Any]:
    field: dict[str, Any] = {"name": column.name, "type": column.kind}
    field["description"] = column.meaning
    if column.unit:
        field["unit"] = column.unit
    if column.kind == "boolean":
        field |= {"trueValues": ["yes"], "falseValues": ["no"]}
    limits = {
        "required": column.required or None,
        "enum": [word for word in column.allowed if word] or None,
        "minimum": _limit(column, column.low),
        "maximum": _limit(column, column.high),
    }
    constraints = {name: limit for name, limit in limits.items() if limit is not None}
    return field | ({"constraints": constraints} if constraints else {})


def _limit(column: Column, limit: float | None) -> float | None:
    """Write the limit of a whole number as one."""
    return int(limit) if limit is not None and column.kind == "integer" else limit


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


if __name__ == "__main__":
    sys.exit(main())
