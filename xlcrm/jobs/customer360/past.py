"""How the customer came to be what it is: what was merged into it, what was held against it, what was done to it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from xlcrm.catalogue import text
from xlcrm.errors import UsageError
from xlcrm.jobs import audit
from xlcrm.jobs.customer360.look import LATEST, Look, minutes
from xlcrm.jobs.readback import changed, kind_title, said, table_title
from xlcrm.jobs.tokens import likeness, pair_key
from xlcrm.model.operation import Record
from xlcrm.model.page import Lines
from xlcrm.model.tables import CUSTOMER, MATCHED
from xlcrm.model.vocabularies import vocabulary
from xlcrm.store.base import Entry, Sought


def merged(look: Look) -> Iterator[Lines]:
    """The customers that were merged into this one, and the values that lost; nothing where there are none."""
    rid = look.record.rid
    records = look.store.records(look.store.joined([rid]).get(rid, ()))
    if records:
        lines = [[*_called(one), minutes(one.updated_at), look.name(one.updated_by)] for one in records.values()]
        yield Lines(look.say("merged"), [*_heads(look), look.say("merged_at"), look.say("merged_by")], (5, 10, 5, 4), lines)
    kept = [(CUSTOMER.by_key[one.field], one) for one in look.store.kept([rid]).get(rid, ()) if one.field in CUSTOMER.by_key]
    if kept:
        language, names = look.language, look.rulebook.names
        told = [[item.title(language), said(one.value, item, language, names), one.origin] for item, one in kept]
        yield Lines(look.say("kept"), [look.say(key) for key in ("field", "value", "origin")], (5, 10, 9), told)


def decided(look: Look) -> Iterator[Lines]:
    """The possible duplicates about which somebody decided; nothing where there are none."""
    asked, words = _pairs(look), vocabulary("decision")
    found = {asked[key].rid: (asked[key], one) for key, one in look.store.decisions(asked).items() if one.verdict}
    lines = [[*_called(other), words.label(one.verdict, look.language), one.reason] for other, one in found.values()]
    if lines:
        yield Lines(look.say("decided"), [*_heads(look), look.say("verdict"), look.say("reason")], (5, 9, 4, 6), lines)


def _pairs(look: Look) -> dict[str, Record]:
    """The keys that decisions have about the customer and those that share something with it, with the other one.

    A decision is about a stored customer and what a row said when it was submitted; either of the two was the row once.
    """
    from xlcrm.match import block
    from xlcrm.match.normalise import normalise

    record, store = look.record, look.store
    if record.hidden:
        return {}
    keys = block.keys(normalise({key: [record.values.get(key)] for key in MATCHED}))
    others = store.records({rid for _, rid in store.candidates(keys).pairs} - {record.rid})
    first = store.as_of((rid, 1) for rid in (record.rid, *others))
    pairs = {}
    for other in others.values():
        for stored, row in ((other, record), (record, other)):
            for values in (row.values, first.get((row.rid, 1), row.values)):
                pairs[pair_key((stored.rid, likeness(values)))] = other
    return pairs


def history(look: Look) -> Lines:
    """What was done to the customer and what belongs to it, and who was shown something, a line for each operation; a sentence
    where that is not one's to read.
    """
    heads, widths = [look.say(key) for key in ("at", "by", "what", "changes")], (5, 3, 4, 12)
    try:
        found = _entries(look)
    except UsageError as error:
        return Lines(look.say("history"), heads, widths, (), error.sentence(look.language))
    operations = [list(entries) for _, entries in groupby(found, lambda one: one.operation)]
    lines = [_operation(look, entries) for entries in operations[:LATEST]]
    return Lines(look.say("history"), heads, widths, lines, look.note(len(operations)))


def _entries(look: Look) -> list[Entry]:
    """The log's entries, the newest first, those of merged customers included."""
    rid = look.record.rid
    found = {one.seq: one for one in look.store.history(rid)}
    found.update({one.seq: one for page in audit.every(look.store, Sought(customer=rid)) for one in page})
    return [found[seq] for seq in sorted(found, reverse=True)]


def _operation(look: Look, entries: Sequence[Entry]) -> list[str]:
    """One operation: what it did to each record, those in the order in which it did it; why, and where it came from."""
    first = entries[0]
    told = [line for entry in reversed(entries) for line in _done(look, entry)]
    told += dict.fromkeys(filter(None, (" ".join(filter(None, (one.source, one.reason))) for one in entries)))
    kind = f"{kind_title(first.kind, look.language)} {first.operation_number}"
    return [minutes(first.at), look.name(first.actor), kind, "\n".join(told)]


def _done(look: Look, entry: Entry) -> Iterator[str]:
    changes, blank = changed(entry, look.language, look.rulebook.names), text("jobs.blank", look.language)
    record = f"{table_title(entry.table, look.language)} {entry.number or ''}".rstrip()
    if entry.version == 1 and entry.table != "access":
        yield look.say("labelled", label=record, value=look.say("made", count=len(changes)))
        return
    said = (f"{before or blank} → {after or blank}" if entry.version > 1 else after for _, before, after in changes)
    told = [look.say("labelled", label=field, value=value) for (field, _, _), value in zip(changes, said, strict=True)]
    yield look.say("labelled", label=record, value=look.say("and").join(told)) if told else record


def _called(record: Record) -> tuple[str, str]:
    return record.number or "", record.values.get("name") or ""


def _heads(look: Look) -> tuple[str, str]:
    return CUSTOMER["number"].title(look.language), CUSTOMER["name"].title(look.language)
