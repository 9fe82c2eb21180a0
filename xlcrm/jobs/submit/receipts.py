"""What everybody is told after a consolidated workbook was submitted: which of their rows went in, which did not, and why."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from xlcrm.catalogue import text
from xlcrm.jobs.submit import Submission
from xlcrm.jobs.submit.draft import Fate
from xlcrm.model.finding import Finding
from xlcrm.model.tables import CUSTOMER

_UNSAFE = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_TITLES = ("result", "number", "name", "owner", "source", "note")


def folder(book: Path, language: str) -> Path:
    """The folder beside ``book`` that the receipts go into."""
    return book.with_name(text("consolidate.receipts_folder", language, stem=book.stem))


def write(done: Submission, book: Path) -> list[Path]:
    """Write a receipt for each owner and for each person who delivered; none where the workbook is no consolidation.

    Where nothing was stored, the receipts of the press before stay.

    OSError where the folder cannot be written.
    """
    if done.dry or not done.draft.origins.parts or CUSTOMER.key not in done.draft.sheets:
        return []
    from xlcrm.sheets import loglist  # what writes a workbook is not needed to submit one

    language = done.draft.context.language
    place = folder(book, language)
    if not done.head and place.exists():
        return []
    lines: dict[str, list[tuple[str, ...]]] = {}
    for people, line in _lines(done):
        for name in people:
            lines.setdefault(name, []).append(line)
    place.mkdir(exist_ok=True)
    titles = [text(f"consolidate.receipt_{title}", language) for title in _TITLES]
    found = []
    for name, rows in sorted(lines.items()):
        path = place / f"{_UNSAFE.sub('_', name) or text('consolidate.nobody', language)}.xlsx"
        rows.sort(key=lambda row: row[0])
        loglist.write(path, titles, rows)
        found.append(path)
    return found


def _lines(done: Submission) -> Iterator[tuple[list[str], tuple[str, ...]]]:
    """Each row that says something new, with the people whose it is: the owner, and who delivered it for somebody else."""
    draft = done.draft
    language, names = draft.context.language, draft.rulebook.names
    sheet, fates = draft.sheets[CUSTOMER.key], draft.fates[CUSTOMER.key]
    notes: dict[int, list[Finding]] = {}
    for finding in sheet.checked.findings:
        if finding.row is not None:
            notes.setdefault(finding.row, []).append(finding)
    for row, fate in enumerate(fates):
        parts = draft.origins.of(sheet, row)
        if parts and all(part.known for part in parts):
            continue
        owner = names.get(_owner(fate) or sheet.value(row, "owner") or "", "")
        sources = [f"{part.file} {part.sheet}!{part.line}" for part in parts]
        delivered = [name for name in names.values() if any(name in part.file for part in parts)]
        said = "\n".join(dict.fromkeys(finding.sentence(language) for finding in notes.get(row, ())))
        values = [one for part in parts for one in part.lost if one.field in CUSTOMER.by_key]
        lost = "\n".join(f"{CUSTOMER[one.field].title(language)}: {one.value} ({one.origin})" for one in values)
        number = fate.change.number if fate.change and fate.change.number else fate.record.number if fate.record else None
        yield list(dict.fromkeys([owner, *delivered])), (
            text(f"consolidate.fate_{fate.count.value}", language),
            number or "",
            sheet.value(row, "name") or "",
            owner,
            "\n".join(sources),
            "\n".join(filter(None, (said, lost))),
        )


def _owner(fate: Fate) -> str | None:
    if fate.change is not None and "owner" in fate.change.values:
        return fate.change.values["owner"]
    return fate.record.values.get("owner") if fate.record else None
