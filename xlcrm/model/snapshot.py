"""What a member of a firm without a server has on the own machine: everything of the store that this person may see."""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from xlcrm.model.operation import Values

FORMAT = "snapshot 2"
"""What stands on a sealed snapshot; programs that write it otherwise count on."""


@dataclass(slots=True)
class Held:
    """The customers that are hidden from the member, for "is this customer taken?".

    ``rids`` and ``owners`` (places in ``people``) have one item a customer; ``digests`` are keyed digests of 32 bits of what
    tells it, ascending, and ``customers`` the place of the customer in ``rids`` for each.
    """

    people: list[str] = field(default_factory=list)
    rids: list[str] = field(default_factory=list)
    owners: list[int] = field(default_factory=list)
    digests: list[int] = field(default_factory=list)
    customers: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Snapshot:
    """The store as ``person`` (a rid) may see it at the moment ``at``.

    ``key`` (64 hex digits) makes the member's digests, ``number`` counts the snapshots for one machine. A row of ``people`` is
    a Person's fields in their order, one of ``records`` (by table) a Record's, of which ``hidden`` is left out; ``gone`` are
    records that live no more: (table, rid, number, state, merged into). ``past`` are the versions that a sheet may still show:
    (rid, version, values). ``kept`` are losing values: (rid, field, value, origin). ``looks`` are those of the customers with
    which new rows are compared. ``submitted`` are rows whose number the sheet may not show yet: (workbook, token, rid, table);
    ``answers`` what was said about rows that are not stored: (workbook, token, code of 提交状态, 校验结果, 问题说明, number).
    ``done`` are the parcels that were dealt with lately, ``replies`` what was said to wishes among them: (parcel, sentence).
    A row of ``proposals`` is a Proposal's fields without its words; one of ``words`` what was said about them, and about requests
    that wait: (rid, person, seat, verdict, reason, at, round). A row of ``operations`` is a Done's fields: the person's own
    latest ones and what took them back. ``taken_back`` are numbers of records that the person's own undo made void.
    """

    person: str
    account: str
    key: str
    at: str
    number: int = 0
    people: list[list[Any]] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)
    records: dict[str, list[list[Any]]] = field(default_factory=dict)
    gone: list[list[str | None]] = field(default_factory=list)
    past: list[tuple[str, int, Values]] = field(default_factory=list)
    kept: list[tuple[str, str, str, str]] = field(default_factory=list)
    looks: dict[str, list[str]] = field(default_factory=dict)
    decisions: list[tuple[str, str, str]] = field(default_factory=list)
    submitted: list[tuple[str, str, str, str]] = field(default_factory=list)
    answers: list[tuple[str, str, str, str, str, str]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    replies: list[tuple[str, str]] = field(default_factory=list)
    proposals: list[list[Any]] = field(default_factory=list)
    words: list[list[Any]] = field(default_factory=list)
    operations: list[list[Any]] = field(default_factory=list)
    taken_back: list[str] = field(default_factory=list)
    held: Held = field(default_factory=Held)


def to_bytes(snapshot: Snapshot) -> bytes:
    """A snapshot as it is sealed."""
    told = {item.name: getattr(snapshot, item.name) for item in fields(Snapshot)} | {"held": asdict(snapshot.held)}
    return zlib.compress(json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode(), 1)


def from_bytes(content: bytes) -> Snapshot:
    """What ``to_bytes`` made; ValueError for anything else."""
    try:
        told = json.loads(zlib.decompress(content))
        return Snapshot(**told | {"held": Held(**told["held"])})
    except (zlib.error, KeyError, TypeError) as error:
        raise ValueError("snapshot") from error
