"""xlcrm audit: verify the log, keep it for longer, or write what it says into a file."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import LANGUAGES, text
from xlcrm.cli import terminal

if TYPE_CHECKING:
    from xlcrm.store.base import Verdict

_FILTERS = ("since", "until", "person", "customer", "kind", "table")


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    about = partial(text, language=language)
    actions = parser.add_subparsers(dest="action", required=True, metavar="verify|export|keep")
    verify = actions.add_parser("verify", help=about("audit.verify"), description=about("audit.verify"))
    verify.add_argument("--head", metavar="SEQ:HASH", action="append", default=[], help=about("audit.head"))
    verify.add_argument("--receipt", metavar="BOOK.xlsx", type=Path, action="append", default=[], help=about("audit.receipt"))
    verify.add_argument("--json", action="store_true", help=about("cli.json"))
    export = actions.add_parser("export", help=about("audit.export"), description=about("audit.export"))
    for name in _FILTERS:
        export.add_argument(f"--{name}", default="", help=about(f"audit.{name}"))
    export.add_argument("--out", metavar="FILE", type=Path, required=True, help=about("audit.out"))
    export.add_argument("--force", action="store_true", help=about("cli.force"))
    keep = actions.add_parser("keep", help=about("audit.keep"), description=about("audit.keep"))
    keep.add_argument("years", nargs="?", type=int, help=about("audit.years"))
    for one in (verify, export, keep):
        one.add_argument("--store", metavar="URL", help=about("cli.store_url"))
        one.add_argument("--lang", choices=LANGUAGES, default=language, help=about("cli.lang"))


def run(options: argparse.Namespace) -> int:
    """Do it; 0 done, and the log is sound; 1 it is not."""
    return {"verify": _verify, "export": _export, "keep": _keep}[options.action](options)


def _verify(options: argparse.Namespace) -> int:
    from xlcrm.jobs import audit
    from xlcrm.jobs.readback import table_title

    language, bar = options.lang, terminal.Bar()
    heads = [audit.head(said) for said in options.head] + [audit.receipt(app.existing(path)) for path in options.receipt]
    with app.session(None, language, options.store, create=False) as desk:
        verdict = desk.store.verify(heads, partial(bar, text("audit.verifying", language)))
        bar("", 1, 1)
        names = desk.rulebook.names
    if not verdict.faults:
        app.note_verified(desk.url)
    if options.json:
        terminal.dump(asdict(verdict))
    elif verdict.faults:
        print(text("jobs.log_faulty", language, count=len(verdict.faults)))
        for key, values in verdict.faults:
            actor, at = str(values.get("actor") or ""), values.get("at") or "—"
            shown = values | {"actor": names.get(actor, actor) or "—", "at": at}
            print("  " + text(key, language, **shown | {"table": table_title(str(values.get("table")), language)}))
    else:
        print(sound(verdict, language))
        if heads:
            print(text("audit.heads_hold", language, count=len(heads)))
    return 1 if verdict.faults else 0


def sound(verdict: Verdict, language: str) -> str:
    """The sentence about a log in which nothing is wrong."""
    return text(
        "jobs.log_sound", language, operations=verdict.operations, entries=verdict.entries, head=terminal.head(verdict.head)
    )


def _export(options: argparse.Namespace) -> int:
    from xlcrm.jobs import audit

    language, bar = options.lang, terminal.Bar()
    if options.out.suffix.lower() not in audit.SUFFIXES:
        from xlcrm.errors import UsageError

        raise UsageError("audit.bad_file", path=options.out)
    app.writable(options.out, options.force, options.out.suffix.lower())
    words = {name: getattr(options, name).strip() for name in _FILTERS}
    asked = " ".join(f"--{name} {word}" for name, word in words.items() if word)
    with app.session(None, language, options.store, create=False) as desk, app.writing(options.out):
        wanted = audit.sought(desk.store, **words)
        of = desk.store.status().entries

        def watch(done: int) -> None:
            bar(text("audit.exporting", language), min(done, of - 1), of)

        count = audit.export(options.out, desk.store, desk.context, desk.rulebook.names, wanted, asked, watch)
        bar("", of, of)
    print(text("audit.exported", language, count=count, path=options.out))
    return 0


def _keep(options: argparse.Namespace) -> int:
    from xlcrm.jobs import audit

    with app.session(None, options.lang, options.store, create=False) as desk:
        if options.years is not None:
            audit.keep(desk.store, desk.context, options.years)
        years = audit.kept(desk.store)
    print(text("audit.kept", options.lang, years=years))
    return 0
