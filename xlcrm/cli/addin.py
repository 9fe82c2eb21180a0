"""xlcrm addin: install or remove the Excel add-in or LibreOffice's toolbar for this user, or tell how it stands."""

from __future__ import annotations

import argparse
import locale
import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.catalogue import text
from xlcrm.errors import UsageError

if TYPE_CHECKING:
    from xlcrm.addin import install, places

ACTIONS = ("install", "uninstall", "status")


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("action", choices=ACTIONS, help=text("addin.action", language))
    parser.add_argument("--libreoffice", action="store_true", help=text("addin.office", language))


def run(options: argparse.Namespace) -> int:
    """Do it; 0 when done and in order, 1 when ``status`` finds something to be done."""
    from xlcrm.addin import install, places

    language = options.lang
    if options.libreoffice:
        return _libreoffice(options.action, language)
    system = platform.system()
    home = Path.home()
    where = places.find(system, home, os.environ)
    if where is None:
        raise UsageError("addin.no_excel", system=system)
    user = install.User(home, os.environ, locale.getencoding(), sys.executable)
    if options.action == "install":
        named = install.install(where, user)
        print(text("addin.installed", language, path=where.addin))
        print(text("addin.interpreter", language, path=named))
        print(text("addin.restart", language))
        return 0
    if options.action == "uninstall":
        removed = install.uninstall(where)
        print(text("addin.removed", language, path=where.addin) if removed else text("addin.nothing", language))
        return 0
    found = install.state(where, user)
    if found.current:
        print(text("addin.status_current", language, path=where.addin))
    to_do = _to_do(where, found, language)
    print("\n".join(to_do), end="\n" if to_do else "")
    return 1 if to_do else 0


def _libreoffice(action: str, language: str) -> int:
    from xlcrm import app
    from xlcrm.addin import libreoffice

    if action == "status":
        named = libreoffice.interpreter(app.home())
        print(text("addin.office_installed", language, path=named) if named else text("addin.office_missing", language))
        return 0 if named and Path(named).exists() else 1
    program = libreoffice.unopkg(app.office_folders())
    if action == "install":
        libreoffice.install(program, app.home(), sys.executable)
        print(text("addin.office_installed", language, path=sys.executable))
    else:
        removed = libreoffice.uninstall(program, app.home())
        print(text("addin.office_removed" if removed else "addin.office_missing", language))
    return 0


def _to_do(where: places.Places, found: install.State, language: str) -> list[str]:
    """What is not in order about the add-in."""
    if not found.installed:
        return [text("addin.status_missing", language)]
    said = [] if found.current else [text("addin.status_other", language, path=where.addin)]
    if not found.interpreter:
        said.append(text("addin.status_unnamed", language))
    elif not Path(found.interpreter).exists():
        said.append(text("addin.status_interpreter_gone", language, path=found.interpreter))
    return said + [text("addin.status_copy", language, path=path) for path in found.copies]
