"""查找客户: who is calling? The matching customers with all that matters, on one sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlcrm.jobs.marking import fill
from xlcrm.jobs.readback import family
from xlcrm.model.context import Context
from xlcrm.model.operation import Record
from xlcrm.model.rows import Cell
from xlcrm.model.tables import CONTACT, CUSTOMER, FOUND, INTERACTION, TAG
from xlcrm.rules import masking
from xlcrm.rules.clean import show
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.store.base import Store

PLAIN = ("name", "owner")  # what everybody may know: the customer is taken, and by whom


@dataclass(slots=True)
class Findings:
    """What was found: the lines of 查找结果 (field key -> cell), the likeliest first."""

    lines: list[dict[str, Cell]]


def find(store: Store, context: Context, rulebook: Rulebook, wanted: str) -> Findings:
    """The customers that ``wanted`` may mean: number, part of the name, pinyin, phone or its last four digits.

    Of a colleague's customer somebody without the right to see contacts learns only that it is taken, and by whom
    (mission section 8). Raises StoreError.
    """
    found = store.search(wanted)
    children = family(store, found)
    by_customer: dict[str, dict[str, list[Record]]] = {key: {} for key in children}
    for key, records in children.items():
        for record in records:
            by_customer[key].setdefault(record.values.get("customer") or "", []).append(record)
    return Findings(
        [
            _line(record, {key: of.get(record.rid, []) for key, of in by_customer.items()}, context, rulebook.names)
            for record in found
        ]
    )


def fill_sheet(book: Book, found: Findings, language: str) -> None:
    """Show the lines on 查找结果 and save. Raises BookError."""
    fill(book, FOUND, found.lines, language)
    book.save()


def _line(
    record: Record, children: Mapping[str, Sequence[Record]], context: Context, names: Mapping[str, str]
) -> dict[str, Cell]:
    language, values = context.language, record.values
    line: dict[str, Cell] = {"number": record.number}
    for item in FOUND.fields:
        if item.key in CUSTOMER.by_key and item.key not in ("number", "tags"):
            line[item.key] = show(values.get(item.key), CUSTOMER[item.key], language, names)
    if values.get("owner") not in (None, context.actor.rid) and not masking.sees_contacts(context.actor):
        return {key: line.get(key) for key in PLAIN}
    people = []
    for one in children[CONTACT.key]:
        title, phone = one.values.get("title"), show(one.values.get("phone"), CONTACT["phone"], language, names)
        people.append(" ".join(str(part) for part in (one.values.get("name"), title, phone) if part))
    line["contacts"] = "\n".join(people) or None
    line["tags"] = (
        "、".join(sorted(str(show(one.values.get("name"), TAG["name"], language, names)) for one in children[TAG.key])) or None
    )
    if talks := sorted(children[INTERACTION.key], key=lambda one: one.values.get("at") or ""):
        last = talks[-1].values
        line["last_at"] = show(last.get("at"), INTERACTION["at"], language, names)
        line["last_topic"] = last.get("topic")
        line["next_step"] = last.get("next_step")
    return line
