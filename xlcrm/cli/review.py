"""xlcrm review: what is to be reviewed this month or quarter, in a workbook; the list for the data meeting."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text

if TYPE_CHECKING:
    from xlcrm.app import Desk


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("book", nargs="?", metavar="BOOK.xlsx", type=Path, help=text("keeping.cli_book", language))
    parser.add_argument("--each", metavar="FOLDER", type=Path, help=text("keeping.cli_each", language))
    parser.add_argument("--meeting", metavar="OUT.xlsx", type=Path, help=text("keeping.cli_meeting", language))
    parser.add_argument("--details", action="store_true", help=text("keeping.cli_details", language))
    parser.add_argument("--period", choices=("month", "quarter", "half"), default="", help=text("keeping.cli_period", language))
    parser.add_argument("--owner", default="", metavar="NAME", help=text("keeping.cli_owner", language))
    parser.add_argument("--department", default="", metavar="NAME", help=text("keeping.cli_department", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--force", action="store_true", help=text("cli.force", language))


def run(options: argparse.Namespace) -> int:
    """Fill the sheets or write the workbooks; 0 when done, 2 where nothing was asked for."""
    from xlcrm.errors import UsageError
    from xlcrm.jobs.keeping import meeting, review
    from xlcrm.rules.keeping import Period

    language, scope = options.lang, "details" if options.details else "month"
    period = Period(options.period or ("quarter" if options.details else "month"))
    if not (options.book or options.each or options.meeting):
        raise UsageError("keeping.cli_nothing")
    if options.each:
        options.each.mkdir(parents=True, exist_ok=True)
    if options.meeting:
        app.writable(options.meeting, options.force)
    with app.session(options.book, language, options.store, create=False) as desk:
        owners = _owners(desk, options.owner, options.department)
        if options.book:
            count = review.show(desk.book, desk.store, desk.context, desk.rulebook, scope, period, owners)
            print(text("keeping.shown" if count else "keeping.none_due", language, count=count, path=desk.path.name))
        if options.each:
            for path, count in review.each(options.each, desk.store, desk.context, desk.rulebook, scope, period, owners):
                print(text("keeping.shown", language, count=count, path=path))
        if options.meeting:
            with app.writing(options.meeting):
                count = meeting.write(options.meeting, desk.store, desk.context, desk.rulebook, period)
            print(text("keeping.meeting_written", language, count=count, path=options.meeting))
    return 0


def _owners(desk: Desk, owner: str, department: str) -> list[str] | None:
    """Whose customers are asked about; None: everybody's (of a workbook: one's own). UsageError for an unknown colleague."""
    from xlcrm.jobs import people
    from xlcrm.jobs.keeping import states

    if department:
        return states.department(desk.people, department)
    return [people.named(desk.people, owner).rid] if owner else None
