"""xlcrm-ribbon.txt: what the ribbon shows - read by VBA, so ASCII, with text as code units in decimal."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def units(sentence: str) -> str:
    """The UTF-16 code units of ``sentence`` in decimal, separated by blanks."""
    raw = sentence.encode("utf-16-le", "replace")
    return " ".join(str(int.from_bytes(raw[at : at + 2], "little")) for at in range(0, len(raw), 2))


def write(path: Path, label: str, visible: Iterable[str], language: str = "") -> None:
    """Let the ribbon show ``label`` and the controls with these ids, in ``language`` ("" for the one Office speaks).

    Silent where that fails: the ribbon then stays as it is.
    """
    content = f"label={units(label)}\r\nvisible={' '.join(visible)}\r\nlanguage={language}\r\n".encode("ascii", "replace")
    with suppress(OSError):
        if not path.exists() or path.read_bytes() != content:
            path.write_bytes(content)
