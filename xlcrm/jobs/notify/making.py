"""The messages of steps, as records that are stored with the step itself: nothing is told of what was not stored."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid5

from xlcrm.model.operation import Change, Values
from xlcrm.rules.telling import Event, Reader, Staff, readers

NOTICE = "notice"
_NAMESPACE = UUID("6f0f1c5e-8f5b-5d0e-9a53-5f2b6f6f6e21")


def notices(events: Iterable[Event], everybody: Staff) -> list[Change]:
    """One new notice for each reader of each event, to be stored in the operation that takes these steps."""
    return [
        notice(event.about, event.customer, reader, f"{event.step} {event.version}")
        for event in events
        for reader in readers(event, everybody)
    ]


def notice(about: str, customer: str, reader: Reader, when: str) -> Change:
    """One message about a record (a rid) of a ``customer`` (a rid, "" for none), to be sent."""
    values: Values = {
        "kind": reader.kind,
        "about": about,
        "customer": customer or None,
        "person": reader.person or None,
        "state": "pending",
        "attempts": "0",
    }
    return Change(NOTICE, ident(about, reader, when), customer, values)


def together(rids: Iterable[str]) -> str:
    """What a letter that brings several messages (rids) is known by: the same whenever it brings the same."""
    return uuid5(_NAMESPACE, " ".join(sorted(rids))).hex


def ident(about: str, reader: Reader, when: str) -> str:
    """The rid of a message: ``when`` tells the occasion from others of its kind, so that there is exactly one message of it."""
    return uuid5(_NAMESPACE, "\n".join((about, when, reader.kind, reader.person))).hex
