"""The folder in which parcels wait, each one a sealed file; and which stores this machine ever reached."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from xlcrm.crypto.seal import Seal, sealed_by
from xlcrm.errors import KeysError, UsageError
from xlcrm.jobs.outbox.parcel import Parcel, from_bytes, to_bytes
from xlcrm.model.identity import new_rid

_SUFFIX = ".parcel"
_REACHED = "reached.json"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A parcel in the box: ``name`` is its file's; ``parcel`` None where it cannot be opened with what this person has here.

    ``by`` is the secret that it was sealed by (crypto/seal.py).
    """

    name: str
    parcel: Parcel | None
    by: str = ""


class Outbox:
    """Parcels in ``folder``. All methods raise UsageError where the folder cannot be read or written."""

    def __init__(self, folder: Path, seal: Seal) -> None:
        self._folder, self._seal = folder, seal

    def waiting(self) -> Iterator[Waiting]:
        """Everything in the box, the oldest first."""
        for path in self._paths():
            yield self._opened(path)

    def empty(self) -> bool:
        """Whether nothing waits; opens nothing."""
        return not self._paths()

    def add(self, parcel: Parcel) -> str:
        """Put a parcel in, safe on the disk when this returns; its name. KeysError: nothing here to seal with."""
        name = f"{parcel.at.replace(' ', '-').replace(':', '')}-{new_rid()}"
        self.replace(name, parcel)
        return name

    def replace(self, name: str, parcel: Parcel) -> None:
        """Let ``parcel`` wait under ``name`` instead of what is there."""
        sealed, path = self._seal.close(to_bytes(parcel), name), self._folder / f"{name}{_SUFFIX}"
        self._write(path, sealed)

    def of(self, uid: str, store: str) -> Iterator[tuple[str, Parcel]]:
        """The parcels of the workbook ``uid`` for ``store``, with their names."""
        for one in self.waiting():
            if one.parcel is not None and (one.parcel.uid, one.parcel.store) == (uid, store) and not one.parcel.wishes:
                yield one.name, one.parcel

    def reduce(self, name: str, parcel: Parcel, left: Mapping[str, Collection[int]]) -> None:
        """Let only the rows ``left`` (table key -> indexes) of a parcel go on waiting; without any it is gone."""
        if not any(left.values()):
            self.drop(name)
        else:
            parcel.only(left)
            self.replace(name, parcel)

    def drop(self, name: str) -> None:
        """Take a parcel out."""
        try:
            (self._folder / f"{name}{_SUFFIX}").unlink(missing_ok=True)
        except OSError as error:
            raise UsageError("outbox.folder", path=self._folder) from error

    def reached(self) -> list[str]:
        """The stores (Address.store) that this machine ever reached."""
        try:
            found = json.loads((self._folder / _REACHED).read_text("utf-8"))
        except (OSError, ValueError):
            return []
        return found if isinstance(found, list) else []

    def note(self, store: str) -> None:
        """Remember that ``store`` was reached."""
        known = self.reached()
        if store not in known:
            self._write(self._folder / _REACHED, json.dumps([*known, store], ensure_ascii=False).encode())

    def _paths(self) -> list[Path]:
        try:
            return sorted(self._folder.glob(f"*{_SUFFIX}"))
        except OSError as error:
            raise UsageError("outbox.folder", path=self._folder) from error

    def _opened(self, path: Path) -> Waiting:
        try:
            content = path.read_bytes()
        except OSError as error:
            raise UsageError("outbox.folder", path=self._folder) from error
        try:
            return Waiting(path.stem, from_bytes(self._seal.open(content, path.stem)), sealed_by(content))
        except (KeysError, ValueError):
            return Waiting(path.stem, None, sealed_by(content))

    def _write(self, path: Path, content: bytes) -> None:
        fresh = path.with_suffix(".new")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except OSError as error:
            raise UsageError("outbox.folder", path=self._folder) from error
