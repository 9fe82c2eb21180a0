"""查重: compare the rows with each other and with the store; take the decisions people made in 查重结果."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlcrm.catalogue import text
from xlcrm.errors import BookError
from xlcrm.jobs.marking import fill, write_marks
from xlcrm.jobs.reading import Sheet, read
from xlcrm.jobs.tokens import contents, pair_key
from xlcrm.jobs.validate import identify
from xlcrm.match import block, engine
from xlcrm.match.engine import Pair
from xlcrm.match.explain import explain
from xlcrm.match.normalise import Normal, normalise
from xlcrm.model.context import Context
from xlcrm.model.operation import Record, Values
from xlcrm.model.rows import Cell, Link
from xlcrm.model.tables import CUSTOMER, DUPLICATES, STORED
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules import masking
from xlcrm.rules.checks.numbers import SETTLED
from xlcrm.rules.clean import show
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.store.base import Store

MATCHED = (
    "name",
    "former_name",
    "short_name",
    "contact",
    "phone",
    "email",
    "uscc",
    "address",
    "province",
    "city",
    "district",
    "kind",
)


@dataclass(frozen=True, slots=True)
class Match:
    """One possible duplicate of a row: an earlier row of the sheet (``other``) or a stored customer (``record``)."""

    row: int
    other: int | None
    record: Record | None
    pair: Pair
    key: str


@dataclass(slots=True)
class Dedupe:
    """What 查重 found: the matches, the decisions the sheet holds, and the customer sheet they are about."""

    sheet: Sheet
    matches: list[Match]
    decisions: dict[str, str]


def dedupe(book: Book, store: Store, context: Context, rulebook: Rulebook) -> Dedupe:
    """Check the workbook, fill 查重结果 with every possible duplicate and a suggestion, save.

    Decisions that were made before stay with their pairs. Raises BookError or StoreError; nothing is stored.
    """
    book.progress(text("jobs.step_read", context.language), 0, 3)
    identify(book)
    sheets = read(book, rulebook, STORED, store)
    if CUSTOMER.key not in sheets:
        raise BookError("jobs.no_customers", name=book.name, sheet=CUSTOMER.title(context.language))
    sheet = sheets[CUSTOMER.key]
    decisions = read_decisions(book)
    book.progress(text("jobs.step_compare", context.language), 1, 3)
    matches = find(sheet, store)
    book.progress(text("jobs.step_write", context.language), 2, 3)
    write_marks(book, sheets, context.language)
    write_matches(book, sheet, matches, decisions, context, rulebook)
    book.save()
    book.progress("", 3, 3)
    return Dedupe(sheet, matches, decisions)


def compared(sheet: Sheet) -> list[int]:
    """The rows that take part: those with a customer name that were not merged or dropped before."""
    names = sheet.checked.values.get("name") or [None] * len(sheet.rows)
    statuses = sheet.checked.values.get("submit_status") or [None] * len(sheet.rows)
    return [index for index, (name, status) in enumerate(zip(names, statuses, strict=True)) if name and status not in SETTLED]


def normal(sheet: Sheet, rows: Sequence[int]) -> Normal:
    """The rows as the duplicate engine sees them, in the order of ``rows``."""
    values = sheet.checked.values
    return normalise({key: [values[key][row] for row in rows] for key in MATCHED if key in values})


def normal_records(records: Sequence[Mapping[str, str | None]]) -> Normal:
    """Stored customers' values as the duplicate engine sees them."""
    return normalise({key: [values.get(key) for values in records] for key in MATCHED})


def find(sheet: Sheet, store: Store, known: Mapping[int, str] | None = None) -> list[Match]:
    """Every possible duplicate of a new row, against earlier rows and against the store.

    ``known`` maps rows that are stored already to their rid; they are never compared with each other or with
    themselves. Pairs that a person called different before are left out.
    """
    stored = known if known is not None else _known(sheet)
    rows = compared(sheet)
    here = normal(sheet, rows)
    matches = []
    said = contents(sheet)
    for pair in engine.within(here).pairs:
        first, second = sorted((rows[pair.left], rows[pair.right]))
        if second in stored and first not in stored:
            first, second = second, first  # the row that is stored already is the one to merge into
        if second not in stored:
            # A stored row is told by its identity: filling in its defaults must not orphan the decisions about it.
            matches.append(Match(second, first, None, pair, pair_key((stored.get(first, said[first]), said[second]))))
    matches += _against(rows, here, said, stored, store)
    remembered = store.decisions([match.key for match in matches])
    matches = [match for match in matches if match.key not in remembered or remembered[match.key].verdict != "distinct"]
    matches.sort(key=lambda match: (match.row, match.other is None, -match.pair.probability, match.key))
    return matches


def _known(sheet: Sheet) -> dict[int, str]:
    numbers = sheet.checked.values.get("number") or []
    return {row: sheet.records[number].rid for row, number in enumerate(numbers) if number in sheet.records}


def _against(rows: Sequence[int], here: Normal, said: Sequence[str], stored: Mapping[int, str], store: Store) -> list[Match]:
    keys = block.keys(here)
    fresh = [place for place, row in enumerate(rows) if row not in stored]
    found = [(fresh[place], rid) for place, rid in store.candidates([keys[place] for place in fresh])]
    own = set(stored.values())
    found = [(place, rid) for place, rid in found if rid not in own]
    records = store.records({rid for _, rid in found})
    faces = _faces(records, store)
    there = normal_records([face for _, face in faces])
    places: dict[str, list[int]] = {}
    for place, (rid, _) in enumerate(faces):
        places.setdefault(rid, []).append(place)
    pairs = engine.against(here, there, [(place, other) for place, rid in found for other in places.get(rid, ())])
    best: dict[tuple[int, str], Pair] = {}
    for pair in pairs:
        of = (pair.left, faces[pair.right][0])
        if of not in best or pair.probability > best[of].probability:
            best[of] = pair
    return [
        Match(rows[place], None, records[rid], pair, pair_key((said[rows[place]], rid))) for (place, rid), pair in best.items()
    ]


def _faces(records: Mapping[str, Record], store: Store) -> list[tuple[str, Values]]:
    """What each customer may be recognised by, as (rid, values): as it is now, and as each source it was merged from."""
    kept = store.kept(records)
    faces: list[tuple[str, Values]] = []
    for rid in sorted(records):
        faces.append((rid, records[rid].values))
        sources: dict[str, Values] = {}
        for lost in kept.get(rid, ()):
            sources.setdefault(lost.origin, dict(records[rid].values))[lost.field] = lost.value
        faces += [(rid, values) for values in sources.values()]
    return faces


def read_decisions(book: Book) -> dict[str, str]:
    """The decisions in 查重结果: system key -> code of the vocabulary "decision"."""
    if DUPLICATES not in book.tables():
        return {}
    rows = book.read(DUPLICATES)
    words = vocabulary("decision")
    found = {}
    for index in range(len(rows)):
        option = words.find(str(rows.cell(index, "decision") or ""))
        if option is not None:
            found[str(rows.cell(index, "pair"))] = option.code
    return found


def write_matches(
    book: Book, sheet: Sheet, matches: Sequence[Match], decisions: Mapping[str, str], context: Context, rulebook: Rulebook
) -> None:
    """Fill 查重结果, one line for each pair; the decisions already made stay."""
    lines = [_line(sheet, match, decisions.get(match.key, ""), context, rulebook.names) for match in matches]
    fill(book, DUPLICATES, lines, context.language)


def _line(sheet: Sheet, match: Match, decision: str, context: Context, names: Mapping[str, str]) -> dict[str, Cell | Link]:
    language = context.language
    here = {key: sheet.value(match.row, key) for key in ("name", "contact", "phone")}
    other: Cell | Link
    if match.record is not None:
        there: Mapping[str, str | None] = match.record.values
        other = match.record.number
        mine = there.get("owner") in (None, context.actor.rid) or masking.sees_contacts(context.actor)
    else:
        row = match.other or 0
        there = {key: sheet.value(row, key) for key in ("name", "contact", "phone", "owner")}
        other = _link(sheet, row)
        mine = True
    phone = show(there.get("phone"), CUSTOMER["phone"], language, names)
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
        "other_phone": phone if mine else masking.phone(str(phone or "")),
        "other_owner": names.get(there.get("owner") or "", context.actor.name),
        "reason": explain(match.pair, language),
        "pair": match.key,
    }


def _link(sheet: Sheet, row: int) -> Link:
    place = sheet.rows.place(row, "name")
    return Link(f"{sheet.rows.sheet}!{place}", sheet.rows.sheet, place)
