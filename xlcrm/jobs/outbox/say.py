"""What a person is told about rows that waited, or are to wait."""

from __future__ import annotations

from collections.abc import Iterable

from xlcrm.catalogue import text
from xlcrm.jobs.outbox.keep import Kept
from xlcrm.jobs.outbox.send import Sent


def sent(parcels: Iterable[Sent], language: str) -> list[str]:
    """The lines about parcels that went out."""
    lines = []
    for one in parcels:
        counts = {count.value: number for count, number in one.counts.items()}
        lines.append(text("outbox.sent", language, book=one.book, rows=one.rows, **counts))
        if one.returned:
            lines.append(text("outbox.came_back", language, book=one.book, count=len(one.returned)))
    return lines


def kept(rows: Kept, why: str, language: str) -> list[str]:
    """The lines about rows that are to wait; ``why`` the store did not get them."""
    lines = [text("outbox.kept" if rows.rows else "outbox.kept_none", language, rows=rows.rows)]
    if rows.known:
        lines.append(text("outbox.kept_parts", language, new=rows.new, known=rows.known))
    if rows.refused:
        lines.append(text("outbox.kept_refused", language, refused=rows.refused))
    return [*lines, text("outbox.why", language, why=why)]
