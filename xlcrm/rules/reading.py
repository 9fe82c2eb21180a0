"""What one cell was read as."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlcrm.model.rows import Cell


@dataclass(slots=True)
class Reading:
    """The canonical text of a cell, and at most one finding about it.

    ``value`` is None for a blank cell and for one that cannot be used. ``code`` names the finding (rules/codes.py)
    with its ``values``; ``repair`` is the cell that would mend it, ``safe`` if mending loses nothing. Never changed once
    made (not frozen only because that makes thousands of them slow).
    """

    value: str | None = None
    code: str | None = None
    values: dict[str, object] = field(default_factory=dict)
    repair: Cell = None
    safe: bool = False


BLANK = Reading()
