"""The rules of the house as functions: each takes text or a tree and returns what breaks the rule.

`test_house.py` runs every rule on the project, where it must return nothing, and on a small wrong
input, where it must not.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from numpydoc import validate
from numpydoc.hooks.validate_docstrings import AstValidator
from packaging.requirements import Requirement
from packaging.version import Version

PACKAGE = "bayes_rsi"
EVERYTHING = "everything"
#: Runs the command line when it is imported as a script: for nobody else, whatever the table says.
ENTRY = "__main__"
#: Rooms that may import our own modules inside a function.
LAZY_ROOMS = ("", "cli")
#: Hosts of package registries. Written in two halves, or this file would hold them itself.
REGISTRIES = [
    first + last
    for first, last in [
        ("py", "pi.org"),
        ("python", "hosted.org"),
        ("npm", "js.org"),
        ("crates", ".io"),
        ("deb.debian", ".org"),
    ]
]


@dataclass(frozen=True)
class Room:
    """One row of the table of rooms."""

    name: str
    may_import: frozenset[str]
    third_party: frozenset[str]

    def allows(self, target: str) -> bool:
        """Whether the room may import the module `target`, a dotted name below the package."""
        if room_of(target) == ENTRY:
            return False
        if self.may_import == {EVERYTHING} or room_of(target) == self.name:
            return True
        return any(target == name or target.startswith(name + ".") for name in self.may_import)


@dataclass(frozen=True)
class Import:
    """One import statement of a module."""

    line: int
    target: str
    inside_function: bool


#: The front door is not a row of the table: it may import every room and nothing else.
FRONT_DOOR = Room("", frozenset({EVERYTHING}), frozenset())


# --- the page ------------------------------------------------------------------------------------


def table(page: str, first_header: str) -> list[dict[str, str]]:
    """Rows of the Markdown table whose first column is headed `first_header`."""
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in page.partition(f"\n| {first_header} |")[2].splitlines()
    ]
    headers = [first_header, *[cell for cell in rows[0] if cell]] if rows else []
    body = []
    for row in rows[2:]:
        if len(row) != len(headers):
            break
        body.append(dict(zip(headers, row, strict=True)))
    return body


def words(cell: str) -> frozenset[str]:
    """Names between backticks of a cell; the word `everything` stands for itself."""
    return (
        frozenset([EVERYTHING]) if cell == EVERYTHING else frozenset(re.findall(r"`(.+?)`", cell))
    )


def rooms_of(page: str) -> dict[str, Room]:
    """Rooms by name, as the page has them."""
    return {
        name: Room(name, words(row["may import"]), words(row["third-party"]))
        for row in table(page, "room")
        for name in words(row["room"])
    }


def folders_of(page: str) -> set[str]:
    """Top-level folders, as the page has them."""
    return {name.rstrip("/") for row in table(page, "folder") for name in words(row["folder"])}


def differences(page: Iterable[str], disk: Iterable[str], what: str) -> list[str]:
    """What only the page has and what only the disk has."""
    page, disk = set(page), set(disk)
    return [f"{what} {name}: in ARCHITECTURE.md, not on disk" for name in sorted(page - disk)] + [
        f"{what} {name}: on disk, not in ARCHITECTURE.md" for name in sorted(disk - page)
    ]


# --- modules and imports -------------------------------------------------------------------------


def module_name(path: Path) -> str:
    """Dotted name below the package: `evidence.panel`, `evidence` for its __init__, '' on top."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def room_of(module: str) -> str:
    """The room that a dotted name below the package belongs to."""
    return module.partition(".")[0]


def imports(tree: ast.Module, module: str, modules: Iterable[str]) -> list[Import]:
    """Import statements anywhere in a module; our own with full dotted names."""
    known = {PACKAGE, *(f"{PACKAGE}.{name}" for name in modules if name)}
    found: list[Import] = []

    def visit(node: ast.AST, inside: bool) -> None:
        if isinstance(node, ast.Import):
            found.extend(Import(node.lineno, alias.name, inside) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = absolute(
                node, module, is_package=any(m.startswith(f"{module}.") for m in modules)
            )
            for alias in node.names:
                name = f"{base}.{alias.name}"
                found.append(Import(node.lineno, name if name in known else base, inside))
        inside = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            visit(child, inside)

    visit(tree, inside=False)
    return found


def absolute(node: ast.ImportFrom, module: str, *, is_package: bool) -> str:
    """The dotted name that a `from ... import` starts from."""
    if not node.level:
        return node.module or ""
    parts = [PACKAGE, *(module.split(".") if module else [])]
    up = node.level - (1 if is_package or not module else 0)
    return ".".join([*parts[: len(parts) - up], *([node.module] if node.module else [])])


def own(target: str) -> str | None:
    """Dotted name below the package, or None for a module that is not ours."""
    return None if target.split(".")[0] != PACKAGE else target[len(PACKAGE) + 1 :]


def import_problems(module: str, found: Sequence[Import], rooms: Mapping[str, Room]) -> list[str]:
    """Imports that the table of rooms does not allow, and imports of ours inside functions."""
    room = FRONT_DOOR if not module else rooms.get(room_of(module))
    if room is None:
        return [f"{module}: no such room in ARCHITECTURE.md"]
    problems = []
    for item in found:
        ours = own(item.target)
        where = f"{module or '__init__'}:{item.line}: "
        if ours is None:
            name = item.target.split(".")[0]
            if name not in sys.stdlib_module_names and name not in room.third_party:
                problems.append(f"{where}room `{room.name}` may not import {name}")
        elif not room.allows(ours):
            problems.append(f"{where}room `{room.name}` may not import {item.target}")
        elif item.inside_function and room.name not in LAZY_ROOMS:
            problems.append(
                f"{where}{item.target} is imported inside a function; move it to the top"
            )
    return problems


def cycle(graph: Mapping[str, Iterable[str]]) -> list[str]:
    """One cycle of a graph, first node repeated at the end; empty if there is none."""
    done: set[str] = set()

    def walk(node: str, path: list[str]) -> list[str]:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return []
        for neighbour in sorted(graph.get(node, ())):
            if circle := walk(neighbour, [*path, node]):
                return circle
        done.add(node)
        return []

    return next((circle for node in sorted(graph) if (circle := walk(node, []))), [])


def room_graph(rooms: Mapping[str, Room]) -> dict[str, set[str]]:
    """Who may import whom, room by room; `everything` opened up."""
    return {
        name: (
            set(rooms) - {ENTRY}
            if room.may_import == {EVERYTHING}
            else {room_of(n) for n in room.may_import}
        )
        - {name}
        for name, room in rooms.items()
    }


def light_rooms(rooms: Mapping[str, Room], heavy: Iterable[str]) -> list[str]:
    """Rooms that by the table neither use a heavy package nor import a room that does."""
    heavy = set(heavy)
    graph = room_graph(rooms)

    def reach(name: str) -> set[str]:
        return {name}.union(*(reach(n) for n in graph[name]))

    return [name for name in rooms if not any(rooms[n].third_party & heavy for n in reach(name))]


# --- one module ----------------------------------------------------------------------------------


def length_problems(module: str, text: str, limit: int = 400) -> list[str]:
    """Modules with more lines than a module should have."""
    n = len(text.splitlines())
    return (
        [f"{module}: {n} lines, at most {limit}; perhaps more than one room"] if n > limit else []
    )


def dataclass_problems(module: str, tree: ast.Module) -> list[str]:
    """Dataclasses that are not frozen."""
    return [
        f"{module}:{node.lineno}: dataclass {node.name} is not frozen"
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
        for decorator in node.decorator_list
        if decorated(decorator) == "dataclass"
        and not any(
            keyword.arg == "frozen" and ast.unparse(keyword.value) == "True"
            for keyword in getattr(decorator, "keywords", [])
        )
    ]


def decorated(decorator: ast.expr) -> str:
    """Last part of a decorator's name: `command` of `@app.command("x")`."""
    call = decorator.func if isinstance(decorator, ast.Call) else decorator
    return ast.unparse(call).rpartition(".")[2]


# --- docstrings ----------------------------------------------------------------------------------


class HouseValidator(AstValidator):
    """numpydoc's validator, with fields of classes as parameters and properties as attributes."""

    @property
    def method_returns_something(self) -> bool:
        decorators = getattr(self.node, "decorator_list", [])
        is_property = any(decorated(d) in ("property", "cached_property") for d in decorators)
        return super().method_returns_something and not is_property

    @property
    def signature_parameters(self) -> tuple[str, ...]:
        explicit = super().signature_parameters
        if explicit or not self.is_class:
            return explicit
        documented = {parameter.name for parameter in self.doc["Attributes"]}
        return tuple(name for name in fields(self.node) if name not in documented)


def fields(node: ast.ClassDef) -> Iterator[str]:
    """Public annotated names of a class body: the fields of a dataclass."""
    for item in node.body:
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name):
            private = item.target.id.startswith("_")
            if not private and "ClassVar" not in ast.unparse(item.annotation):
                yield item.target.id


def documented(tree: ast.Module) -> Iterator[tuple[str, list[ast.AST], bool]]:
    """Classes, functions and methods that need a docstring: name, nodes on the way, public or not.

    Without an underscore a name needs a docstring; with sections if it is public, which in a module
    with `__all__` means that it is listed there.
    """
    listed = exported(tree)

    def visit(parents: list[ast.AST]) -> Iterator[tuple[str, list[ast.AST], bool]]:
        for node in parents[-1].body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                if node.name.startswith("_"):
                    continue
                path = [*parents, node]
                public = listed is None or path[1].name in listed
                yield ".".join(n.name for n in path[1:]), path, public
                if isinstance(node, ast.ClassDef):
                    yield from visit(path)

    yield from visit([tree])


def exported(tree: ast.Module) -> list[str] | None:
    """The names in `__all__`, or None for a module without it."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return ast.literal_eval(node.value)
    return None


def docstring_problems(path: Path, tree: ast.Module, checks: Iterable[str]) -> list[str]:
    """What numpydoc finds in the docstrings of a module and of what it holds.

    Names that are not public need a summary only. So do commands of the shell: their docstring is
    what `--help` prints.
    """
    problems = [] if ast.get_docstring(tree) else [f"{path}: the module has no docstring"]
    for name, nodes, public in documented(tree):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an unknown section is GL06 or PR01 in the report
            report = validate.validate(
                name, HouseValidator, ast_node=nodes[-1], filename=path, ancestry=nodes[:-1]
            )
        command = any(decorated(d) in ("command", "callback") for d in nodes[-1].decorator_list)
        problems += [
            f"{path}:{report['file_line']}: {name}: {code} {text}"
            for code, text in report["errors"]
            if code in checks and ((public and not command) or code[:2] in ("GL", "SS"))
        ]
    return problems


# --- files ---------------------------------------------------------------------------------------


def words_in_files(paths: Iterable[Path], forbidden: Iterable[str]) -> list[str]:
    """Files that hold a forbidden word."""
    forbidden = [word.encode() for word in forbidden]
    return [
        f"{path}: holds {word.decode()}"
        for path in paths
        for word in forbidden
        if word in path.read_bytes()
    ]


def lock_problems(requirements: list[str], lock: str) -> list[str]:
    """Requirements that the lock does not meet: `make lock` mends that."""
    pins = dict(
        line.split()[0].split("==") for line in lock.splitlines() if "==" in line.split(" ")[0]
    )
    return [
        text
        for text in requirements
        if (r := Requirement(text)).name not in pins
        or not r.specifier.contains(Version(pins[r.name]), prereleases=True)
    ]
