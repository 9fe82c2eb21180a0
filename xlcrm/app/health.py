"""环境检查, as command and button ask for it: this machine, the store in use and the workbook, looked at once."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from xlcrm.app.address import SQLITE, exists, shown, store_url
from xlcrm.app.backups import known_backup_folder
from xlcrm.app.mailing import mail_trouble
from xlcrm.app.stores import opened
from xlcrm.app.user import account, clock, home
from xlcrm.errors import UsageError, XlcrmError
from xlcrm.model.context import Context

if TYPE_CHECKING:
    from xlcrm.jobs.doctor import Machine
    from xlcrm.store.base import Store


def health(
    language: str, url: str | None = None, book: str = "", template: str | None = None, notices: list[str] | None = None
) -> Machine:
    """This machine with the store at ``url`` (None: the one in use) and the workbook ``book``, a path or an address.

    ``template`` is the version of the template that an open workbook was made from, "" for one of another kind; None: look into
    the file, where there is one.
    """
    from xlcrm.jobs.doctor import look

    tried: dict[str, Any] = {"book_template": template} if template else {}
    if template is None and book and Path(book).is_file():
        tried |= _book(Path(book), language)
    place = url or ""
    try:
        place = store_url(url)
        if exists(place):
            with opened(place, create=False, language=language, notices=notices) as store:
                tried["care"] = _care(store, place)
    except XlcrmError as error:
        tried |= {"store_trouble": error.sentence(language), "store_cure": error.hint(language)}
    mail, cure = mail_trouble(language)
    return look(book, shown(place), mail_trouble=mail, mail_cure=cure, **tried)


def _care(store: Store, url: str) -> Any:
    from xlcrm.jobs.doctor.caring import care

    login = store.account or account()[0]
    acting = next(person for person in store.people() if person.account == login)
    file, backups = Path(url.removeprefix(SQLITE)) if url.startswith(SQLITE) else None, None
    with suppress(UsageError):  # a damaged memory: xlcrm backup says so
        backups = known_backup_folder(url)
    return care(store, Context(acting, clock), home(), file, backups, _verified().get(shown(url), ""))


def note_verified(url: str) -> None:
    """Remember that the whole log of the store at ``url`` was verified just now; nothing is noted where nothing can be."""
    with suppress(OSError):
        home().mkdir(parents=True, exist_ok=True)
        fresh, now = _noted().with_suffix(".new"), f"{clock():%Y-%m-%d %H:%M:%S}"
        fresh.write_text(json.dumps(_verified() | {shown(url): now}, ensure_ascii=False, indent=1), "utf-8")
        fresh.replace(_noted())


def _verified() -> dict[str, str]:
    """When the log of each store was verified on this machine, by address."""
    with suppress(OSError, ValueError):
        found = json.loads(_noted().read_text("utf-8"))
        return found if isinstance(found, dict) else {}
    return {}


def _noted() -> Path:
    return home() / "verified.json"


def _book(path: Path, language: str) -> dict[str, str]:
    """What the file says: the version of its template, or why it cannot be opened."""
    from xlcrm.sheets.files import open_book

    try:
        found = open_book(path)
    except XlcrmError as error:
        return {"book_trouble": error.sentence(language), "book_cure": error.hint(language)}
    return {"book_template": found.setting("template")} if found.ours else {}
