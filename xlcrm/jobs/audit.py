"""Looking into the whole log: which entries are asked for, the heads that receipts hold, and lists for others to read."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path

from xlcrm.catalogue import area, text
from xlcrm.errors import UsageError
from xlcrm.jobs.readback import changed, kind_title, table_title
from xlcrm.jobs.reveal import chosen
from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Operation, Result
from xlcrm.model.tables import STORED
from xlcrm.model.vocabularies import fold
from xlcrm.sheets import loglist
from xlcrm.sheets.files import open_book
from xlcrm.store import asking, retention
from xlcrm.store.base import EVERYTHING, Entry, Sought, Store

SUFFIXES = (".xlsx", ".csv", ".jsonl")
COLUMNS = (
    "seq", "at", "actor", "login", "kind", "table", "number", "version", "field", "before", "after", "source", "reason",
    "operation",
)  # fmt: skip
_OTHERS = ("person", "setting", "decision", "access", "keyholder")
_PAGE = 1000
_HEAD = re.compile(r"\d+:[0-9a-f]{16,64}")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

Said = Mapping[str, object]


def head(said: str) -> str:
    """A head (SEQ:HASH) as somebody typed or copied it; UsageError where it is none."""
    found = said.strip().lower().replace("：", ":")
    if not _HEAD.fullmatch(found):
        raise UsageError("audit.bad_head", head=said)
    return found


def receipt(path: Path) -> str:
    """The head that the last submission left in the workbook at ``path``; UsageError where there is none."""
    book = open_book(path)
    if not book.setting("receipt"):
        raise UsageError("audit.no_receipt", name=book.name)
    return head(book.setting("receipt"))


def sought(store: Store, since: str, until: str, person: str, customer: str, kind: str, table: str) -> Sought:
    """What somebody's words ask for; "" asks for all. UsageError for a day, person, customer, kind or table that is none."""
    actor = next((one.rid for one in store.people() if person in (one.name, one.account)), "")
    if person and not actor:
        raise UsageError("jobs.person_unknown", name=person)
    kinds = {key.removeprefix("kind_"): words for key, words in area("jobs").items() if key.startswith("kind_")}
    tables = {one.key: (one.zh, one.en) for one in STORED} | {key: area("jobs")[f"table_{key}"] for key in _OTHERS}
    return Sought(
        since=moment(since, "00:00:00"),
        until=moment(until, "23:59:59"),
        actor=actor,
        customer=chosen(store, customer).rid if customer else "",
        kinds=_meant(kind, kinds, "audit.bad_kind"),
        tables=_meant(table, tables, "audit.bad_table"),
    )


def moment(day: str, time: str) -> str:
    """A day at ``time``, or a moment as it is written."""
    if not day:
        return ""
    try:
        found = datetime.fromisoformat(day if len(day) > len("2025-03-05") else f"{day} {time}")
    except ValueError as error:
        raise UsageError("audit.bad_day", day=day) from error
    return found.strftime("%Y-%m-%d %H:%M:%S")


def _meant(word: str, known: Mapping[str, tuple[str, str]], wrong: str) -> frozenset[str]:
    if not word:
        return frozenset()
    found = [code for code, titles in known.items() if fold(word) in map(fold, (code, *titles))]
    if not found:
        raise UsageError(wrong, word=word, known="、".join(f"{code}（{titles[0]}）" for code, titles in known.items()))
    return frozenset(found)


def export(
    path: Path, store: Store, context: Context, names: Mapping[str, str], wanted: Sought, asked: str, watch: Callable[[int], None]
) -> int:
    """Write the entries that are ``wanted`` and may be read into ``path`` (.xlsx, .csv or .jsonl); how many.

    The log notes the export, with ``asked`` (the filters as written), before the file appears. ``watch`` is told how many
    entries are written. OSError where ``path`` cannot be written; it is then as it was.
    """
    count = 0

    def entries() -> Iterator[Entry]:
        nonlocal count
        for found in every(store, wanted):
            yield from found
            count += len(found)
            watch(count)

    part = path.with_name(f"{path.name}.part")
    language = context.language
    try:
        if path.suffix == ".jsonl":
            _write_json(part, (line(entry, names) for entry in entries()))
        else:
            titles = [text(f"audit.column_{name}", language) for name in COLUMNS]
            write = _write_csv if path.suffix == ".csv" else loglist.write
            write(part, titles, (row for entry in entries() for row in _rows(entry, language, names)))
        asking.note_export(store, context, count, asked, "audit")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count


def every(store: Store, wanted: Sought = EVERYTHING) -> Iterator[list[Entry]]:
    """All entries that are ``wanted``, page by page, up to where the log stands when its end is reached."""
    cursor = ""
    while (page := store.log(cursor, _PAGE, wanted)).cursor != cursor:
        cursor = page.cursor
        yield page.entries


def changes(store: Store, since: str, limit: int | None, names: Mapping[str, str]) -> Iterator[Said]:
    """The entries after the cursor ``since`` as JSON objects, at most ``limit``; the last object holds the next cursor alone.

    UsageError as Store.log.
    """
    left = limit
    while left is None or left > 0:
        page = store.log(since, _PAGE if left is None else min(_PAGE, left))
        if page.cursor == since:
            break
        since = page.cursor
        left = None if left is None else left - len(page.entries)
        yield from (line(entry, names) for entry in page.entries)
    yield {"cursor": since}


def line(entry: Entry, names: Mapping[str, str]) -> Said:
    """An entry as a JSON object; values in the canonical text form of the store."""
    return {
        "seq": entry.seq,
        "operation": entry.operation,
        "kind": entry.kind,
        "at": entry.at,
        "by": names.get(entry.actor, entry.actor),
        "table": entry.table,
        "rid": entry.rid,
        "number": entry.number,
        "customer": entry.customer or None,
        "version": {"from": entry.version - 1, "to": entry.version},
        "fields": sorted(entry.after),
        "before": entry.before,
        "after": entry.after,
        "source": " ".join(part for part in (entry.source, entry.place) if part),
        "reason": entry.reason,
    }


def _rows(entry: Entry, language: str, names: Mapping[str, str]) -> Iterator[Sequence[str]]:
    """An entry as rows of a list: one for each field that it is about."""
    about = [
        str(entry.seq),
        entry.at,
        names.get(entry.actor, entry.actor),
        entry.login,
        kind_title(entry.kind, language),
        table_title(entry.table, language),
        entry.number or entry.rid,
        str(entry.version),
    ]
    source = " ".join(part for part in (entry.source, entry.place) if part)
    for field, before, after in changed(entry, language, names) or [("", "", "")]:
        yield [*about, field, before, after, source, entry.reason, entry.operation]


def _write_json(path: Path, lines: Iterable[Said]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(said, ensure_ascii=False) + "\n" for said in lines)


def _write_csv(path: Path, titles: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(titles)
        writer.writerows([_plain(cell) for cell in row] for row in rows)


def _plain(cell: str) -> str:
    """A cell that a spreadsheet would take for a formula, marked as text."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def kept(store: Store) -> int:
    """For how many years what the log says is kept at least."""
    said = store.settings().get(retention.SETTING, "")
    return max(retention.YEARS, int(said) if said.isdecimal() else 0)


def keep(store: Store, context: Context, years: int) -> None:
    """Have the log kept for ``years`` at least. UsageError for too few, or without the right to settings."""
    if years < retention.YEARS:
        raise UsageError("audit.bad_years", years=years, least=retention.YEARS)
    change = Change("setting", retention.SETTING, "", {"value": str(years)})
    receipt = store.apply(Operation("settings", [change]), context)
    if receipt.outcomes[0].result is Result.REFUSED:
        raise UsageError("rights.no_settings")
