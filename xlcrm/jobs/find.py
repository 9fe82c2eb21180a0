"""查找客户: who is calling? The matching customers with all that matters, on one sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlcrm.catalogue import text
from xlcrm.jobs.marking import fill
from xlcrm.jobs.readback import family
from xlcrm.model.context import Context
from xlcrm.model.operation import Record, Taken, Values
from xlcrm.model.resultsheets import FOUND
from xlcrm.model.rows import Cell
from xlcrm.model.tables import CONTACT, CUSTOMER, INTERACTION, MATCHED, TAG
from xlcrm.rules.clean import read, show
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.store.base import Store

SHORTEST = 2  # characters of a name or number that can be somebody's whole one


@dataclass(slots=True)
class Findings:
    """What was found: the lines of 查找结果 (field key -> cell), the likeliest first."""

    lines: list[dict[str, Cell]]


def find(store: Store, context: Context, rulebook: Rulebook, wanted: str) -> Findings:
    """The customers that ``wanted`` may mean: number, part of the name, pinyin, phone or its last four digits.

    Of a customer that is hidden from the acting person only an exact name, phone, mail or credit code tells that it is
    taken, and by whom (mission section 8). Raises StoreError.
    """
    found = store.search(wanted)
    names, language = rulebook.names, context.language
    hidden: list[dict[str, Cell]] = [
        {"name": told(answer, language, names), "owner": names.get(answer.owner)}
        for answer in asked(store, context, rulebook, wanted)
    ]
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
        + hidden
    )


def asked(store: Store, context: Context, rulebook: Rulebook, wanted: str) -> list[Taken]:
    """Whether ``wanted`` is exactly a customer hidden from the acting person; at most one answer for each customer."""
    values: list[Values] = [
        {key: value} for key in ("name", "phone", "email", "uscc") if (value := read(wanted, CUSTOMER[key], rulebook).value)
    ]
    if not values or len(wanted) < SHORTEST:
        return []
    from xlcrm.match import block
    from xlcrm.match.normalise import normalise

    keys = block.keys(normalise({key: [one.get(key) for one in values] for key in MATCHED}))
    return list({answer.rid: answer for answer in store.taken(values, keys, context)}.values())


def told(answer: Taken, language: str, names: Mapping[str, str]) -> str:
    """The answer to "is it taken?" as a sentence."""
    return text("rights.taken" if answer.owner else "rights.taken_limit", language, owner=names.get(answer.owner, answer.owner))


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
