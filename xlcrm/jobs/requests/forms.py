"""Paper and mail: the form that a customer signs, and the sheet of requests as a small workbook to send around."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from xlcrm.catalogue import text
from xlcrm.errors import BookError, UsageError
from xlcrm.jobs.queues.lines import content
from xlcrm.model.operation import Record
from xlcrm.model.rows import Cell
from xlcrm.model.tables import DICTIONARY, REQUEST
from xlcrm.rules.masking import masked
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.wanted import item
from xlcrm.sheets.memory import MemoryBook
from xlcrm.store.base import Store

_NEEDED = frozenset({"customer", "field", "after"})
"""Without these columns a table is no sheet of requests."""


def consent(path: Path, store: Store, rulebook: Rulebook, request: Record, language: str) -> None:
    """Write the form with which the customer agrees to ``request``: who, what changes to what, why, and a place to sign.

    What stands now is masked where it is personal; what is to stand there is what the customer confirms. UsageError where the
    person may not see it, OSError where ``path`` cannot be written.
    """
    from xlcrm.sheets import form

    values, field = request.values, item(request.values)
    customer = store.records([values.get("customer") or ""]).get(values.get("customer") or "")
    if field is None or customer is None or request.hidden & {"before", "after"}:
        raise UsageError("requests.form_hidden", number=request.number or "")
    if values.get("after") is None and values.get("raised_through") == "system":
        raise UsageError("requests.form_unfilled", number=request.number or "")
    before = content(request, "before", rulebook, language)
    if field.sensitive and values.get("before"):
        before = masked(values["before"] or "", field.kind)
    blank = text("jobs.blank", language)
    contact = " ".join(part for key in ("contact", "contact_title") if (part := values.get(key)))
    lines = [
        (REQUEST["number"].title(language), request.number or ""),
        (REQUEST["customer_name"].title(language), customer.values.get("name") or ""),
        (REQUEST["contact"].title(language), contact),
        (REQUEST["field"].title(language), field.title(language)),
        (REQUEST["before"].title(language), before or blank),
        (REQUEST["after"].title(language), content(request, "after", rulebook, language) or blank),
        (REQUEST["reason"].title(language), values.get("reason") or ""),
        (text("requests.form_purpose", language), customer.values.get("purpose") or text("requests.form_purposes", language)),
        (text("requests.form_staff", language), rulebook.names.get(values.get("initiator") or "", "")),
    ]
    signed = [text(f"requests.form_{key}", language) for key in ("sign", "date")]
    form.write(path, text("requests.form_title", language), lines, text("requests.form_note", language), signed)


def mail(path: Path, customers: Sequence[Record], language: str) -> None:
    """Write the sheet of requests as a workbook of its own, a row for each of ``customers``, to be sent around and filled in.

    Only number and name are in it. OSError where ``path`` cannot be written.
    """
    from xlcrm.sheets import template

    columns: dict[str, list[Cell]] = {
        "customer": [one.number for one in customers],
        "customer_name": [one.values.get("name") for one in customers],
    }
    rows = {REQUEST.key: columns} if customers else {}
    template.build(path, language, rows, tables=(REQUEST, DICTIONARY))


def received(path: Path, language: str) -> MemoryBook:
    """The requests in a file that came back, as a workbook to be submitted: that of ``mail``, or any list with such columns.

    A row without anything but a customer is one that nobody filled in. BookError where the file cannot be read (sheets/sources)
    or holds no such list.
    """
    from xlcrm.sheets import headers
    from xlcrm.sheets.sources import read

    source = read(path)
    found: list[Mapping[str, Cell]] = []
    sheets = 0
    for table in source.tables:
        fields = headers.match(REQUEST, dict(enumerate(table.header, 1))).fields
        if _NEEDED - fields.keys():
            continue
        sheets += 1
        cells = {key: table.columns[place - 1] for key, place in fields.items()}
        rows = [{key: column[row] for key, column in cells.items()} for row in range(len(table))]
        found += [row for row in rows if any(row.get(key) is not None for key in ("field", "after", "reason", "before"))]
    if not sheets:
        raise BookError("requests.no_sheet", path=source.name)
    if not found:
        raise BookError("requests.nothing_filled", path=source.name)
    book = MemoryBook({REQUEST.key: found}, language=language, settings={"uid": source.digest[:32]})
    book.name = source.name
    return book
