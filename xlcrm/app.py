"""Wires everything once: where the store lies, who acts, which clock and language; the only place that chooses."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.catalogue import text
from xlcrm.errors import UsageError
from xlcrm.model.context import Context, Person

if TYPE_CHECKING:
    from xlcrm.jobs.settings import Settings
    from xlcrm.model.vocabularies import Option
    from xlcrm.rules.rulebook import Rulebook
    from xlcrm.sheets.base import Book
    from xlcrm.store.base import Store

SQLITE = "sqlite:///"
WAIT = 60.0  # seconds that a command waits for other writers of the store
WORKBOOKS = frozenset({".xlsx", ".xlsm"})
EVERYTHING = frozenset({"entry", "reviewer", "steward", "manager", "finance", "marketing", "admin"})
"""Alone on a machine every role is yours."""


def home() -> Path:
    """The folder of this user's settings and embedded store: XLCRM_HOME, else ~/.xlcrm."""
    return Path(os.environ.get("XLCRM_HOME") or Path.home() / ".xlcrm")


def settings_path() -> Path:
    """Where this user's settings are kept."""
    return home() / "settings.json"


def settings() -> Settings | None:
    """This user's settings; None before they were made. UsageError when their file is damaged."""
    from xlcrm.jobs.settings import load

    return load(settings_path()) if settings_path().exists() else None


def store_url(url: str | None = None) -> str:
    """The store asked for by --store, XLCRM_STORE, the user's settings, or else the embedded one of this user."""
    asked = url or os.environ.get("XLCRM_STORE")
    if not asked and (own := settings()) is not None and own.store:
        asked = own.store if "://" in own.store else f"{SQLITE}{own.store}"
    return asked or f"{SQLITE}{home() / 'store.db'}"


def account() -> tuple[str, str]:
    """The acting person's login, and the name colleagues know (XLCRM_PERSON, the user's settings, else the login)."""
    login = getpass.getuser()
    own = os.environ.get("XLCRM_PERSON") or getattr(settings(), "name", "")
    return login, (own or login).encode(errors="replace").decode()  # half characters of an environment in another encoding


def clock() -> datetime:
    """The wall clock of this machine; XLCRM_NOW ("2025-03-05 14:30:00") replaces it in demonstrations and tests."""
    fixed = os.environ.get("XLCRM_NOW")
    if not fixed:
        return datetime.now().replace(microsecond=0)
    try:
        return datetime.fromisoformat(fixed).replace(tzinfo=None)
    except ValueError as error:
        raise UsageError("cli.bad_now", value=fixed) from error


@dataclass
class Desk:
    """What a command works with. ``book`` and ``store`` are there when the session was opened for them."""

    language: str
    url: str
    source: str = ""
    path: Path = field(default_factory=Path)
    copied: bool = False
    _book: Book | None = None
    _store: Store | None = None

    @property
    def book(self) -> Book:
        assert self._book is not None, "the session was opened without a workbook"
        return self._book

    @property
    def said(self) -> list[str]:
        """What the job had to tell beside its result."""
        return list(getattr(self._book, "said", ()))

    @property
    def store(self) -> Store:
        assert self._store is not None, "the session was opened without a store"
        return self._store

    @cached_property
    def people(self) -> list[Person]:
        """The colleagues the store knows; nobody where no store is open and none exists yet."""
        if self._store is not None:
            return self._store.people()
        url = self.url or store_url()
        if not exists(url):
            return []
        with opened(url, create=False) as store:
            return store.people()

    @cached_property
    def context(self) -> Context:
        login, name = account()
        acting = next((person for person in self.people if person.account == login), Person("", login, name, "", EVERYTHING))
        return Context(acting, clock, self.language, self.source)

    @cached_property
    def rulebook(self) -> Rulebook:
        from xlcrm.rules.rulebook import Rulebook

        return Rulebook(
            moment=self.context.clock(),
            language=self.language,
            people={name: person.rid for person in self.people for name in (person.name, person.account)},
            names={person.rid: person.name for person in self.people},
            options=self._own_options(),
            settings=self._store.settings() if self._store is not None else {},
            old=bool(self._book and self._book.setting("import")),
        )

    def forget_person(self) -> None:
        """Find out anew who acts: the settings changed."""
        for name in ("people", "context", "rulebook"):
            self.__dict__.pop(name, None)

    def _own_options(self) -> Mapping[str, tuple[Option, ...]]:
        from xlcrm.jobs.dictionary import own_options

        return own_options(self._book, self.language) if self._book is not None else {}


@contextmanager
def session(
    book: Path | None,
    language: str,
    url: str | None = None,
    *,
    open_store: bool = True,
    create: bool = True,
    watch: Callable[[str, int, int], None] | None = None,
) -> Iterator[Desk]:
    """Open what a command needs and close it afterwards.

    A workbook that was not made from our template is never written: the session works on a copy in the standard
    template beside it (``Desk.copied``). ``watch`` is told the progress of long steps.

    Raises BookError, StoreError, KeysError, UsageError.
    """
    desk = Desk(language, store_url(url), book.name.encode(errors="replace").decode() if book else "")
    if book is not None:
        _open_book(desk, existing(book), watch)
    if not open_store:
        yield desk
        return
    with opened(desk.url, create, lambda: print(text("cli.waiting", language, seconds=round(WAIT)), file=sys.stderr)) as store:
        desk._store = store
        yield desk


@contextmanager
def at(book: Book, *, open_store: bool = True, create: bool = True) -> Iterator[Desk]:
    """Like ``session``, over a workbook that is open already; its language is the one spoken."""
    desk = Desk(book.language, store_url() if open_store else "", book.name, book.path or Path(), _book=book)
    if not open_store:
        yield desk
        return
    with opened(desk.url, create) as store:
        desk._store = store
        yield desk


def office_folders() -> list[Path]:
    """Where LibreOffice's own programs may lie on this machine."""
    from xlcrm.calc.bridge import program_folders

    return list(program_folders())


def attach(pipe: str) -> None:
    """Work in the LibreOffice that listens on ``pipe`` from now on. UsageError when it does not answer."""
    from xlcrm import calc
    from xlcrm.sheets.live import lean

    lean.load()
    try:
        calc.register(pipe=pipe)
    except calc.OfficeMissing as error:
        raise UsageError("ribbon.no_office") from error


def open_book(name: str = "", keep: bool = True) -> Book:
    """The workbook in front of the person in Excel or LibreOffice, or the open one called ``name``; BookError without one.

    ``keep``: its file is saved with every change; otherwise saving is left to the person, as after typing.
    """
    from xlcrm.sheets import live

    return live.attach(name, keep)


def _open_book(desk: Desk, path: Path, watch: Callable[[str, int, int], None] | None) -> None:
    from xlcrm.sheets.files import open_book

    found = open_book(path, watch) if path.suffix.lower() in WORKBOOKS else None
    if found is None or not found.ours:
        from xlcrm.jobs import make

        copy = path.with_name(f"{path.stem}.{text('cli.checked_name', desk.language)}.xlsx")
        if copy.exists():
            raise UsageError("cli.checked_before", path=path.name, copy=copy)
        with writing(copy):
            make.new(copy, desk.language, path)
        found, desk.copied, path = open_book(copy, watch), True, copy
    desk._book, desk.path = found, path


@contextmanager
def opened(url: str, create: bool = True, busy: Callable[[], None] | None = None) -> Iterator[Store]:
    """The store at ``url`` as the acting person may see it, made on first use where ``create``, who then is its first person.

    StoreError for somebody the store does not know.
    ``busy`` is called once somebody else's writing makes this one wait.
    """
    from xlcrm.store import guard, sqlite

    if not url.startswith(SQLITE):
        raise UsageError("cli.store_kind", url=url)
    if not create and not exists(url):
        raise UsageError("cli.no_store", url=url)
    store = sqlite.open(url, ask=_passphrase if sys.stdin and sys.stdin.isatty() else None, wait=WAIT, busy=busy)
    try:
        login, name = account()
        yield guard.seen(store, Context(store.ensure_person(login, name, EVERYTHING, clock()), clock))
    finally:
        store.close()


def exists(url: str) -> bool:
    """Whether there is a store at ``url`` already."""
    return Path(url.removeprefix(SQLITE)).exists()


def _passphrase() -> str:
    return getpass.getpass("xlcrm: ")


def existing(path: Path) -> Path:
    """``path`` itself; UsageError when there is no such file."""
    if path.is_dir():
        raise UsageError("cli.is_folder", path=path)
    if not path.is_file():
        raise UsageError("cli.missing", path=path)
    return path


def writable(path: Path, force: bool) -> None:
    """UsageError when ``path`` is no .xlsx, exists and may not be replaced, or lies in a folder that is not there."""
    if path.suffix.lower() != ".xlsx":
        raise UsageError("cli.not_xlsx", path=path)
    if not path.parent.is_dir():
        raise UsageError("cli.folder", path=path.parent)
    if path.exists() and not force:
        raise UsageError("cli.exists", path=path)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says while ``path`` is written into one sentence."""
    try:
        yield
    except OSError as error:
        raise UsageError("cli.unwritable", path=path) from error
