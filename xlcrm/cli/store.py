"""xlcrm store: the stores one works with, by name; make one, bring it to this program's version, or tell how it stands."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal
from xlcrm.errors import UsageError


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("action", choices=[*ACTIONS], help=text("login.store_action", language))
    parser.add_argument("place", nargs="?", metavar="NAME|URL", help=text("login.store_place", language))
    parser.add_argument("url", nargs="?", metavar="URL", help=text("login.store_new", language))
    parser.add_argument("--ca", metavar="FILE", type=Path, help=text("login.ca", language))
    parser.add_argument("--fingerprint", default="", metavar="DIGITS", help=text("folder.fingerprint", language))
    parser.add_argument("--person", default="", metavar="NAME", help=text("folder.person", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Do it; 0 when done."""
    return ACTIONS[options.action](options)


def _add(options: argparse.Namespace) -> int:
    from xlcrm.jobs import profiles

    language = options.lang
    if options.place is None or options.url is None:
        raise UsageError("login.address_needed")
    if options.url.startswith(app.FOLDER):
        return _join(options)
    url, kept = profiles.add(app.profiles_path(), options.place, options.url, options.ca)
    print(text("login.profile_added", language, name=options.place, url=url))
    if kept is not None:
        from xlcrm.store.postgres import address

        print(text("login.profile_moved", language))
        print(text("login.kept" if kept else "login.not_kept", language, login=address.parse(url).login))
    return 0


def _join(options: argparse.Namespace) -> int:
    """Become a member of a firm's shared folder, once its fingerprint was compared."""
    from xlcrm.jobs import profiles
    from xlcrm.jobs.folder import share

    language = options.lang

    def agreed(fingerprint: str) -> bool:
        if options.fingerprint:
            return share.same_digits(fingerprint, options.fingerprint)
        return terminal.ask(text("folder.agree", language, fingerprint=fingerprint))

    member = app.join(options.url, options.person, agreed)
    url, _ = profiles.add(app.profiles_path(), options.place, options.url)
    print(text("login.profile_added", language, name=options.place, url=url))
    print(text("folder.asked", language, name=options.place, fingerprint=share.machine_digits(member.mine.public)))
    return 0


def _list(options: argparse.Namespace) -> int:
    from xlcrm.jobs import profiles

    language, used = options.lang, app.store_url()
    embedded = text("login.this_machine", language) if language == "zh" else profiles.EMBEDDED[0]
    known = {embedded: app.store_url(profiles.EMBEDDED[0]), **profiles.load(app.profiles_path())}
    if options.json:
        terminal.dump([{"name": name, "url": app.shown(url), "used": url == used} for name, url in known.items()])
        return 0
    mark = text("login.used", language)
    print(terminal.table([[name, app.shown(url), mark if url == used else ""] for name, url in known.items()]))
    return 0


def _use(options: argparse.Namespace) -> int:
    from xlcrm.jobs import profiles, settings

    name, language = _named(options), options.lang
    url = app.store_url(name)
    mine = app.settings() or settings.Settings(name=app.account()[1])
    settings.save(app.settings_path(), replace(mine, store="" if name in profiles.EMBEDDED else name))
    print(text("login.profile_used", language, name=name, url=app.shown(url)))
    if app.store_url() != url:
        app.tell(language)("login.environment_wins", url=app.shown(app.store_url()))
    return 0


def _remove(options: argparse.Namespace) -> int:
    from xlcrm.jobs import profiles

    name = _named(options)
    if name == getattr(app.settings(), "store", ""):
        raise UsageError("login.in_use", name=name)
    profiles.remove(app.profiles_path(), name)
    print(text("login.profile_removed", options.lang, name=name))
    return 0


def _password(options: argparse.Namespace) -> int:
    language, url = options.lang, app.store_url(options.place)
    if not url.startswith(app.SERVERS):
        raise UsageError("login.no_server", name=options.place or url)
    from xlcrm.store.postgres import address, server

    if not server.change_password(url, app.caller(language)):
        print(text("login.password_unneeded", language, login=address.parse(url).login))
    return 0


def _init(options: argparse.Namespace) -> int:
    url = app.store_url(options.place)
    app.make_store(url, options.lang)
    print(text("cli.store_made", options.lang, url=app.shown(url)))
    return _status(options)


def _migrate(options: argparse.Namespace) -> int:
    before, after = app.migrate_store(app.store_url(options.place), options.lang)
    key = "cli.store_migrated" if after > before else "cli.store_current"
    print(text(key, options.lang, before=before, version=after))
    return _status(options)


def _status(options: argparse.Namespace) -> int:
    from xlcrm.model.tables import STORED

    language, url = options.lang, app.store_url(options.place)
    with app.opened(url, create=False, language=language) as store:
        found = store.status()
    if options.json:
        terminal.dump({"url": app.shown(url), **asdict(found)})
        return 0
    log = text("cli.store_entries", language, operations=found.operations, entries=found.entries)
    said = [
        [text("cli.store_engine", language), f"{found.engine}  {app.shown(url)}"],
        [text("cli.store_version", language), str(found.version)],
        [text("cli.store_people", language), str(found.people)],
        *([table.title(language), str(found.records[table.key])] for table in STORED),
        [text("cli.store_log", language), log],
        [text("cli.store_head", language), found.head],
    ]
    print(terminal.table(said))
    return 0


def _settings(options: argparse.Namespace) -> int:
    """What the team set, beside the defaults."""
    from xlcrm.rules.teamsettings import NAMES, default

    language = options.lang
    with app.session(None, language, options.place, create=False) as desk:
        standing = desk.store.settings()
    if options.json:
        terminal.dump({name: standing.get(name) or default(name) for name in NAMES})
        return 0
    titles = [text(f"settings.{key}", language) for key in ("name", "value", "default", "meaning")]
    lines = [[name, standing.get(name) or "", default(name), text(f"settings.of_{name}", language)] for name in NAMES]
    print(terminal.table([titles, *lines], indent=""))
    return 0


def _set(options: argparse.Namespace) -> int:
    """Set one setting for the whole team; without a value it goes back to its default."""
    from xlcrm.jobs import teamsettings
    from xlcrm.rules.teamsettings import default

    name, value = _named(options), options.url or ""
    with app.session(None, options.lang, None, create=False) as desk:
        teamsettings.keep(desk.store, desk.context, name, value)
    print(text("settings.kept", options.lang, name=name, value=value or default(name)))
    return 0


def _named(options: argparse.Namespace) -> str:
    if not options.place:
        raise UsageError("login.name_needed", action=options.action)
    return str(options.place)


ACTIONS: dict[str, Callable[[argparse.Namespace], int]] = {
    "add": _add,
    "list": _list,
    "use": _use,
    "remove": _remove,
    "password": _password,
    "init": _init,
    "migrate": _migrate,
    "status": _status,
    "settings": _settings,
    "set": _set,
}
