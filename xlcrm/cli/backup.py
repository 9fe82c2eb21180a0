"""xlcrm backup: back the store up into a folder, list what lies there; further words: ``ACTIONS``."""

from __future__ import annotations

import argparse
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.cli import terminal
from xlcrm.errors import UsageError

if TYPE_CHECKING:
    from xlcrm.crypto.chest import Opening
    from xlcrm.jobs.backup.folder import Shelf
    from xlcrm.jobs.backup.making import Made

ACTIONS: dict[str, str] = {
    # first word -> module of this package with `arguments(parser, language)` for what it takes besides the folder, and
    # `run(options) -> exit code`; `options.folder` is the folder that was named, or None
    "schedule": "backup_schedule",
    "verify": "backup_verify",
}
_LIST = "list"
_UNITS = ("B", "KB", "MB", "GB", "TB")


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    shown = f"[{'|'.join((_LIST, *ACTIONS))}] [FOLDER]"
    parser.add_argument("words", nargs="*", metavar=shown, help=text("backup.words", language))
    parser.add_argument("--full", action="store_true", help=text("backup.full", language))
    parser.add_argument("--keep", metavar="35d,8w,12m", help=text("backup.keep", language))
    for module in ACTIONS.values():
        import_module(f"xlcrm.cli.{module}").arguments(parser, language)
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))
    parser.add_argument("--json", action="store_true", help=text("cli.json", language))


def run(options: argparse.Namespace) -> int:
    """Do it; 0 when done, 1 where something is to be looked at: packages that cannot be read, or (list) none at all."""
    action, words = "", list(options.words)
    if words and words[0] in (_LIST, *ACTIONS):
        action = words.pop(0)
    if len(words) > 1:
        raise UsageError("backup.one_folder", words=" ".join(words))
    options.folder = Path(words[0]) if words else None
    if action == _LIST:
        return _list(options)
    if action:
        code: int = import_module(f"xlcrm.cli.{ACTIONS[action]}").run(options)
        return code
    return _make(options)


def _make(options: argparse.Namespace) -> int:
    from xlcrm.crypto.chest import Opener
    from xlcrm.jobs.backup import making
    from xlcrm.jobs.backup.keeping import policy

    asked, bar = policy(options.keep) if options.keep else None, terminal.Bar()
    with app.session(None, options.lang, options.store, create=False) as desk:
        root = app.backup_folder(desk.url, options.folder)
        kept = app.backup_retention(desk.url)
        keep = asked or (policy(kept) if kept else None)
        app.home().mkdir(parents=True, exist_ok=True)
        made = making.make(desk.store, desk.context, root, options.full, keep, bar, Opener(app.asked()), app.home())
        app.remember_backup(desk.url, root, str(keep or ""))
    if options.json:
        terminal.dump(_said(made))
    else:
        _tell(made, options.lang)
    return 1 if made.faults or made.unpurged else 0


def _tell(made: Made, language: str) -> None:
    head, counts = made.kept.head, made.written.manifest.counts
    told: dict[str, object] = {"path": made.kept.path, "size": _size(made.kept.size), "seconds": f"{made.seconds:.1f}"}
    if made.why is None:
        print(text("backup.made_inc", language, operations=counts["operation"], entries=counts["entry"], **told))
    else:
        why = made.why.sentence(language)
        print(text("backup.made_full", language, customers=counts.get("customer", 0), why=why, **told))
    print(_opens(head.opening, language))
    if made.removed:
        print(text("backup.removed", language, count=len(made.removed), size=_size(sum(one.size for one in made.removed))))
    if made.purged:
        print(text("backup.purged", language, count=made.purged))
    if made.unpurged:
        names = "\n".join(f"  {path}" for path in made.unpurged)
        terminal.tell([text("backup.unpurged", language, count=len(made.unpurged), names=names)])
    terminal.tell(_warnings(head.opening, language) + [one.sentence(language) for one in made.faults])


def _warnings(opening: Opening, language: str) -> list[str]:
    """What somebody should do so that the backups help when this machine is gone."""
    if opening.recovery:
        return []
    if opening.held:
        return [text("backup.no_recovery", language)]
    return [text("backup.only_passphrase" if opening.lock.passphrase else "backup.only_here", language)]


def _opens(opening: Opening, language: str) -> str:
    """Who opens a package."""
    names = list(opening.names)
    if not opening.held:
        names = [text("backup.by_passphrase" if opening.lock.passphrase else "backup.by_store", language)]
    if opening.recovery:
        names.append(text("backup.by_recovery", language))
    return text("backup.opens", language, names="、".join(names) if language == "zh" else ", ".join(names))


def _list(options: argparse.Namespace) -> int:
    from xlcrm.jobs.backup import drills, folder

    root = app.backup_folder(app.store_url(options.store), options.folder)
    shelves = {path: folder.shelf(path) for path in folder.stores(root)}
    if options.json:
        terminal.dump([_json(path, shelf) for path, shelf in shelves.items()])
    elif not any(shelf.packages or shelf.faults for shelf in shelves.values()):
        print(text("backup.none", options.lang, path=root))
    else:
        for path, shelf in shelves.items():
            _show(path, shelf, options.lang)
            if noted := drills.noted(path):
                last = noted[-1]
                print(text("backup.last_drill" if last.ok else "backup.last_drill_bad", options.lang, at=last.at, file=last.file))
    return 0 if any(shelf.newest() and not shelf.faults for shelf in shelves.values()) else 1


def _show(path: Path, shelf: Shelf, language: str) -> None:
    now, newest, whole = app.clock(), shelf.newest(), sum(one.size for one in shelf.packages)
    print(text("backup.listed", language, path=path, count=len(shelf.packages), size=_size(whole)))
    rows = [[text(f"backup.column_{name}", language) for name in ("at", "kind", "size", "age", "log", "file")]]
    for one in shelf.packages:
        days = (now - one.at).days
        broken = "" if shelf.chain(one) else text("backup.unfounded", language)
        rows.append([
            one.head.at, text(f"backup.kind_{one.head.kind}", language) + broken, _size(one.size),
            text("backup.days" if days else "backup.today", language, count=days), str(one.head.until.operations), one.path.name,
        ])  # fmt: skip
    print(terminal.table(rows))
    if newest:
        print(_opens(newest[-1].head.opening, language))
        terminal.tell(_warnings(newest[-1].head.opening, language))
    terminal.tell([one.sentence(language) for one in shelf.faults])


def _said(made: Made) -> dict[str, object]:
    head = made.kept.head
    return {
        "path": str(made.kept.path), "kind": head.kind, "why": made.why.key if made.why else "", "size": made.kept.size,
        "counts": made.written.manifest.counts, "seconds": round(made.seconds, 3), "head": head.until.head,
        "removed": [str(one.path) for one in made.removed], "purged": made.purged, "unpurged": list(map(str, made.unpurged)),
        "opens": list(head.opening.names), "recovery": head.opening.recovery, "faults": [str(one) for one in made.faults],
    }  # fmt: skip


def _json(path: Path, shelf: Shelf) -> dict[str, object]:
    packages = [
        {
            "file": one.path.name, "id": one.head.id, "kind": one.head.kind, "at": one.head.at, "size": one.size,
            "parent": one.head.parent, "operations": one.head.until.operations, "head": one.head.until.head,
            "whole": bool(shelf.chain(one)), "opens": list(one.head.opening.names), "recovery": one.head.opening.recovery,
        }
        for one in shelf.packages
    ]  # fmt: skip
    return {"folder": str(path), "packages": packages, "faults": [str(one) for one in shelf.faults]}


def _size(count: int) -> str:
    """Bytes as people read them."""
    number, unit = float(count), 0
    while number >= 1000 and unit < len(_UNITS) - 1:
        number, unit = number / 1000, unit + 1
    return f"{number:.0f} {_UNITS[unit]}" if unit == 0 or number >= 100 else f"{number:.1f} {_UNITS[unit]}"
