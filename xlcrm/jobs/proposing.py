"""What a person is told of proposals."""

from __future__ import annotations

from collections.abc import Mapping

from xlcrm.catalogue import area, text
from xlcrm.jobs.proposals import customers
from xlcrm.model.proposal import Proposal
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules import outside, taglibrary
from xlcrm.rules.approvals import open_seats
from xlcrm.store.base import Store


def _handed(proposal: Proposal, language: str, names: Mapping[str, str]) -> str:
    """Of a handover who hands how many customers to whom; "" of anything else."""
    if proposal.kind != "handover":
        return ""
    giver, taker = (names.get(str(proposal.about.get(key)), "?") for key in ("from", "to"))
    named = proposal.about.get("customers")
    count = len(named) if isinstance(named, list) else 0
    which = text("keeping.handover_some" if count else "keeping.handover_every", language, count=count)
    return text("keeping.handover_line", language, giver=giver, taker=taker, which=which)


def told(store: Store, proposal: Proposal, language: str, names: Mapping[str, str]) -> str:
    """A proposal in one line: what, about which customers, by whom, why, who agreed, who is still to be asked."""
    records = store.records(customers(proposal))
    shown = [
        " ".join(part for part in (records[rid].number, records[rid].values.get("name")) if part) if rid in records else rid
        for rid in customers(proposal)
    ]
    agreed = [names.get(word.person, word.person) for word in proposal.words if word.verdict == "yes"]
    roles = vocabulary("role")
    seats = [roles.label(seat, language) for seat in open_seats(proposal)] or [roles.label("steward", language)]
    join = text("match.and", language).join
    who, survivor = names.get(proposal.initiator, proposal.initiator), shown[0] if shown else ""
    said = {"who": who, "survivor": survivor, "others": join(shown[1:])}
    if f"told_{proposal.kind}" in area("merge"):
        line = text(f"merge.told_{proposal.kind}", language, at=proposal.at, seats=join(seats), **said)
    else:
        what = text(f"queues.kind_{proposal.kind}", language)
        handed = _handed(proposal, language, names)
        exported = outside.told(proposal.about, language) if proposal.kind == "export" else ""
        named = handed or survivor or exported or taglibrary.told(proposal.about, language)
        about = f" {named}" if named else ""
        line = text("requests.told_any", language, at=proposal.at, seats=join(seats), who=who, what=what, about=about)
    extra = [text("merge.told_reason", language, reason=proposal.reason)] if proposal.reason else []
    extra += [text("merge.told_agreed", language, names=join(agreed))] if agreed else []
    return " ".join((line, *extra))
