"""Files appear whole or not at all.

Invariant: a reader never sees a half-written file; an interrupted run leaves what was there before.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bayes_rsi.errors import OutputError

__all__ = ["replacing", "usable_folder", "write_atomically"]

_HINT = "give another folder with "


def usable_folder(path: str | Path, files: Iterable[str] = (), option: str = "--out") -> Path:
    """Make sure, before a long computation, that its files can be written; creates nothing.

    Parameters
    ----------
    path : path
        The folder; it need not exist yet.
    files : iterable of str
        Names of the files that will be written into it.
    option : str, default "--out"
        With which option another folder is given, for the errors.

    Returns
    -------
    pathlib.Path
        The same folder.

    Raises
    ------
    OutputError
        When a file is in the way, or there is no permission.

    Examples
    --------
    >>> usable_folder("out", ["forecast.json"]).name
    'out'
    """
    folder = Path(path)
    existing = _nearest_existing(folder)
    if not existing.is_dir():
        raise OutputError(f"{folder}: got a file at {existing}, expected a folder; {_HINT}{option}")
    _try_to_write(existing, folder, option)
    for name in files:
        target = folder / name
        if _exists(target) and not target.is_file():
            raise OutputError(
                f"{target}: got something that is not a file, expected a place to write "
                f"{name}; move it away, or {_HINT}{option}"
            )
    return folder


def write_atomically(path: str | Path, content: str | bytes, option: str = "--out") -> Path:
    """Write a file: a temporary one beside it, then put in its place in one step.

    Parameters
    ----------
    path : path
        The file; its folder is made if there is none.
    content : str or bytes
        All of it; text is written as UTF-8.
    option : str, default "--out"
        With which option another folder is given, for the error.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    OutputError
        When it cannot be written; what was there before is still there.
    """
    target = Path(path)
    data = content.encode() if isinstance(content, str) else content
    try:
        with replacing(target) as temporary:
            temporary.write_bytes(data)
    except OSError as error:
        raise OutputError(
            f"{target}: got '{error.strerror or error}', expected to write {len(data)} bytes; "
            f"make room or permission, or {_HINT}{option}"
        ) from error
    return target


@contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a place to write a file, and put it where it belongs when all went well.

    Parameters
    ----------
    target : pathlib.Path
        The file; its folder is made if there is none.

    Yields
    ------
    pathlib.Path
        A file beside it, gone after an error or an interrupt.

    Raises
    ------
    OSError
        When the folder cannot be made or written to; what was there before is still there.

    Examples
    --------
    >>> with replacing(Path("out/note.txt")) as temporary:
    ...     size = temporary.write_text("all or nothing", encoding="utf-8")
    >>> Path("out/note.txt").read_text(encoding="utf-8")
    'all or nothing'
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield temporary
        os.replace(temporary, target)
    finally:
        temporary.unlink(missing_ok=True)


def _nearest_existing(folder: Path) -> Path:
    return next(place for place in (folder, *folder.absolute().parents) if _exists(place))


def _exists(place: Path) -> bool:
    """Say whether something is there; below a file, or where one may not look, nothing is."""
    return os.path.lexists(place)


def _try_to_write(existing: Path, folder: Path, option: str) -> None:
    try:
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        raise OutputError(
            f"{folder}: got '{error.strerror}' when writing to {existing}, expected a folder "
            f"that can be written to; change its permissions, or {_HINT}{option}"
        ) from error
