"""The sheet 查重结果: the lines that ask, and the decisions that people made in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xlcrm.catalogue import text
from xlcrm.jobs.marking import choices, fill, tell_unknown
from xlcrm.jobs.reading import Sheet
from xlcrm.jobs.tokens import pair_key
from xlcrm.match.engine import Pair
from xlcrm.match.explain import explain
from xlcrm.model.context import Context
from xlcrm.model.operation import Record
from xlcrm.model.resultsheets import DUPLICATES, PATTERNS
from xlcrm.model.rows import Cell, Link
from xlcrm.model.tables import CUSTOMER
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.clean import show
from xlcrm.sheets.base import Book

_READ = ("pair", "name", "other", "other_name", "decision")


@dataclass(frozen=True, slots=True)
class Match:
    """One possible duplicate of a row: an earlier row of the sheet (``other``) or a stored customer (``record``).

    ``key`` is the system key of the pair; ``former`` the one that two rows of a sheet have while neither is stored.
    ``owner`` is set where the customer is hidden from the person: whom to ask, "" where too much was asked.
    """

    row: int
    other: int | None
    record: Record | None
    pair: Pair
    key: str
    former: str = ""
    owner: str | None = None

    @property
    def pattern(self) -> str:
        """The system key of all pairs that agree and differ in the same; "" where nothing is known of them."""
        return pair_key((self.reason("zh"),)) if self.pair.evidence else ""

    def reason(self, language: str) -> str:
        """Why the two may be one customer, for a person."""
        if self.owner is not None:
            return text("rights.taken_line" if self.owner else "rights.taken_limit", language)
        return explain(self.pair, language) if self.pair.evidence else text("jobs.asked_before", language)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of 查重结果 as it stands: the pair it asks about, whose names it shows, and how probable it was."""

    pair: str
    name: str
    other: str  # the number of a stored customer, or a place of the sheet
    other_name: str
    probability: float


@dataclass(slots=True)
class Asked:
    """What 查重结果 held when it was read: its lines, the decisions (system key -> code), and ``alike`` those about patterns."""

    lines: list[Line] = field(default_factory=list)
    decisions: dict[str, str] = field(default_factory=dict)
    alike: dict[str, str] = field(default_factory=dict)

    def verdict(self, match: Match) -> str:
        """The decision about a pair; one made while neither row was stored still holds when the answer was lost since."""
        made = self.decisions.get(match.key) or self.decisions.get(match.former, "")
        return made or (self.alike.get(match.pattern, "") if self.alike else "")


def read_lines(book: Book, context: Context) -> Asked:
    """Read 查重结果; a decision that cannot be understood is told to the person, not passed over."""
    found = Asked()
    if DUPLICATES not in book.tables():
        return found
    rows = book.read(DUPLICATES)
    words = vocabulary("decision")
    unknown = []
    for index in range(len(rows)):
        pair, name, other, there, said = (str(rows.cell(index, key) or "") for key in _READ)
        probability = rows.cell(index, "probability")
        found.lines.append(Line(pair, name, other, there, float(probability) if isinstance(probability, int | float) else 0.0))
        option = words.find(said)
        if option is not None:
            found.decisions[pair] = option.code
        elif said.strip():
            unknown.append(said)
    tell_unknown(book, DUPLICATES, words, unknown, context.language)
    found.alike = choices(book, PATTERNS, "decision", words, context.language)
    return found


def write_lines(
    book: Book,
    sheet: Sheet,
    matches: Sequence[Match],
    decisions: Mapping[str, str],
    context: Context,
    names: Mapping[str, str],
) -> None:
    """Fill 查重结果, one line for each pair; the decisions already made stay. ``names`` are colleagues' names by rid."""
    lines = [line(sheet, match, decisions.get(match.key, ""), context, names) for match in matches]
    fill(book, DUPLICATES, lines, context.language)


def line(sheet: Sheet, match: Match, decision: str, context: Context, names: Mapping[str, str]) -> dict[str, Cell | Link]:
    """One line of 查重结果."""
    language = context.language
    here = {key: sheet.value(match.row, key) for key in ("name", "contact", "phone")}
    other: Cell | Link
    if match.record is not None:
        there: Mapping[str, str | None] = match.record.values
        if match.owner is not None:
            there = {"owner": match.owner}
        other = match.record.number if match.owner is None else None
    else:
        row = match.other or 0
        there = {key: sheet.value(row, key) for key in ("name", "contact", "phone", "owner")}
        other = _link(sheet, row)
    return {
        "decision": vocabulary("decision").label(decision, language) if decision else None,
        "advice": vocabulary("advice").label(match.pair.advice, language),
        "probability": round(match.pair.probability, 2),
        "place": _link(sheet, match.row),
        "name": here["name"],
        "contact": here["contact"],
        "phone": show(here["phone"], CUSTOMER["phone"], language, names),
        "other": other,
        "other_name": there.get("name"),
        "other_contact": there.get("contact"),
        "other_phone": show(there.get("phone"), CUSTOMER["phone"], language, names),
        "other_owner": names.get(there.get("owner") or "", context.actor.name if match.owner is None else None),
        "reason": match.reason(language),
        "pair": match.key,
    }


def _link(sheet: Sheet, row: int) -> Link:
    place = sheet.rows.place(row, "name")
    return Link(f"{sheet.rows.sheet}!{place}", sheet.rows.sheet, place)
