"""筛选视图: filters that have a name, a team's (settings of the store) and one's own (lines of a workbook's 数据字典)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlcrm.catalogue import text
from xlcrm.errors import UsageError
from xlcrm.jobs.filters import Condition, conditions
from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Operation, Result
from xlcrm.model.tables import CUSTOMER, DICTIONARY
from xlcrm.model.vocabularies import fold
from xlcrm.rules.clean.text import line
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store.base import Store

PREFIX = "view."
"""A setting's name is this and the name of its view; the value is the filter as it was written."""
LONGEST = 30
_NOTE = DICTIONARY["note"].longest  # where a workbook shows the filter
_AND = "，"


def views(settings: Mapping[str, str]) -> dict[str, str]:
    """The team's views: name -> filter, by name."""
    return {name.removeprefix(PREFIX): said for name, said in sorted(settings.items()) if name.startswith(PREFIX) and said}


def where(rulebook: Rulebook, name: str, said: str = "", own: Mapping[str, str] | None = None) -> tuple[str, list[Condition]]:
    """What a view and a filter ask together ("" for none): as one filter, and as conditions for Store.scan.

    ``own`` are the views of the workbook at hand; they go before the team's. UsageError for a view that is not known, and for a
    filter that is not understood.
    """
    asked, found = [], list[Condition]()
    if name:
        known = {**views(rulebook.settings), **(own or {})}
        called = _named(known, name, rulebook.language)
        found += understood(rulebook, called, known[called])
        asked.append(known[called])
    if said.strip():
        found += conditions(said, rulebook)
        asked.append(said.strip())
    return _AND.join(asked), found


def understood(rulebook: Rulebook, name: str, said: str) -> list[Condition]:
    """The conditions of a view; UsageError where it is understood no longer, as when an option it names is gone."""
    try:
        return conditions(said, rulebook)
    except UsageError as error:
        raise UsageError("views.broken", name=name, why=error.sentence(rulebook.language)) from error


def count(store: Store, asked: Sequence[Condition]) -> int:
    """How many living customers fit, as far as the acting person may see them."""
    return sum(1 for _ in store.scan(CUSTOMER.key, asked))


def keep(store: Store, context: Context, rulebook: Rulebook, name: str, said: str) -> str:
    """Keep a filter for the whole team under ``name``, in the place of what is called so; the name as it is kept.

    UsageError for a name or a filter that is none, and without the right to settings.
    """
    known = views(store.settings())
    name = next((one for one in known if fold(one) == fold(name)), line(name))
    if not 0 < len(name) <= LONGEST:
        raise UsageError("views.bad_name", name=name, longest=LONGEST)
    said = line(said)
    if not conditions(said, rulebook):
        raise UsageError("views.no_filter", name=name)
    if len(said) > _NOTE:
        raise UsageError("views.too_long", name=name, count=len(said), longest=_NOTE)
    _write(store, context, name, said)
    return name


def remove(store: Store, context: Context, name: str) -> str:
    """Take a view away from the team; the name as it was kept. UsageError where there is none, and without the right."""
    called = _named(views(store.settings()), name, context.language)
    _write(store, context, called, "")
    return called


def _named(known: Mapping[str, str], name: str, language: str) -> str:
    called = next((one for one in known if fold(one) == fold(name)), None)
    if called is None:
        names = text("match.and", language).join(known) or text("views.none_yet", language)
        raise UsageError("views.unknown", name=name, known=names)
    return called


def _write(store: Store, context: Context, name: str, said: str) -> None:
    operation = Operation("settings", [Change("setting", PREFIX + name, "", {"value": said})], source=context.source)
    if store.apply(operation, context).outcomes[0].result is Result.REFUSED:
        raise UsageError("rights.no_settings")
