"""Update requests: what is wanted must be a value of the field it is wanted for (mission section 7)."""

from __future__ import annotations

from xlcrm.model.fields import Field, Need
from xlcrm.rules.checks.case import Case
from xlcrm.rules.checks.columns import Column
from xlcrm.rules.clean import read
from xlcrm.rules.clean.text import line, written
from xlcrm.rules.reading import Reading
from xlcrm.rules.wanted import item

_OF_ITS_PLACE = frozenset({"OPTION_AMBIGUOUS", "REGION_MISMATCH"})
"""Which city is meant tells the customer's province, which the sheet does not say: submitting reads it again."""
_SHOWN = 30


def check(case: Case) -> None:
    """What the system raises bears nobody's name: a person cannot claim that it did."""
    new = case.new()
    for row, through in enumerate(case.column("raised_through")):
        if through == "system" and new[row]:
            case.add("CHANNEL_SYSTEM", row, "raised_through")


def column(case: Case, key: str) -> Column:
    """``before`` or ``after`` row by row as values of the field that is to change, and what is wrong with new ones."""
    values: list[str | None] = []
    odd: dict[int, Reading] = {}
    new = case.new()
    for row, (cell, code) in enumerate(zip(case.rows.columns[key], case.column("field"), strict=True)):
        found = item({"field": code}) or case.rows.table[key]
        reading = read(cell, found, case.book)
        values.append(reading.value)
        if reading.code == "CLEARED":
            case.cleared.add((row, key))
        if reading.code == "CLEARED" or reading.code in _OF_ITS_PLACE:
            case.refused.add((row, key))  # something stands there: it is not missing
        if reading.code == "MASKED":
            case.masked.add((row, key))
        if key == "after" and new[row] and reading.code and (wrong := _wrong(case, row, found, reading)):
            odd[row] = wrong
    return values, odd


def _wrong(case: Case, row: int, found: Field, reading: Reading) -> Reading | None:
    """What is to be said about a new value; nothing about one that is only written untidily: it will be written anew."""
    title = f"{case.title('after')}（{found.title(case.book.language)}）"
    cell = case.rows.cell(row, "after")
    said = {**reading.values, "field": title, "value": "***" if found.sensitive else line(written(cell))[:_SHOWN]}
    if reading.code == "CLEARED":
        return Reading(None, "CLEAR_BLOCKING") if found.need is Need.BLOCKING else None
    if reading.code == "MASKED":
        return Reading(None, "AFTER_MASKED")
    if reading.safe or reading.code in _OF_ITS_PLACE:
        return None
    return Reading(reading.value, reading.code, said, reading.repair)
