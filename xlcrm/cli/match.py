"""xlcrm match: the weights by which duplicates are told, learned from a team's own decisions."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal

if TYPE_CHECKING:
    from xlcrm.match.score import Weights


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="show|train|set|forget")
    show = actions.add_parser("show", help=text("cli.match_show", language))
    train = actions.add_parser("train", help=text("cli.match_train", language))
    train.add_argument("list", metavar="LABELLED.csv", type=Path, help=text("cli.labelled", language))
    train.add_argument("--decisions", metavar="PAIRS.csv", type=Path, help=text("cli.decisions", language))
    train.add_argument("--columns", metavar="KEY=HEADER", nargs="+", default=[], help=text("cli.columns", language))
    train.add_argument("--dry-run", action="store_true", help=text("cli.train_dry", language))
    change = actions.add_parser("set", help=text("cli.match_set", language))
    change.add_argument("advice", metavar="merge=0.98", nargs="+", help=text("cli.advice", language))
    forget = actions.add_parser("forget", help=text("cli.match_forget", language))
    for one in (show, train, change, forget):
        one.add_argument("--store", metavar="URL", help=text("cli.store_url", language))


def run(options: argparse.Namespace) -> int:
    """Show, learn, set or forget; 0 done, 1 nothing was learned."""
    from xlcrm.jobs import learn
    from xlcrm.jobs.fieldmatch.matcher import Matcher

    language = options.lang
    with app.session(None, language, options.store) as desk:
        before = learn.weights(desk.store.settings())
        if options.action == "show":
            _show(before, language)
            return 0
        if options.action == "forget":
            learn.keep(desk.store, None, desk.context)
            print(text("match.forgotten", language))
            return 0
        if options.action == "set":
            learn.keep(desk.store, after := learn.with_advice(before, options.advice), desk.context)
            _show(after, language)
            return 0
        decisions = app.existing(options.decisions) if options.decisions else None
        matcher = Matcher(desk.rulebook, desk.store)
        lesson = learn.learn(app.existing(options.list), options.columns, matcher, decisions, before)
        if lesson.weights is None:
            print(text(lesson.refused, language, before=f"{lesson.before:.3f}", after=f"{lesson.after:.3f}"))
            return 1
        print(text("match.learned", language, before=f"{lesson.before:.3f}", after=f"{lesson.after:.3f}"))
        if not options.dry_run:
            learn.keep(desk.store, lesson.weights, desk.context)
            print(text("match.kept", language))
    return 0


def _show(weights: Weights, language: str) -> None:
    """The thresholds with what may be expected of them."""
    from xlcrm.model.vocabularies import vocabulary

    labels = vocabulary("advice")
    rows = [[text(f"match.column.{column}", language) for column in ("advice", "from", "precision", "recall")]]
    for code, least in weights.advice.items():
        expected = weights.expected.get(code, {})
        shares = (f"{expected[key]:.1%}" if key in expected else "" for key in ("precision", "recall"))
        rows.append([labels.label(code, language), f"{least:.2f}", *shares])
    print(terminal.table(rows))
