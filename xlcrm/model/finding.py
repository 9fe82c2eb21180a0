"""A fault in somebody's data: a value, never an exception."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from enum import IntEnum

from xlcrm.catalogue import text
from xlcrm.model.rows import Cell


class Severity(IntEnum):
    """How bad it is; the order is the order of the colours."""

    DUE = 1  # 待补全, blue: may be submitted, to be completed within three working days
    CHECK = 2  # 建议核对, yellow: may be submitted, please look
    MUST = 3  # 必须修改, red: the row is not submitted


@dataclass(slots=True)
class Finding:
    """One fault: where (table, row, field), what (code with values), and the proposed repair.

    ``row`` indexes the ``Rows`` it was found in, None for the sheet as a whole (then ``values`` may name a place).
    ``repair`` is the cell that would mend it, None where only a person knows; ``safe`` repairs lose nothing and may
    be applied together by 一键修正. Never changed once made (not frozen only because a sheet may have 100,000 of them).
    """

    code: str
    severity: Severity
    table: str
    row: int | None = None
    field: str | None = None
    values: dict[str, object] = dataclasses.field(default_factory=dict)
    repair: Cell = None
    safe: bool = False

    def sentence(self, language: str = "zh") -> str:
        """What is wrong and what to do, for a person."""
        return text(f"findings.{self.code}", language, **self.values)
