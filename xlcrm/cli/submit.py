"""xlcrm submit: check, compare, number, store, write back."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal
from xlcrm.errors import Away

if TYPE_CHECKING:
    from xlcrm.jobs.queues.answers import Carried
    from xlcrm.jobs.submit import Submission


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("book", metavar="BOOK.xlsx", type=Path, help=text("cli.book", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--dry-run", action="store_true", help=text("cli.dry_run", language))
    parser.add_argument("--accept", action="store_true", help=text("cli.accept", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Submit; 0 when every row is in and every chosen action done, 1 when something was refused or waits."""
    from xlcrm.jobs.submit import Count, receipts

    with app.session(options.book, options.lang, options.store, open_store=False, watch=terminal.Bar()) as desk:
        try:
            acted, reviewed, done = _submit(desk, options)
        except Away as away:
            if options.dry_run:
                raise
            return _keep(desk, away, options)
        terminal.tell(desk.said)
        if not options.dry_run:
            terminal.tell(app.deliver(desk))
        with app.writing(desk.path):
            given = receipts.write(done, desk.path)
        if options.json:
            terminal.dump(_json(done, acted, desk.path))
        else:
            answered = [one for one in (acted.sentence(options.lang), *reviewed) if one]
            print(*answered, sep="\n", end="\n" if answered else "")
            if done.rows or not answered:  # who only answers what waits is not told of rows
                show(done, options.lang, desk.path)
        if given and not options.json:
            print(text("consolidate.receipts", options.lang, folder=given[0].parent, count=len(given)))
    return 1 if done.total[Count.REFUSED] or done.total[Count.WAITING] or acted.left else 0


def _submit(desk: app.Desk, options: argparse.Namespace) -> tuple[Carried, list[str], Submission]:
    """What waits on this machine goes first: another workbook's as it is, this one's together with it; then what was chosen on
    the sheets of what waits, then the rows.
    """
    from xlcrm.jobs.outbox import say
    from xlcrm.jobs.submit import submit

    with app.connected(desk):
        along: list[str] = []
        if not options.dry_run:
            terminal.tell(say.sent(app.send(desk, own=False), options.lang))
            along = app.take_along(desk)
        acted, reviewed = app.answer(desk, options.dry_run), app.reviewed(desk, options.dry_run)
        how = {"dry_run": options.dry_run, "accept": options.accept, "send": app.sending(desk)}
        done = submit(desk.book, desk.store, desk.context, desk.rulebook, **how)
    for name in along:
        app.outbox().drop(name)
    return acted, reviewed, done


def _keep(desk: app.Desk, away: Away, options: argparse.Namespace) -> int:
    from xlcrm.jobs.outbox import say

    kept = app.keep(desk, away)
    if options.json:
        terminal.dump({"book": str(desk.path), "kept": asdict(kept), "reason": away.sentence(options.lang)})
    else:
        print("\n".join(say.kept(kept, away.sentence(options.lang), options.lang)))
        if left := app.chosen(desk):
            print(text("queues.waiting_answer", options.lang, count=left))
    return 1 if kept.rows or kept.refused else 0


def show(done: Submission, language: str, path: Path) -> None:
    """Print what a submission did, in a few lines."""
    from xlcrm.jobs.submit import Count
    from xlcrm.model.tables import CUSTOMER

    total = {count.value: number for count, number in done.total.items()}
    print(text("jobs.would_submit" if done.dry else "jobs.submitted", language, rows=done.rows, **total))
    for key, found in done.counts.items():
        sheet = done.draft.sheets[key]
        if len(done.counts) > 1 and len(sheet.rows):
            numbers = {count.value: number for count, number in found.items()}
            print("  " + text("jobs.table_counts", language, table=sheet.table.title(language), rows=len(sheet.rows), **numbers))
    if not done.rows:
        print(text("jobs.nothing_filled", language, sheet=CUSTOMER.title(language)))
        return
    if done.dry:
        return
    if done.total[Count.REFUSED]:
        print(text("jobs.refused_rows", language))
    if asked := done.asked(language):
        print(asked)
    if done.sent:
        print(text("folder.sent", language, rows=done.sent))
    if done.total[Count.WAITING] > done.sent:
        print(text("jobs.waiting_rows", language))
    if done.head:
        print(text("jobs.head", language, head=terminal.head(done.head)))
    print(text("jobs.saved_in", language, path=path))


def _json(done: Submission, acted: Carried, path: Path) -> dict[str, object]:
    return {
        "book": str(path),
        "dry_run": done.dry,
        "rows": done.rows,
        "total": done.total,
        "tables": done.counts,
        "sent": done.sent,
        "actions": {"done": acted.done, "left": acted.left, "sent": acted.sent},
        "operation": done.operation,
        "head": done.head,
    }
