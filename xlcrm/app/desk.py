"""What a command works with: a workbook, a store, who acts, and the rules they imply."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING

from xlcrm.app import stores
from xlcrm.app.address import exists, store_url
from xlcrm.app.files import existing, writing
from xlcrm.app.mailing import telling
from xlcrm.app.terminal import tell
from xlcrm.app.user import EVERYTHING, account, clock
from xlcrm.catalogue import text
from xlcrm.errors import Away, UsageError, XlcrmError
from xlcrm.model.context import Context, Person

if TYPE_CHECKING:
    from xlcrm.jobs.fieldmatch.matcher import Matcher
    from xlcrm.model.vocabularies import Option
    from xlcrm.rules.rulebook import Rulebook
    from xlcrm.sheets.base import Book
    from xlcrm.store.base import Store


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
    _standing: Mapping[str, str] = field(default_factory=dict)
    offline: bool = False
    """Whether the store is known to be away: nobody asks it again."""
    posted: bool = False
    """Whether what waits to be sent was sent by who opened the session."""
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
            with stores.opened(url, create=False, language=self.language, notices=self.notices) as store:
                self._login, self._standing = store.account, store.settings()
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
        from xlcrm.rules.deadlines import with_own
        from xlcrm.rules.rulebook import Rulebook

        options = self._own_options()
        return Rulebook(
            moment=self.context.clock(),
            language=self.language,
            people={name: person.rid for person in self.people for name in (person.name, person.account)},
            names={person.rid: person.name for person in self.people},
            options=options,
            settings=with_own(self.settings, options),
            old=bool(self._book and self._book.setting("import")),
        )

    @property
    def settings(self) -> Mapping[str, str]:
        """The store's settings; none where no store is open and none could be asked."""
        if self._store is not None:
            return self._store.settings()
        return self._standing if self.people else {}

    def forget_person(self) -> None:
        """Find out anew who acts: the settings changed."""
        for name in ("people", "context", "rulebook"):
            self.__dict__.pop(name, None)

    def _own_options(self) -> Mapping[str, tuple[Option, ...]]:
        from xlcrm.jobs.dictionary import own_options

        if self._book is None:
            return {}
        asked = self._store is not None or bool(self.people)
        return own_options(self._book, self.language, self.settings if asked else None)


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
    busy = None if desk.notices is not None else partial(tell(desk.language), "cli.waiting", seconds=round(stores.WAIT))
    with stores.opened(desk.url, create, busy, desk.language, desk.notices, keyless) as store:
        desk._store = store
        try:
            with nullcontext() if keyless else telling(desk):
                yield desk
        finally:
            desk._store = None


@contextmanager
def matching(language: str, url: str = "", notices: list[str] | None = None) -> Iterator[Matcher]:
    """What tells the columns of old lists: with what the team has answered, where its store exists and can be reached."""
    from xlcrm.jobs.fieldmatch.matcher import Matcher
    from xlcrm.rules.rulebook import Rulebook

    desk = Desk(language, url or store_url(), notices=notices)
    with ExitStack() as stack:
        if exists(desk.url):
            try:
                stack.enter_context(connected(desk, create=False))
            except XlcrmError as error:
                tell(language, notices)("headers.no_memory", why=error.sentence(language))
        yield Matcher(Rulebook(clock(), language) if desk._store is None else desk.rulebook, desk._store)


def _open_book(desk: Desk, path: Path, watch: Callable[[str, int, int], None] | None) -> None:
    from xlcrm.sheets.files import open_book
    from xlcrm.sheets.sources.kinds import is_workbook

    found = open_book(path, watch) if is_workbook(path) else None
    if found is None or not found.ours:
        from xlcrm.jobs import make

        copy = path.with_name(f"{path.stem}.{text('cli.checked_name', desk.language)}.xlsx")
        if copy.exists():
            raise UsageError("cli.checked_before", path=path.name, copy=copy)
        with writing(copy), matching(desk.language, desk.url, desk.notices) as matcher:
            make.new(copy, desk.language, path, matcher)
        found, desk.copied, path = open_book(copy, watch), True, copy
    desk._book, desk.path = found, path
