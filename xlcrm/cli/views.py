"""xlcrm views: the filters that a team calls by a name."""

from __future__ import annotations

import argparse

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal

_TAKES = {"list": (), "set": ("name", "filter"), "remove": ("name",)}
_COLUMNS = ("name", "count", "filter")


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    actions = parser.add_subparsers(dest="action", metavar=text("views.action", language))
    for name, takes in _TAKES.items():
        about = text(f"views.{name}", language)
        action = actions.add_parser(name, help=about, description=about, add_help=False)
        action.add_argument("-h", "--help", action="help", help=text("cli.help", language))
        action.add_argument("--lang", default=language, help=argparse.SUPPRESS)
        for word in takes:
            action.add_argument(word, help=text(f"views.{word}", language))
        action.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
        action.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """List or change the views; 0 when done, 1 where a view is listed that cannot be used now."""
    with app.session(None, options.lang, getattr(options, "store", None), create=False) as desk:
        if options.action in ("set", "remove"):
            return _change(desk, options)
        return _list(desk, getattr(options, "json", False))


def _change(desk: app.Desk, options: argparse.Namespace) -> int:
    from xlcrm.jobs import filters, views

    store, context = desk.store, desk.context
    if options.action == "remove":
        name = views.remove(store, context, options.name)
        told: dict[str, object] = {"name": name, "removed": True}
        said = text("views.removed", options.lang, name=name)
    else:
        name = views.keep(store, context, desk.rulebook, options.name, options.filter)
        count = views.count(store, filters.conditions(options.filter, desk.rulebook))
        told = {"name": name, "filter": options.filter, "count": count}
        said = text("views.kept", options.lang, **told)
    if options.json:
        terminal.dump(told)
    else:
        print(said)
    return 0


def _list(desk: app.Desk, as_json: bool) -> int:
    from xlcrm.errors import UsageError
    from xlcrm.jobs import views

    language, lines, troubles = desk.language, [], []
    for name, said in views.views(desk.settings).items():
        line: dict[str, object] = {"name": name, "filter": said}
        try:
            line["count"] = views.count(desk.store, views.understood(desk.rulebook, name, said))
        except UsageError as error:
            line["trouble"] = error.sentence(language)
            troubles.append(error.sentence(language))
        lines.append(line)
    if as_json:
        terminal.dump(lines)
    elif lines:
        head = [text(f"views.column_{key}", language) for key in _COLUMNS]
        print(terminal.table([head, *([str(one.get(key, "-")) for key in _COLUMNS] for one in lines)], indent=""))
        terminal.tell(troubles)
    else:
        print(text("views.empty", language))
    return 1 if troubles else 0
