"""What a person is told about rows that waited, or are to wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from xlcrm.catalogue import text
from xlcrm.crypto.seal import VARIABLES
from xlcrm.jobs.outbox.box import Waiting
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


def secret(by: str, language: str) -> str:
    """What a parcel was sealed by (Waiting.by), for a person."""
    return by if by in VARIABLES else text(f"outbox.by_{by or 'unknown'}", language)


def closed(waiting: Iterable[Waiting], language: str) -> list[tuple[int, str]]:
    """How many parcels cannot be opened, and what would open them."""
    by = Counter(one.by for one in waiting if one.parcel is None)
    return [(count, secret(one, language)) for one, count in sorted(by.items())]


def kept(rows: Kept, why: str, language: str) -> list[str]:
    """The lines about rows that are to wait; ``why`` the store did not get them."""
    lines = [text("outbox.kept" if rows.rows else "outbox.kept_none", language, rows=rows.rows)]
    if rows.known:
        lines.append(text("outbox.kept_parts", language, new=rows.new, known=rows.known))
    if rows.refused:
        lines.append(text("outbox.kept_refused", language, refused=rows.refused))
    return [*lines, text("outbox.why", language, why=why)]
