"""What one kind of figure contributes to a report: its section, and its key figures for the overview."""

from __future__ import annotations

from dataclasses import dataclass

from xlcrm.model.figures import Measure, Section


@dataclass(frozen=True, slots=True)
class Tile:
    """One key figure: now, and a month ago (None where that is not known). ``target`` as in a Column."""

    name: str
    kind: Measure
    now: float | None
    before: float | None = None
    target: float | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """``tiles`` are in the order of the overview."""

    section: Section
    tiles: tuple[Tile, ...] = ()
