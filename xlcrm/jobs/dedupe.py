"""查重: compare the rows with each other and with the store; take the decisions people made in 查重结果."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlcrm.catalogue import text
from xlcrm.errors import BookError
from xlcrm.jobs import likeness
from xlcrm.jobs.duplicates import Line, Match, read_lines, write_lines
from xlcrm.jobs.learn import weights
from xlcrm.jobs.marking import write_marks
from xlcrm.jobs.reading import Sheet, read
from xlcrm.jobs.tokens import likenesses, pair_key
from xlcrm.jobs.validate import identify
from xlcrm.match import block, engine, face
from xlcrm.match.engine import Pair
from xlcrm.match.normalise import Normal, normalise
from xlcrm.model.context import Context
from xlcrm.model.operation import Values
from xlcrm.model.tables import CUSTOMER, MATCHED, STORED
from xlcrm.rules.checks.numbers import SETTLED
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.store.base import Store


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
    asked = read_lines(book, context)
    book.progress(text("jobs.step_compare", context.language), 1, 3)
    matches = find(sheet, store, context, asked.lines)
    decisions = {match.key: asked.verdict(match) for match in matches}
    book.progress(text("jobs.step_write", context.language), 2, 3)
    write_marks(book, sheets, context.language)
    write_lines(book, sheet, matches, decisions, context, rulebook.names)
    book.save()
    book.progress("", 3, 3)
    return Dedupe(sheet, matches, decisions)


def compared(sheet: Sheet, stored: Mapping[int, str]) -> list[int]:
    """The rows that take part: those with a customer name, but for what was dropped.

    What was merged still says how its customer (``stored``: row -> rid) may look, better than the survivor alone.
    """
    names = sheet.checked.values.get("name") or [None] * len(sheet.rows)
    statuses = sheet.checked.values.get("submit_status") or [None] * len(sheet.rows)
    return [
        row
        for row, (name, status) in enumerate(zip(names, statuses, strict=True))
        if name and (status not in SETTLED or (status == "merged" and row in stored))
    ]


def normal_records(records: Sequence[Mapping[str, str | None]]) -> Normal:
    """Stored customers' values as the duplicate engine sees them."""
    return normalise({key: [values.get(key) for values in records] for key in MATCHED})


def find(
    sheet: Sheet,
    store: Store,
    context: Context,
    lines: Sequence[Line] = (),
    known: Mapping[int, str] | None = None,
    memory: likeness.Memory | None = None,
) -> list[Match]:
    """Every possible duplicate of a new row, against earlier rows and against the store, in the order of the sheet.

    ``known`` maps rows that the store has although their number is missing to their rid. Stored rows are never compared
    with each other. Pairs that a person called different before are left out; those of ``lines``, what 查重结果 asks
    about, stay until somebody decides, however the two look by now. Of a customer that is hidden from the acting person only
    an exact repetition is found, and who owns it. ``memory`` is given what the rows were compared as.
    """
    stored = identities(sheet) | dict(known or {})
    rows = compared(sheet, stored)
    values = sheet.checked.values
    said_by = {key: [values[key][row] for row in rows] for key in MATCHED if key in values}
    here = normalise(said_by)
    said = likenesses(sheet)
    matches = []
    for pair in engine.within(here, weights(store.settings())).pairs:
        first, second = sorted((rows[pair.left], rows[pair.right]))
        if second in stored and first not in stored:
            first, second = second, first  # the row that is stored already is the one to merge into
        if second not in stored:
            # A stored row is told by its identity: filling in its defaults must not orphan the decisions about it.
            former = pair_key((said[first], said[second]))
            key = pair_key((stored[first], said[second])) if first in stored else former
            matches.append(Match(second, first, None, pair, key, former))
    keys = block.keys(here)
    if memory is not None:
        memory.keep(said_by, here, keys)
    matches += _against(rows, here, keys, said, stored, store)
    matches += _taken(sheet, rows, keys, said, stored, store, context)
    found = {key for match in matches for key in (match.key, match.former)}
    matches += _held([line for line in lines if line.pair not in found], sheet, rows, said, stored, store)
    remembered = store.decisions({key for match in matches for key in (match.key, match.former) if key})
    distinct = {key for key, decision in remembered.items() if decision.verdict == "distinct"}
    distinct |= {match.key for match in matches if match.former in distinct}
    matches = [match for match in matches if match.key not in distinct]
    matches.sort(key=_order)
    likest: dict[tuple[int, str], Match] = {}  # a merged row and its survivor are one customer
    for match in matches:
        likest.setdefault((match.row, match.key), match)
    return list(likest.values())


def _order(match: Match) -> tuple[int, float, bool, int, str]:
    """By row, the likest first; of equals a row of the sheet, then the older one. Nothing random may decide."""
    number = (match.record.number if match.record else None) or ""
    return match.row, -match.pair.probability, match.other is None, match.other or len(number), number


def identities(sheet: Sheet) -> dict[int, str]:
    """The rid of the living customer that each row belongs to by its number, merged rows included."""
    numbers = sheet.checked.values.get("number") or []
    records = {row: sheet.records.get(number or "") for row, number in enumerate(numbers)}
    return {row: record.rid for row, record in records.items() if record is not None and record.state == "live"}


def _against(
    rows: Sequence[int],
    here: Normal,
    keys: Sequence[Sequence[str]],
    said: Sequence[str],
    stored: Mapping[int, str],
    store: Store,
) -> list[Match]:
    fresh = [place for place, row in enumerate(rows) if row not in stored]
    candidates = store.candidates([keys[place] for place in fresh])
    found = [(fresh[place], rid) for place, rid in candidates.pairs]
    known = store.looks(rid for _, rid in found)
    odd = likeness.faces(store.records({rid for _, rid in found} - known.keys()), store)
    owners = [rid for rid, looks in known.items() for _ in looks] + [rid for rid, _ in odd]
    there = face.read(look for looks in known.values() for look in looks)
    if odd:
        there += normal_records([values for _, values in odd])
    places: dict[str, list[int]] = {}
    for place, rid in enumerate(owners):
        places.setdefault(rid, []).append(place)
    likely = [(place, other) for place, rid in found for other in places.get(rid, ())]
    pairs = engine.against(here, there, likely, block.Counts(candidates.total, candidates.counts), weights(store.settings()))
    best: dict[tuple[int, str], Pair] = {}
    for pair in pairs:
        of = (pair.left, owners[pair.right])
        if of not in best or pair.probability > best[of].probability:
            best[of] = pair
    records = store.records({rid for _, rid in best})
    return [
        Match(rows[place], None, records[rid], pair, pair_key((rid, said[rows[place]]))) for (place, rid), pair in best.items()
    ]


def _taken(
    sheet: Sheet,
    rows: Sequence[int],
    keys: Sequence[Sequence[str]],
    said: Sequence[str],
    stored: Mapping[int, str],
    store: Store,
    context: Context,
) -> list[Match]:
    """The new rows that exactly are customers hidden from the acting person."""
    fresh = [place for place, row in enumerate(rows) if row not in stored]
    values = [(key, column) for key in MATCHED if (column := sheet.checked.values.get(key)) is not None]
    asked: list[Values] = [{key: column[rows[place]] for key, column in values} for place in fresh]
    answers = store.taken(asked, [keys[place] for place in fresh], context)
    records = store.records({answer.rid for answer in answers})
    pair = Pair(0, 0, 1.0, "ask", ())
    return [
        Match(row, None, records[answer.rid], pair, pair_key((answer.rid, said[row])), owner=answer.owner)
        for answer in answers
        for row in [rows[fresh[answer.index]]]
    ]


def _held(
    lines: Sequence[Line], sheet: Sheet, rows: Sequence[int], said: Sequence[str], stored: Mapping[int, str], store: Store
) -> list[Match]:
    """The pairs of ``lines`` as matches, as far as both still are there and the row says the same.

    A colleague has changed the customer since, or its telephone became too common: no evidence is left, but the person
    was asked, and not answering is no answer.
    """
    if not lines:
        return []
    named: dict[str, list[int]] = {}
    for row in rows:
        named.setdefault(sheet.value(row, "name") or "", []).append(row)
    numbered = store.find({line.other for line in lines})
    records = {rid: record for rid, record in store.records(set(numbered.values())).items() if record.state == "live"}
    found = []
    for line in lines:
        pair = Pair(0, 0, line.probability, "ask", ())
        record = records.get(numbered.get(line.other, ""))
        for row in named.get(line.name, ()):
            if row in stored:
                continue
            if record is not None and pair_key((record.rid, said[row])) == line.pair:
                found.append(Match(row, None, record, pair, line.pair))
            others = [other for other in named.get(line.other_name, ()) if other != row] if record is None else ()
            for other in others:
                former = pair_key((said[other], said[row]))
                key = pair_key((stored[other], said[row])) if other in stored else former
                if line.pair in (key, former):
                    found.append(Match(row, other, None, pair, key, former))
                    break
    return found
