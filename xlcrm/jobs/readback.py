"""Reading the store back: export, show, history. Nothing is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from xlcrm.catalogue import area, text
from xlcrm.model.fields import WRITTEN, Field, Kind, Role
from xlcrm.model.operation import Record
from xlcrm.model.rows import Cell
from xlcrm.model.tables import BELOW, BY_KEY, CUSTOMER, REQUEST
from xlcrm.rules.clean import show
from xlcrm.rules.wanted import SAID, shown
from xlcrm.store.base import Entry, Store


def cells(
    records: Iterable[Record], table: str, language: str, names: Mapping[str, str], customers: Mapping[str, str]
) -> dict[str, list[Cell]]:
    """Records as columns of cells for a sheet (field key -> cells); ``customers`` maps rids to numbers."""
    found = list(records)
    columns: dict[str, list[Cell]] = {}
    for field in BY_KEY[table].fields:
        if table == REQUEST.key and field.key in SAID:
            columns[field.key] = [shown(REQUEST, record.values, field.key, language, names) for record in found]
            continue
        values = [value_of(record, field.key) for record in found]
        if field.kind is Kind.REFERENCE:
            values = [customers.get(value or "", value) for value in values]
        columns[field.key] = [show(value, field, language, names) for value in values]
    return columns


def value_of(record: Record, key: str) -> str | None:
    """A field's stored value, of the columns that the store keeps itself as well."""
    if key == "submit_status":
        return "stored"
    if key in record.values:
        return record.values[key]
    value = getattr(record, key, None)
    return None if value is None else str(value)


def family(store: Store, customers: Sequence[Record]) -> dict[str, list[Record]]:
    """What belongs to customers, by table key."""
    rids = [record.rid for record in customers]
    return {
        table.key: [record for records in store.children(table.key, rids).values() for record in records]
        for table in BELOW
    }


def described(record: Record, language: str, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """A record as (header, value) pairs, blank fields left out."""
    pairs = []
    for field in BY_KEY[record.table].fields:
        value = None if field.role is Role.SHEET or field.key == "customer" else value_of(record, field.key)
        if value is not None:
            pairs.append((field.title(language), said(value, field, language, names)))
    return pairs


def told(entry: Entry, language: str, names: Mapping[str, str]) -> tuple[str, list[tuple[str, str]]]:
    """One line of the log as a heading and its (field, change) pairs."""
    heading = text(
        "jobs.log_line",
        language,
        at=entry.at,
        actor=names.get(entry.actor, entry.actor),
        kind=kind_title(entry.kind, language),
        operation=entry.operation_number,
        table=table_title(entry.table, language),
        version=entry.version,
        source=" ".join(part for part in (entry.source, entry.place, entry.reason) if part),
    )
    blank = text("jobs.blank", language)
    return heading, [
        (field, (after or blank) if entry.version == 1 else f"{before or blank} → {after or blank}")
        for field, before, after in changed(entry, language, names)
    ]


def changed(entry: Entry, language: str, names: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """The fields that an entry of the log is about as people write them: (field, before, after), "" for blank."""
    if entry.table == "access":
        keys = (entry.after.get("field") or "").split(",")
        plain, count = text("jobs.shown_plain", language), entry.after.get("count")
        shown = [(CUSTOMER[key].title(language), "", plain) for key in keys if key in CUSTOMER.by_key]
        return [(text("jobs.exported_rows", language), "", count), *shown] if count else shown
    table = BY_KEY.get(entry.table)
    changes = []
    for key in entry.after:
        if (key == "life" and entry.version == 1) or key == "merged_into":
            continue  # every record begins alive; into whom it was merged its number says
        field = table.by_key.get(key) if table else None
        before, after = (
            "" if value is None else said(value, field, language, names) if field else value
            for value in (entry.before.get(key), entry.after.get(key))
        )
        if key == "life":
            before, after = (text(f"jobs.life_{value}", language) if value else "" for value in (before, after))
        title = text("jobs.life", language) if key == "life" else field.title(language) if field else key
        changes.append((title, before, after))
    return changes


def kind_title(kind: str, language: str) -> str:
    """What people call a kind of operation."""
    return text(f"jobs.kind_{kind}", language) if f"kind_{kind}" in area("jobs") else kind


def table_title(key: str, language: str) -> str:
    """What people call a table of the store."""
    table = BY_KEY.get(key)
    if table is not None:
        return table.title(language)
    return text(f"jobs.table_{key}", language) if f"table_{key}" in area("jobs") else key


def said(value: str, field: Field, language: str, names: Mapping[str, str]) -> str:
    """A stored value as text for a person."""
    if field.kind in WRITTEN:
        return value
    return str(show(value, field, language, names))
