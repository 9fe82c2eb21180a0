"""What became of a file in somebody's personal folder, and the record of it that this person can read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from xlcrm.catalogue import text
from xlcrm.jobs.folder import share as shared

_LINES = 500  # of the record


@dataclass(frozen=True, slots=True)
class Became:
    """What became of a file: the key of a sentence (area "folder") and its values; ``final``: nothing will change that."""

    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    final: bool = True


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one file: whose folder, its name, when, and what is to be said (area "folder")."""

    person: str
    name: str
    at: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """The verdict for a person."""
        return text(f"folder.{self.key}", language, **self.values)


def record(outbox: Path, said: Iterable[Verdict], language: str) -> None:
    """Let the person whose ``outbox`` this is read what became of the files."""
    path = outbox / shared.RECORD
    try:
        lines = shared.take(path).decode("utf-8-sig", "replace").splitlines()
    except OSError:
        lines = []
    lines += [f"{one.at}  {one.name}  {one.sentence(language)}" for one in said]
    shared.put(path, ("\ufeff" + "\r\n".join(lines[-_LINES:]) + "\r\n").encode())  # Windows' editor tells UTF-8 by the mark
