"""What a person is told of an undo, before and after."""

from __future__ import annotations

from collections.abc import Mapping

from xlcrm.catalogue import text
from xlcrm.jobs.readback import kind_title, said, table_title
from xlcrm.jobs.undo import Undo
from xlcrm.model.fields import Kind
from xlcrm.model.operation import Record
from xlcrm.model.tables import BY_KEY
from xlcrm.rules.undo import Left
from xlcrm.store.base import Done, Store

LISTED = 12  # things left that are named


def sentences(found: Undo, store: Store, language: str, names: Mapping[str, str]) -> list[str]:
    """What taking an operation back does (or did), line by line; ``names`` are colleagues' names by rid."""
    counts = [
        text(f"undo.count_{key}", language, count=count) for key, count in found.counts.items() if key != "left" and count
    ]
    listed = text("match.and", language).join(counts) or "0"
    lines = [text("undo.did", language, counts=listed)]
    if found.receipt is None:
        lines = [heading(found.done, language, names), text("undo.would", language, counts=listed)]
    if found.plan.left:
        lines.append(text("undo.left", language, count=len(found.plan.left)))
        lines += [f"  {_left(one, found.records.get(one.rid), store, language, names)}" for one in found.plan.left[:LISTED]]
        lines += ["  ..."] if len(found.plan.left) > LISTED else []
    if found.hidden > 0:
        lines.append(text("undo.some_hidden", language, count=found.hidden))
    if found.receipt is not None:
        lines.append(text("undo.number", language, number=found.receipt.head.partition(":")[0]))
    return lines


def heading(done: Done, language: str, names: Mapping[str, str]) -> str:
    """An operation in one line."""
    source = "".join(f" {part}" for part in (done.source, done.reason) if part)
    actor, kind = names.get(done.actor, done.actor), kind_title(done.kind, language)
    return text("undo.what", language, number=done.number, kind=kind, actor=actor, at=done.at, source=source)


def _left(left: Left, record: Record | None, store: Store, language: str, names: Mapping[str, str]) -> str:
    number = record.number if record is not None else None
    label = f"{table_title(left.table, language)} {number or ''}".strip()
    if left.why != "changed":
        return text(f"undo.left_{left.why}", language, record=label)
    item = BY_KEY[left.table][left.field]
    hidden = record is not None and left.field in record.hidden
    values = {}
    for side, value in (("now", left.now), ("wanted", left.wanted)):
        if hidden:
            values[side] = text("undo.hidden", language)
        elif value and item.kind is Kind.REFERENCE:
            values[side] = next((one.number or value for one in store.records([value]).values()), value)
        else:
            values[side] = said(value, item, language, names) if value else text("jobs.blank", language)
    return text("undo.left_changed", language, record=label, field=item.title(language), **values)
