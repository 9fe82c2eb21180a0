"""xlcrm dedupe: possible duplicates in the workbook and in the store, or in a list of any kind."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal
from xlcrm.errors import UsageError

if TYPE_CHECKING:
    from xlcrm.jobs.dedupe import Dedupe
    from xlcrm.jobs.duplicates import Match

FIRST = 8


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("book", metavar="FILE", type=Path, help=text("cli.book_or_list", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--out", metavar="PAIRS.csv", type=Path, help=text("cli.pairs_out", language))
    parser.add_argument("--clusters", metavar="CLUSTERS.csv", type=Path, help=text("cli.clusters_out", language))
    parser.add_argument("--columns", metavar="KEY=HEADER", nargs="+", default=[], help=text("cli.columns", language))
    parser.add_argument("--fixed", action="store_true", help=text("cli.fixed_weights", language))
    parser.add_argument("--force", action="store_true", help=text("cli.force", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Compare; fill 查重结果 of a workbook, or write the pairs and groups of a list; 0 nothing found, 1 pairs to decide."""
    asked = options.out or options.clusters or options.columns
    if asked or options.book.suffix.lower() not in app.WORKBOOKS:
        return _list(options)
    from xlcrm.jobs.dedupe import dedupe

    with app.session(options.book, options.lang, options.store, watch=terminal.Bar()) as desk:
        found = dedupe(desk.book, desk.store, desk.context, desk.rulebook)
        terminal.tell(desk.said)
        if options.json:
            terminal.dump(_json(found, options.lang, desk.path))
        else:
            _show(found, options.lang, desk.path)
    return 1 if found.matches else 0


def _list(options: argparse.Namespace) -> int:
    from xlcrm.jobs import matchlist
    from xlcrm.match import score

    path = app.existing(options.book)
    pairs = options.out or path.with_name(f"{path.stem}.pairs.csv")
    clusters = options.clusters or path.with_name(f"{path.stem}.clusters.csv")
    for out in (pairs, clusters):
        app.writable(out, options.force, ".csv")
        if out.resolve() == path.resolve() or pairs.resolve() == clusters.resolve():
            raise UsageError("cli.same_list", path=out)
    weights = score.shipped() if options.fixed else None
    with app.matching(options.lang, options.store or "") as matcher:
        found = matchlist.compare(path, options.columns, matcher, terminal.Bar(), weights)
    with app.writing(pairs):
        matchlist.write(found, pairs, clusters, options.lang)
    advice = [pair.advice for pair in found.matches.pairs]
    counts = {code: advice.count(code) for code in ("merge", "ask", "contact")}
    columns = {key: "+".join(found.rows.headers[at] for at in positions) for key, positions in found.columns.items()}
    groups = len(found.groups) - len(set(found.groups))
    terminal.tell([text(f"sources.{key}", options.lang, **values) for key, values in found.rows.notes])
    if options.json:
        told = {"rows": len(found.rows), "columns": columns, "pairs": counts, "redundant": groups}
        terminal.dump({**told, "capped": matchlist.capped(found, options.lang), "files": [str(pairs), str(clusters)]})
    else:
        used = "，".join(f"{key}={header}" for key, header in columns.items())
        print(text("jobs.list_columns", options.lang, columns=used))
        print(text("jobs.list_deduped", options.lang, rows=len(found.rows), pairs=len(advice), redundant=groups, **counts))
        for line in matchlist.capped(found, options.lang):
            print("  " + line)
        print(text("jobs.list_files", options.lang, pairs=pairs, clusters=clusters))
    return 1 if advice else 0


def _other(found: Dedupe, match: Match) -> tuple[str, str]:
    if match.record is not None:
        return match.record.number or "", match.record.values.get("name") or ""
    row = match.other or 0
    return found.sheet.rows.place(row, "name"), found.sheet.value(row, "name") or ""


def _show(found: Dedupe, language: str, path: Path) -> None:
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
                reason=match.reason(language),
            )
        )
    if found.matches:
        print(text("jobs.decide", language, path=path))


def _json(found: Dedupe, language: str, path: Path) -> dict[str, object]:
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
                "reason": match.reason(language),
                "decision": found.decisions.get(match.key),
                "pair": match.key,
            }
            for match in found.matches
        ],
    }
