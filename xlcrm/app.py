"""Wires everything once: where the store lies, who acts, which clock and language; the only place that chooses."""

from __future__ import annotations

import getpass
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

from xlcrm.catalogue import text
from xlcrm.errors import Away, StoreError, UsageError, XlcrmError
from xlcrm.model.context import Context, Person

if TYPE_CHECKING:
    from xlcrm.jobs.outbox.box import Outbox
    from xlcrm.jobs.outbox.keep import Kept
    from xlcrm.jobs.outbox.send import Sent
    from xlcrm.jobs.settings import Settings
    from xlcrm.match.score import Weights
    from xlcrm.model.vocabularies import Option
    from xlcrm.rules.rulebook import Rulebook
    from xlcrm.sheets.base import Book
    from xlcrm.store.base import Store
    from xlcrm.store.postgres.server import Caller

SQLITE = "sqlite:///"
SERVERS = ("postgresql://", "postgres://")
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


def profiles_path() -> Path:
    """Where the names of this user's stores are kept."""
    return home() / "stores.json"


def store_url(asked: str | None = None) -> str:
    """The address of the store that is asked for, or in use: by --store, XLCRM_STORE, the user's settings, else the embedded one.

    Each of them may be a known name, an address or a path. UsageError for a name that nobody added.
    """
    from xlcrm.jobs import profiles

    asked = asked or os.environ.get("XLCRM_STORE") or getattr(settings(), "store", "")
    if not asked or asked in profiles.EMBEDDED:
        return f"{SQLITE}{home() / 'store.db'}"
    if "://" in asked or (PureWindowsPath(asked).drive and os.name != "nt"):  # another system's path is refused when opened
        return asked
    return profiles.find(profiles_path(), asked) or f"{SQLITE}{asked}"


def profile(url: str) -> str:
    """The name under which this user knows the store at ``url``; "" without one."""
    from xlcrm.jobs import profiles

    return next((name for name, known in profiles.load(profiles_path()).items() if known == url), "")


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
    _login: str = ""
    offline: bool = False
    """Whether the store is known to be away: nobody asks it again."""
    notices: list[str] | None = None
    """What the person is to be told beside the result; None: it is said at once on standard error."""

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
        if self.offline:
            return []
        url = self.url or store_url()
        if not exists(url):
            return []
        try:
            with opened(url, create=False, language=self.language, notices=self.notices) as store:
                self._login = store.account
                return store.people()
        except Away as away:  # a check does not need to know everybody
            self.offline = True
            tell(self.language, self.notices)("login.people_unknown", why=away.sentence(self.language))
            return []

    @cached_property
    def context(self) -> Context:
        people = self.people
        login, name = account()
        login = (self._store.account if self._store is not None else self._login) or login
        acting = next((person for person in people if person.account == login), Person("", login, name, "", EVERYTHING))
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
    keyless: bool = False,
    watch: Callable[[str, int, int], None] | None = None,
) -> Iterator[Desk]:
    """Open what a command needs and close it afterwards.

    A workbook that was not made from our template is never written: the session works on a copy in the standard
    template beside it (``Desk.copied``). ``watch`` is told the progress of long steps; ``keyless``: as ``opened``.

    Raises BookError, StoreError, KeysError, UsageError.
    """
    desk = Desk(language, store_url(url), book.name.encode(errors="replace").decode() if book else "")
    if book is not None:
        _open_book(desk, existing(book), watch)
    if not open_store:
        yield desk
        return
    with connected(desk, create, keyless):
        yield desk


@contextmanager
def at(book: Book, *, open_store: bool = True, create: bool = True) -> Iterator[Desk]:
    """Like ``session``, over a workbook that is open already; its language is the one spoken."""
    desk = Desk(book.language, store_url() if open_store else "", book.name, book.path or Path(), _book=book, notices=[])
    if not open_store:
        yield desk
        return
    with connected(desk, create):
        yield desk


@contextmanager
def connected(desk: Desk, create: bool = True, keyless: bool = False) -> Iterator[Desk]:
    """Let ``desk`` work with its store within the block. Raises StoreError (Away), KeysError, UsageError."""
    desk.url = desk.url or store_url()
    busy = None if desk.notices is not None else partial(tell(desk.language), "cli.waiting", seconds=round(WAIT))
    with opened(desk.url, create, busy, desk.language, desk.notices, keyless) as store:
        desk._store = store
        try:
            yield desk
        finally:
            desk._store = None


def outbox() -> Outbox:
    """What waits on this machine while a team's store is away."""
    from xlcrm.crypto.seal import Seal
    from xlcrm.jobs.outbox.box import Outbox

    return Outbox(home() / "outbox", Seal(_asked()))


def keep(desk: Desk, away: Away) -> Kept:
    """Keep the rows of the desk's workbook until its store is back; ``away`` again where this machine never reached that store.

    Raises as jobs.outbox.keep.
    """
    from xlcrm.jobs.outbox.keep import keep as job
    from xlcrm.store.postgres.address import parse

    box, address = outbox(), parse(desk.url)
    if address.store not in box.reached():
        raise away
    desk.offline = True
    return job(desk.book, box, address.store, address.shown, desk.context, desk.rulebook)


def send(desk: Desk, *, own: bool = True, returned: bool = False) -> list[Sent]:
    """Send what waits for the desk's store; without ``own`` not the rows of its workbook, with ``returned`` what came back, too.

    Raises Away; what else keeps a parcel from going out is told, and it stays.
    """
    if not desk.url.startswith(SERVERS) or (box := outbox()).empty():
        return []
    from xlcrm.jobs.outbox.send import send as job
    from xlcrm.store.postgres.address import parse

    def rules(book: Book) -> Rulebook:
        return Desk(desk.language, desk.url, book.name, _book=book, _store=desk.store).rulebook

    name, uid, sent = parse(desk.url).store, desk._book.setting("uid") if desk._book else "", []
    for one in list(box.waiting()):
        parcel = one.parcel
        if parcel is None or parcel.store != name or (parcel.returned and not returned) or (parcel.uid == uid and not own):
            continue
        try:
            sent.append(job(one.name, parcel, box, desk.store, desk.context, rules))
        except Away:
            raise
        except XlcrmError as error:
            tell(desk.language, desk.notices)("outbox.stuck", book=parcel.book, why=error.sentence(desk.language))
    return sent


def take_along(desk: Desk) -> list[str]:
    """Put the rows of the desk's workbook that wait, and are not in it any more, back; what to drop once it is submitted."""
    if not desk.url.startswith(SERVERS) or (box := outbox()).empty():
        return []
    from xlcrm.jobs.outbox.send import take_along as job
    from xlcrm.store.postgres.address import parse

    return job(desk.book, box, parse(desk.url).store)


def tell(language: str, notices: list[str] | None = None) -> Callable[..., None]:
    """Tells a person a sentence of the catalogue (key, values) beside the result: in ``notices``, else on standard error."""

    def told(key: str, **values: object) -> None:
        sentence = text(key, language, **values)
        if notices is None:
            print(sentence, file=sys.stderr)
        elif sentence not in notices:
            notices.append(sentence)

    return told


def caller(language: str, notices: list[str] | None = None) -> Caller:
    """Who logs in to a server: whoever sits at the terminal is asked for a password."""
    from xlcrm.store.postgres.server import Caller

    ask = (lambda login: getpass.getpass(text("login.password_ask", language, login=login))) if _asked() else None
    return Caller(ask, tell(language, notices), clock)


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
def opened(
    url: str,
    create: bool = True,
    busy: Callable[[], None] | None = None,
    language: str = "zh",
    notices: list[str] | None = None,
    keyless: bool = False,
) -> Iterator[Store]:
    """The store at ``url`` as the acting person may see it.

    An embedded one is made on first use where ``create``, who uses it then is its first person; a team's is made on purpose
    (make_store) and knows its people. StoreError for somebody the store does not know.
    ``busy`` is called once somebody else's writing makes this one wait; ``notices``: as ``tell``. ``keyless``: without its keys,
    for somebody who asks to be admitted; nothing encrypted can be read or written then.
    """
    from xlcrm.crypto.cipher import NoKeys
    from xlcrm.store import guard

    ask, cipher = _asked(), NoKeys() if keyless else None
    if url.startswith(SERVERS):
        from xlcrm.store.postgres import opening
        from xlcrm.store.postgres.address import parse

        store: Store = opening.open(url, cipher, ask, WAIT, caller(language, notices))
        with suppress(UsageError):  # where nothing can be kept, nothing needs to be remembered
            outbox().note(parse(url).store)
    else:
        from xlcrm.store import sqlite

        if not url.startswith(SQLITE):
            raise UsageError("cli.store_kind", url=url)
        if not create and not exists(url):
            raise UsageError("cli.no_store", url=url)
        store = sqlite.open(url, cipher, ask, wait=WAIT, busy=busy)
    try:
        login, name = account()
        acting = store.ensure_person(store.account or login, name, EVERYTHING, clock())
        yield guard.seen(store, Context(acting, clock))
    finally:
        store.close()


def make_store(url: str, language: str) -> None:
    """Make the store at ``url``, with this person as its first. StoreError: there is one already, or it cannot be made."""
    if not url.startswith(SERVERS):
        if url.startswith(SQLITE) and exists(url):
            raise StoreError("store.exists", path=url)
        with opened(url, language=language):
            return
    from xlcrm.store.postgres import opening

    ask = partial(_new_passphrase, language) if sys.stdin and sys.stdin.isatty() else None
    opening.create(url, account()[1], EVERYTHING, clock(), ask=ask, caller=caller(language)).close()


def migrate_store(url: str, language: str) -> tuple[int, int]:
    """Bring the store at ``url`` to this program's version; (version before, version now)."""
    if url.startswith(SERVERS):
        from xlcrm.store.postgres import opening

        return opening.migrate(url, ask=_asked(), caller=caller(language))
    if not url.startswith(SQLITE):
        raise UsageError("cli.store_kind", url=url)
    if not exists(url):
        raise UsageError("cli.no_store", url=url)
    from xlcrm.store import sqlite

    before = sqlite.version(url)
    with opened(url, create=False) as store:
        return before, store.status().version


def shown(url: str) -> str:
    """``url`` without a password."""
    if not url.startswith(SERVERS):
        return url
    from xlcrm.store.postgres import server

    return server.shown(url)


def exists(url: str) -> bool:
    """Whether there is a store at ``url`` already; a server is only asked when it is opened."""
    return url.startswith(SERVERS) or Path(url.removeprefix(SQLITE)).exists()


def _asked() -> Callable[[], str] | None:
    """Who is asked for the passphrase: the person at the terminal, if there is one."""
    return _passphrase if sys.stdin and sys.stdin.isatty() else None


def _passphrase() -> str:
    return getpass.getpass("xlcrm: ")


def _new_passphrase(language: str) -> str:
    chosen = getpass.getpass(text("cli.new_passphrase", language))
    if chosen != getpass.getpass(text("cli.same_passphrase", language)):
        raise UsageError("cli.passphrase_differs")
    return chosen


def existing(path: Path) -> Path:
    """``path`` itself; UsageError when there is no such file."""
    if path.is_dir():
        raise UsageError("cli.is_folder", path=path)
    if not path.is_file():
        raise UsageError("cli.missing", path=path)
    return path


def writable(path: Path, force: bool, suffix: str = ".xlsx") -> None:
    """UsageError when ``path`` does not end in ``suffix``, exists and may not be replaced, or its folder is not there."""
    if path.suffix.lower() != suffix:
        raise UsageError(f"cli.not_{suffix.lstrip('.')}", path=path)
    if not path.parent.is_dir():
        raise UsageError("cli.folder", path=path.parent)
    if path.exists() and not force:
        raise UsageError("cli.exists", path=path)


def weights(fixed: bool) -> Weights | None:
    """The weights for comparing a list: the shipped ones if ``fixed``, None to have them estimated from the list."""
    from xlcrm.match import score

    return score.shipped() if fixed else None


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what the system says while ``path`` is written into one sentence."""
    try:
        yield
    except OSError as error:
        raise UsageError("cli.unwritable", path=path) from error
