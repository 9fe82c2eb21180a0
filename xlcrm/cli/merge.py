"""xlcrm merge: several customers become one; or it is proposed to whose customers they are."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal

if TYPE_CHECKING:
    from xlcrm.jobs.merge import Merging


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("customers", nargs="*", metavar="CUSTOMER", help=text("merge.which", language))
    parser.add_argument("--set", action="append", default=[], metavar="FIELD=NUMBER|VALUE", help=text("merge.set", language))
    parser.add_argument("--reason", default="", metavar="TEXT", help=text("merge.reason", language))
    parser.add_argument("--dry-run", action="store_true", help=text("merge.dry", language))
    parser.add_argument("--yes", action="store_true", help=text("undo.yes", language))
    parser.add_argument("--proposals", action="store_true", help=text("merge.proposals", language))
    parser.add_argument("--accept", default="", metavar="ID", help=text("merge.accept", language))
    parser.add_argument("--decline", default="", metavar="ID", help=text("merge.decline", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Merge; 0 when done or listed, 1 when it was proposed or not wanted."""
    from xlcrm.jobs import merge, proposals
    from xlcrm.jobs.proposing import told

    language = options.lang
    with app.session(None, language, options.store, create=False) as desk:
        store, context, names = desk.store, desk.context, desk.rulebook.names
        if options.proposals:
            waiting = store.proposals("merge")
            if options.json:
                terminal.dump([told(store, one, language, names) for one in waiting])
            else:
                print("\n".join(told(store, one, language, names) for one in waiting) or text("merge.none_waiting", language))
            return 0
        if options.accept or options.decline:
            proposal = proposals.about(store, "merge", options.accept or options.decline)
            if options.decline:
                answer = proposals.decline(store, context, proposal, options.reason)
            else:
                answer = proposals.approve(store, context, proposal, desk.rulebook, options.reason)
            print(text(f"merge.now_{answer.outcome}", language))
            return 0
        records = merge.all_named(store, options.customers)
        wanted = merge.wishes(options.set, records, desk.rulebook)
        found = merge.preview(store, context, records, wanted, desk.rulebook.settings)
        if options.json and options.dry_run:
            return _dump(found)
        if not options.json:
            print("\n".join(preview(found, language, names)))
        if options.dry_run:
            return 0
        question = text("merge.ask_propose" if found.proposed else "merge.ask", language)
        if not (options.yes or options.json) and not terminal.ask(question):
            print(text("merge.not_done", language))
            return 1
        if found.proposed:
            proposals.propose_merge(store, context, records, wanted, options.reason)
            print(text("merge.proposed", language))
            return 1
        settings, bar = desk.rulebook.settings, terminal.Bar()
        found = merge.carry_out(store, context, records, wanted, settings, options.reason, progress=bar)
        assert found.receipt is not None  # otherwise it was proposed
        if options.json:
            return _dump(found)
        number = found.receipt.head.partition(":")[0]
        others = text("match.and", language).join(one.number or one.rid for one in found.others)
        print(text("merge.done", language, number=found.survivor.number, others=others, operation=number))
    return 0


def preview(found: Merging, language: str, names: Mapping[str, str]) -> list[str]:
    """The customers side by side, what stays and why, and what moves."""
    from xlcrm.jobs.readback import said, table_title
    from xlcrm.model.tables import CUSTOMER

    numbers = [one.number or one.rid for one in found.customers]
    others = text("match.and", language).join(numbers[1:])
    lines = [text("merge.preview", language, number=numbers[0], others=others)]
    if not found.lines:
        return [*lines, text("merge.not_comparable", language)]
    blank = text("jobs.blank", language)
    rows = [[text("merge.field", language), *numbers, text("merge.result", language), text("merge.because", language)]]
    for line in found.lines:
        item = CUSTOMER[line.field]
        cells = [said(value, item, language, names) if value else blank for value in (*line.values, line.value)]
        rows.append([item.title(language), *cells, text(f"merge.why_{line.why}", language)])
    lines.append(terminal.table(rows))
    moved = [f"{table_title(key, language)} {count}" for key, count in found.moved.items()]
    lines.append(text("merge.moves", language, moved=text("match.and", language).join(moved) or "0", kept=len(found.kept)))
    return [*lines, text("merge.needs_consent", language)] if found.proposed else lines


def _dump(found: Merging) -> int:
    from dataclasses import asdict

    terminal.dump({
        "survivor": found.survivor.number, "others": [one.number for one in found.others],
        "fields": [asdict(one) for one in found.lines], "moved": found.moved,
        "kept": [asdict(one) for one in found.kept], "proposed": found.proposed,
        "head": found.receipt.head if found.receipt else "",
    })  # fmt: skip
    return 0
