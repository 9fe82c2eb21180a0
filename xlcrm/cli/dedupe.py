"""xlcrm dedupe: find possible duplicates in the workbook and in the store."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal

if TYPE_CHECKING:
    from xlcrm.jobs.dedupe import Dedupe, Match

FIRST = 8


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("book", metavar="BOOK.xlsx", type=Path, help=text("cli.book", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Compare and fill 查重结果; 0 nothing found, 1 pairs to decide."""
    from xlcrm.jobs.dedupe import dedupe

    with app.session(options.book, options.lang, options.store, watch=terminal.Bar()) as desk:
        found = dedupe(desk.book, desk.store, desk.context, desk.rulebook)
        terminal.tell(desk.said)
        if options.json:
            terminal.dump(_json(found, options.lang, desk.path))
        else:
            _show(found, options.lang, desk.path)
    return 1 if found.matches else 0


def _other(found: Dedupe, match: Match) -> tuple[str, str]:
    if match.record is not None:
        return match.record.number or "", match.record.values.get("name") or ""
    row = match.other or 0
    return found.sheet.rows.place(row, "name"), found.sheet.value(row, "name") or ""


def _show(found: Dedupe, language: str, path: Path) -> None:
    from xlcrm.match.explain import explain
    from xlcrm.model.vocabularies import vocabulary

    advice = [match.pair.advice for match in found.matches]
    counts = {code: advice.count(code) for code in ("merge", "ask", "contact")}
    print(text("jobs.deduped", language, rows=len(found.sheet.rows), pairs=len(found.matches), **counts))
    for match in found.matches[:FIRST]:
        other, name = _other(found, match)
        print(
            "  "
            + text(
                "jobs.pair",
                language,
                place=found.sheet.rows.place(match.row, "name"),
                name=found.sheet.value(match.row, "name"),
                other=other,
                other_name=name,
                advice=vocabulary("advice").label(match.pair.advice, language),
                reason=explain(match.pair, language),
            )
        )
    if found.matches:
        print(text("jobs.decide", language, path=path))


def _json(found: Dedupe, language: str, path: Path) -> dict[str, object]:
    from xlcrm.match.explain import explain

    return {
        "book": str(path),
        "rows": len(found.sheet.rows),
        "pairs": [
            {
                "row": found.sheet.rows.lines[match.row],
                "other_row": found.sheet.rows.lines[match.other] if match.other is not None else None,
                "customer": match.record.number if match.record else None,
                "probability": round(match.pair.probability, 4),
                "advice": match.pair.advice,
                "reason": explain(match.pair, language),
                "decision": found.decisions.get(match.key),
                "pair": match.key,
            }
            for match in found.matches
        ],
    }
