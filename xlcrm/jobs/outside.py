"""对外导出: customers for somebody outside the firm, masked as far as the manager did not agree otherwise (mission section 8)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from xlcrm.catalogue import text
from xlcrm.errors import UsageError
from xlcrm.jobs import proposals, readback
from xlcrm.jobs.filters import conditions, field_named
from xlcrm.model.context import Context
from xlcrm.model.operation import Record
from xlcrm.model.proposal import Proposal
from xlcrm.model.resultsheets import EXPORT_NOTE
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules import outside
from xlcrm.rules.rights import Action, rights_of
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets import template
from xlcrm.store import asking
from xlcrm.store.base import Store

KIND = "export"
"""The kind of proposal (rules/approvals.py: SEATS)."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the acting person wants to export: the customers that fit ``asked`` (a filter), the fields ``plain`` unmasked.

    ``agreed`` is what colleagues agreed to and covers it; ``alone``: there is nobody to ask. ``fewer`` were agreed to before
    others came to fit the filter (0: nothing was).
    """

    asked: str
    plain: tuple[str, ...]
    found: Sequence[Record]
    agreed: Proposal | None = None
    alone: bool = False
    fewer: int = 0

    @property
    def allowed(self) -> bool:
        return self.alone or self.agreed is not None


def plain_fields(names: Collection[str], language: str) -> tuple[str, ...]:
    """The keys of fields by header; UsageError for one that is none, or is not masked anyway."""
    keys = []
    for name in names:
        item = field_named(name)
        if item is None or item.key not in outside.MASKABLE:
            raise UsageError("requests.outside_no_field", field=name, fields=outside.titles(outside.MASKABLE, language))
        keys.append(item.key)
    return tuple(sorted(set(keys)))


def want(store: Store, context: Context, rulebook: Rulebook, asked: str, plain: Collection[str] = ()) -> Wanted:
    """What an export takes in now, and who agreed to it. UsageError without the right to export, or for a bad filter."""
    rights = rights_of(context.actor, store.people(), context.now()[:10])
    if not rights.ever(Action.EXPORT):
        raise UsageError("rights.no_export")
    found = [
        one for one in store.scan(CUSTOMER.key, conditions(asked, rulebook)) if rights.may(Action.EXPORT, one.values.get("owner"))
    ]
    wanted = Wanted(asked, tuple(sorted(plain)), found, alone=sum(not one.disabled for one in store.people()) < 2)
    mine = [one for one in store.proposals(KIND, "done") if one.initiator == context.actor.rid]
    for one in (one for one in mine if outside.in_time(one, context.clock())):
        if outside.covers(one.about, asked, plain, len(found)):
            return replace(wanted, agreed=one)
        if outside.covers(one.about, asked, plain, 0):
            wanted = replace(wanted, fewer=int(str(one.about["count"])))
    return wanted


def propose(store: Store, context: Context, wanted: Wanted, reason: str) -> Proposal:
    """Propose the export to the manager. UsageError without a reason, or where it waits already."""
    if not reason.strip():
        raise UsageError("requests.outside_why")
    count = len(wanted.found)
    waiting = (one for one in store.proposals(KIND) if one.initiator == context.actor.rid)
    if any(outside.covers(one.about, wanted.asked, wanted.plain, count) for one in waiting):
        raise UsageError("requests.outside_waits")
    return proposals.propose(store, context, KIND, None, outside.about(wanted.asked, wanted.plain, count), reason)


def export(path: Path, store: Store, context: Context, rulebook: Rulebook, wanted: Wanted, reason: str = "") -> int:
    """Write the customers that are ``wanted`` into a new workbook, with a sheet that says who, when, why and what; how many.

    Nothing that belongs to them is in it. The log keeps it before the file appears. UsageError before colleagues agreed; OSError
    where ``path`` cannot be written.
    """
    if not wanted.allowed:
        raise UsageError("requests.outside_not_agreed")
    language, names = context.language, rulebook.names
    why = wanted.agreed.reason if wanted.agreed else reason.strip()
    by = _agreed(wanted, rulebook, language)
    noted = "；".join(filter(None, (wanted.asked or text("requests.outside_all", language), why, by)))
    head = asking.note_export(store, context, len(wanted.found), noted, "outside", wanted.plain)
    found = [replace(one, values=outside.veiled(one.values, wanted.plain)) for one in wanted.found]
    rows = readback.cells(found, CUSTOMER.key, language, names, {}) if found else {}
    said = {
        "who": context.actor.name,
        "when": context.now(),
        "purpose": why,
        "agreed": by,
        "filter": wanted.asked or text("requests.outside_all", language),
        "count": str(len(found)),
        "masked": outside.titles([key for key in outside.MASKED if key not in wanted.plain], language),
        "unmasked": outside.titles(wanted.plain, language) or text("requests.outside_none", language),
        "log": head,
        "use": text("requests.outside_use_said", language),
    }
    note = {"item": [text(f"requests.outside_{key}", language) for key in said], "content": list(said.values())}
    tables = (EXPORT_NOTE, CUSTOMER)
    template.build(path, language, {EXPORT_NOTE.key: note, **({CUSTOMER.key: rows} if found else {})}, tables=tables)
    return len(found)


def _agreed(wanted: Wanted, rulebook: Rulebook, language: str) -> str:
    """Who agreed, and when."""
    if wanted.agreed is None:
        return text("requests.outside_alone", language)
    said = [word for word in wanted.agreed.words if word.verdict == "yes"]
    return text("match.and", language).join(f"{rulebook.names.get(word.person, word.person)} {word.at}" for word in said)
