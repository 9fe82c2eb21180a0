"""xlcrm validate: check a workbook, mark it, repair what is safe."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal

if TYPE_CHECKING:
    from xlcrm.jobs.repair import Repair
    from xlcrm.jobs.validate import Validation

FIRST = 8  # findings shown in the terminal; the sheet holds them all


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("book", metavar="BOOK.xlsx", type=Path, help=text("cli.book", language))
    parser.add_argument("--fix", action="store_true", help=text("cli.fix", language))
    parser.add_argument("--undo-fix", action="store_true", help=text("cli.undo_fix", language))
    parser.add_argument("--yes", action="store_true", help=text("cli.yes", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Check and mark; 0 clean, 1 findings."""
    from xlcrm.jobs import reading, repair, validate

    with app.session(options.book, options.lang, options.store, open_store=False, watch=terminal.Bar()) as desk:
        if options.undo_fix:
            back, left = repair.undo(desk.book, options.lang)
            print(text("jobs.undone", options.lang, count=back))
            if left:
                print(text("jobs.undone_left", options.lang, count=left))
            return 0
        repairs: list[Repair] = []
        if options.fix:
            repairs = repair.plan(reading.read(desk.book, desk.rulebook), options.lang)
            if repairs and not options.json:
                _show_repairs(repairs, options.lang)
            if repairs and not options.yes and not options.json and not terminal.ask(text("jobs.repair_ask", options.lang)):
                print(text("jobs.not_repaired", options.lang))
                repairs = []
        found = validate.validate(desk.book, desk.context, desk.rulebook, repairs)
        findings = sum(len(sheet.checked.findings) for sheet in found.sheets.values())
        terminal.tell(desk.said)
        if options.json:
            terminal.dump(_json(found, options.lang, desk.path))
        else:
            _show(found, options, desk)
    return 1 if findings else 0


def _show_repairs(repairs: list[Repair], language: str) -> None:
    print(text("jobs.repairs", language, count=len(repairs)))
    for one in repairs[:FIRST]:
        print(
            "  "
            + text(
                "jobs.repair", language, place=f"{one.sheet}!{one.place}", field=one.title, old=repr(one.old), new=repr(one.new)
            )
        )
    if len(repairs) > FIRST:
        print("  …")


def _show(found: Validation, options: argparse.Namespace, desk: app.Desk) -> None:
    from dataclasses import asdict

    language = options.lang
    if options.fix:
        print(text("jobs.repaired", language, count=len(found.repairs)) if found.repairs else text("jobs.no_repairs", language))
    print(text("jobs.validated", language, **asdict(found.total)))
    for key, tally in found.tallies.items():
        if len(found.tallies) > 1 and tally.total:
            print("  " + text("jobs.table_tally", language, table=found.sheets[key].table.title(language), **asdict(tally)))
    listed = [(sheet, finding) for sheet in found.sheets.values() for finding in sheet.checked.findings]
    listed.sort(key=lambda pair: -pair[1].severity)
    if listed:
        print(text("jobs.worst", language))
    for sheet, finding in listed[:FIRST]:
        place = (
            f"{sheet.rows.sheet}!{sheet.rows.place(finding.row, finding.field)}" if finding.row is not None else sheet.rows.sheet
        )
        print(f"  {place}  {finding.sentence(language)}")
    if len(listed) > FIRST:
        from xlcrm.model.resultsheets import FINDINGS

        print("  " + text("jobs.more", language, count=len(listed) - FIRST, sheet=FINDINGS.title(language)))
    if found.restored:
        print(text("jobs.restored", language, sheets="、".join(found.restored)))
    if not found.total.total:
        from xlcrm.model.tables import CUSTOMER

        print(text("jobs.nothing_filled", language, sheet=CUSTOMER.title(language)))
    print(text("jobs.copied" if desk.copied else "jobs.marked", language, path=desk.path))


def _json(found: Validation, language: str, path: Path) -> dict[str, object]:
    from dataclasses import asdict

    return {
        "book": str(path),
        "total": asdict(found.total),
        "tables": {key: asdict(tally) for key, tally in found.tallies.items()},
        "repaired": len(found.repairs),
        "findings": [
            {
                "sheet": sheet.rows.sheet,
                "cell": sheet.rows.place(finding.row, finding.field) if finding.row is not None else None,
                "severity": finding.severity.name.lower(),
                "code": finding.code,
                "field": finding.field,
                "sentence": finding.sentence(language),
                "proposal": None if finding.repair is None else str(finding.repair),
                "safe": finding.safe,
            }
            for sheet in found.sheets.values()
            for finding in sheet.checked.findings
        ],
    }
