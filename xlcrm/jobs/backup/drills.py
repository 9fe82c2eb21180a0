"""The dated results of drills: what was restored from a folder of backups to prove them. They stand there, line by line."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from xlcrm.jobs.backup.folder import reaching

SETTING = "backup.proven"
"""Where a store remembers its last drill, as JSON."""
_FILE = "drills.jsonl"


@dataclass(frozen=True, slots=True)
class Drill:
    """One drill: ``ok``, or a sentence that says what is wrong; ``package`` is the id, ``file`` the name of the last package that
    was restored, ``operations`` and ``head`` how its log ends.
    """

    at: str
    ok: bool
    trouble: str
    package: str
    file: str
    operations: int = 0
    head: str = ""
    customers: int = 0
    seconds: float = 0.0

    def line(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self), ensure_ascii=False)


def note(place: Path, drill: Drill) -> None:
    """Add a drill to those of the folder. UsageError where it cannot be written."""
    with reaching(place), (place / _FILE).open("a", encoding="utf-8") as file:
        file.write(drill.line() + "\n")
        file.flush()
        os.fsync(file.fileno())


def noted(place: Path) -> list[Drill]:
    """The drills of a folder, the oldest first; lines that somebody spoilt are passed over."""
    found = []
    with reaching(place):
        lines = (place / _FILE).read_text("utf-8").splitlines() if (place / _FILE).exists() else []
    for line in lines:
        try:
            found.append(Drill(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return found


def proven(place: Path) -> list[str]:
    """The ids of the packages from which a restore was proven, the oldest first."""
    return [one.package for one in noted(place) if one.ok]
