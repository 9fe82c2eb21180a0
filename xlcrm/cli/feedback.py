"""xlcrm feedback: what customers want, suggest and complain of, how far it is, and what many of them say alike."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal

if TYPE_CHECKING:
    from xlcrm.jobs.feedback import Piece

_SHOWN = 60  # characters of a content in a line
_COLUMNS = ("state", "number", "customer", "type", "content", "assigned_to", "due")


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    actions = parser.add_subparsers(dest="action", metavar=text("tags.action", language))
    for name in ("list", "groups"):
        about = text(f"feedback.cli_{name}", language)
        action = actions.add_parser(name, help=about, description=about, add_help=False)
        action.add_argument("-h", "--help", action="help", help=text("cli.help", language))
        action.add_argument("--lang", default=language, help=argparse.SUPPRESS)
        if name == "list":
            action.add_argument("--all", action="store_true", help=text("feedback.arg_all", language))
            action.add_argument("--mine", action="store_true", help=text("feedback.arg_mine", language))
        else:
            action.add_argument("--days", type=int, default=0, metavar="N", help=text("feedback.arg_days", language))
            action.add_argument("--least", type=int, default=0, metavar="N", help=text("feedback.arg_least", language))
        action.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
        action.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """List; 0 when nothing is overdue, or no group was found, else 1."""
    with app.session(None, options.lang, getattr(options, "store", None), create=False) as desk:
        return _groups(desk, options) if options.action == "groups" else _list(desk, options)


def _list(desk: app.Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs.feedback import pieces
    from xlcrm.model.tables import FEEDBACK

    everything, mine = getattr(options, "all", False), getattr(options, "mine", False)
    me = desk.context.actor.rid

    def wanted(one: Piece) -> bool:
        return (everything or one.state != "done") and (not mine or one.record.values.get("assigned_to") == me)

    found = [one for one in pieces(desk.store, desk.rulebook) if wanted(one)]
    lines = [_line(one, options.lang, desk.rulebook.names) for one in found]
    if getattr(options, "json", False):
        terminal.dump([dict(zip(_COLUMNS, line, strict=True)) for line in lines])
    elif lines:
        titles = [FEEDBACK[key].title(options.lang) for key in _COLUMNS[1:]]
        shown = [[*line[:4], _short(line[4]), *line[5:]] for line in lines]
        print(terminal.table([[text("feedback.state", options.lang), *titles], *shown], indent=""))
    else:
        print(text("feedback.none", options.lang))
    return 1 if any(one.state == "overdue" for one in found) else 0


def _groups(desk: app.Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs.feedback import groups
    from xlcrm.model.vocabularies import vocabulary

    types, language = vocabulary("feedback_type"), options.lang
    found = groups(desk.store, desk.rulebook, options.days, options.least)
    if options.json:
        numbers = [[one.record.number for one in group.pieces] for group in found]
        terminal.dump(
            [{"type": one.type, "customers": one.customers, "numbers": of} for one, of in zip(found, numbers, strict=True)]
        )
        return 1 if found else 0
    for group in found:
        said = {"customers": group.customers, "count": len(group.pieces), "type": types.label(group.type, language)}
        print(text("feedback.group", language, **said))
        lines = [_line(one, language, desk.rulebook.names) for one in group.pieces]
        print(terminal.table([(line[1], line[2], _short(line[4]), line[0]) for line in lines]))
    if not found:
        print(text("feedback.no_groups", language))
    return 1 if found else 0


def _line(piece: Piece, language: str, names: Mapping[str, str]) -> list[str]:
    from xlcrm.jobs.feedback import name
    from xlcrm.model.vocabularies import vocabulary

    values = piece.record.values
    type_ = vocabulary("feedback_type").label(values.get("type") or "", language)
    by = names.get(values.get("assigned_to") or "", "")
    content = " ".join((values.get("content") or "").split())
    state, number = text(f"feedback.state_{piece.state}", language), piece.record.number or ""
    return [state, number, name(piece), type_, content, by, values.get("due") or ""]


def _short(content: str) -> str:
    return content if len(content) <= _SHOWN else content[:_SHOWN] + "…"
