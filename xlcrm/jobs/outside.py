"""对外导出: customers for somebody outside the firm, masked, once the manager agreed (mission section 8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from xlcrm.errors import UsageError
from xlcrm.jobs import proposals, readback
from xlcrm.model.context import Context
from xlcrm.model.operation import Record
from xlcrm.model.proposal import Proposal
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.masking import masked
from xlcrm.rules.rights import Action, Group, group_of, rights_of
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets import template
from xlcrm.store import asking
from xlcrm.store.base import Store

KIND = "export"
"""The kind of proposal (rules/approvals.py: SEATS)."""
DAYS = 7
"""For so long what was agreed to may be exported."""
_HIDDEN = frozenset({Group.SENSITIVE, Group.CONTACT})


def agreed(store: Store, context: Context, asked: str) -> bool:
    """Whether colleagues agreed lately that the acting person exports what the filter ``asked`` says; alone one asks nobody."""
    if sum(not one.disabled for one in store.people()) < 2:
        return True
    since = (context.clock() - timedelta(days=DAYS)).strftime("%Y-%m-%d %H:%M:%S")
    mine = (one for one in store.proposals(KIND, "done") if one.initiator == context.actor.rid)
    return any(one.about.get("filter") == asked and one.at >= since for one in mine)


def propose(store: Store, context: Context, asked: str, reason: str) -> Proposal:
    """Propose the export to the manager. UsageError without a reason, without the right to export, or where it waits already."""
    if not reason.strip():
        raise UsageError("requests.outside_why")
    if not rights_of(context.actor, store.people(), context.now()[:10]).ever(Action.EXPORT):
        raise UsageError("rights.no_export")
    waiting = (one for one in store.proposals(KIND) if one.initiator == context.actor.rid)
    if any(one.about.get("filter") == asked for one in waiting):
        raise UsageError("requests.outside_waits")
    return proposals.propose(store, context, KIND, None, {"filter": asked}, reason)


def export(
    path: Path, store: Store, context: Context, rulebook: Rulebook, where: Sequence[tuple[str, str, str]], asked: str
) -> int:
    """Write the living customers that fit ``where`` into a new workbook, contacts and numbers masked; how many. Logged.

    Only those the acting person may export, and nothing that belongs to them. UsageError without the right, or before colleagues
    agreed; OSError where ``path`` cannot be written.
    """
    rights = rights_of(context.actor, store.people(), context.now()[:10])
    if not rights.ever(Action.EXPORT) or not agreed(store, context, asked):
        raise UsageError("rights.no_export")
    found = [_veiled(one) for one in store.scan(CUSTOMER.key, where) if rights.may(Action.EXPORT, one.values.get("owner"))]
    asking.note_export(store, context, len(found), asked)
    rows = readback.cells(found, CUSTOMER.key, context.language, rulebook.names, {})
    template.build(path, context.language, {CUSTOMER.key: rows} if found else {}, tables=(CUSTOMER,))
    return len(found)


def _veiled(customer: Record) -> Record:
    """``customer`` as somebody outside may see it; what cannot be masked is left out."""
    values = {**customer.values}
    for item in CUSTOMER.data:
        value = values.get(item.key)
        if value and group_of(CUSTOMER, item) in _HIDDEN:
            values[item.key] = masked(value, item.kind)
    return replace(customer, values=values)
