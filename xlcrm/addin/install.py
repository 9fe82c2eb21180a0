"""Putting the add-in where Excel looks for it, taking it away, and seeing how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from xlcrm.addin import config
from xlcrm.addin.places import NAME, XLWINGS, Places
from xlcrm.errors import UsageError


@dataclass(frozen=True, slots=True)
class User:
    """For whom it is installed: home folder, environment, the code page in which Excel reads files, the interpreter."""

    home: Path
    environ: Mapping[str, str]
    encoding: str
    interpreter: str


@dataclass(frozen=True, slots=True)
class State:
    """How the add-in stands: there at all, the bytes of this version, which interpreter it calls, second copies.

    ``interpreter`` is the path the add-in will call, "" when none is named; ``known`` whether it was ever installed.
    """

    installed: bool
    current: bool
    interpreter: str
    known: bool
    script: bool
    copies: tuple[Path, ...]


def shipped() -> bytes:
    """The add-in that came with this package."""
    return files("xlcrm.addin").joinpath(NAME).read_bytes()


def install(places: Places, user: User) -> str:
    """Write the add-in, the file that names the interpreter, and on the Mac the script; an older version is replaced.

    Gives the interpreter as it was written. UsageError: Excel is open, a folder that cannot be written, or a path that
    the code page cannot spell. Files that Python wrote bear no mark of the web, so Excel does not block them.
    """
    named = config.portable(places.system, user.interpreter, user.home, user.environ)
    settings = config.read(places.config, user.encoding) | {config.key(places.system): named}
    content = config.render(settings, user.encoding, user.interpreter)
    _write(places.addin, shipped())
    _write(places.config, content)
    if places.script is not None:
        _write(places.script, _applescript())
    return named


def uninstall(places: Places) -> list[Path]:
    """Remove the add-in and what only it needs; gives what was removed. UsageError when Excel holds it open.

    The Mac's script stays: other people's xlwings tools call the same one.
    """
    removed = []
    for path in (places.addin, places.config, places.screen):
        try:
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise UsageError("addin.in_use", path=path) from error
        removed.append(path)
    return removed


def state(places: Places, user: User) -> State:
    """How the add-in stands on this machine; never raises."""
    named = config.read(places.config, user.encoding).get(config.key(places.system), "")
    found = places.addin.exists()
    return State(
        installed=found,
        current=found and _content(places.addin) == shipped(),
        interpreter=config.expanded(places.system, named, user.home, user.environ),
        known=places.config.exists(),
        script=places.script is None or places.script.exists(),
        copies=tuple(folder / NAME for folder in places.others if (folder / NAME).exists()),
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _write(path: Path, content: bytes) -> None:
    """Replace ``path`` whole: a new file, so that nothing Windows attached to the old one stays."""
    new = path.with_name(f"~{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        new.write_bytes(content)
    except OSError as error:
        raise UsageError("addin.unwritable", path=path) from error
    try:
        new.replace(path)
    except OSError as error:
        with suppress(OSError):
            new.unlink()
        raise UsageError("addin.in_use", path=path) from error


def _applescript() -> bytes:
    """xlwings' script for the Mac (BSD), found without importing xlwings."""
    spec = find_spec("xlwings")
    assert spec is not None and spec.origin is not None, "xlwings is a dependency"
    return (Path(spec.origin).parent / f"xlwings-{XLWINGS}.applescript").read_bytes()
