"""One write: what a job asks of the store, and what the store answers.

Every value is in its canonical text form (rules/clean): dates ISO, options as codes, phones E.164, numbers as decimal
text. ``None`` is blank.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from dataclasses import field as field_
from enum import StrEnum

Values = dict[str, str | None]


@dataclass(slots=True)
class Record:
    """A stored record as it is now: decrypted canonical values, with the columns the store keeps itself.

    ``state`` is "live", "merged" (``merged_into`` names the survivor's rid), "void" or "erased". ``values["customer"]`` is
    the rid of the customer the record belongs to.

    ``hidden`` names the fields whose values the reader may not have: None, or masked (138****5678).
    """

    table: str
    rid: str
    version: int
    values: Values
    number: str | None = None
    state: str = "live"
    merged_into: str | None = None
    origin: str | None = None
    created_by: str | None = None
    created_at: str | None = None
    updated_by: str | None = None
    updated_at: str | None = None
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Taken:
    """The answer to "is this customer taken?": row ``index`` of those asked about is a customer the reader may not see.

    ``rid`` tells the customer from another, ``owner`` (a person's rid) whom to ask; "" where too much was asked.
    """

    index: int
    rid: str
    owner: str


@dataclass(slots=True)
class Change:
    """One record to insert (``base`` None) or to change (``base`` the version it was read at).

    ``values`` holds every field of a new record, only the changed ones of an old. ``expected`` holds, for the
    changed fields of an old record, what they were at ``base``: a field that somebody else has changed meanwhile
    is a conflict, all others are merged. ``customer`` is the rid of the customer the record belongs to (its own
    rid for a customer): it names the data key. ``keys`` are the record's blocking keys, None = unchanged, and ``looks`` (of
    one who has keys) what it may look like to the duplicate engine, as match/face.py writes it.
    ``token`` identifies the sheet's row for repeated submissions. ``kept`` are losing values of a merge.

    ``state`` (with ``merged_into``) makes a record live, merged or void; None leaves it as it is.
    """

    table: str
    rid: str
    customer: str
    values: Values
    base: int | None = None
    expected: Values = field(default_factory=dict)
    number: str | None = None
    keys: tuple[str, ...] | None = None
    looks: tuple[str, ...] = ()
    token: str | None = None
    origin: str = ""
    place: str = ""
    reason: str = ""
    kept: tuple[Kept, ...] = ()
    state: str | None = None
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A value that lost in a merge, kept with its source; ``operation`` is the merge's."""

    field: str
    value: str
    origin: str
    operation: str = field_(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided about two records or a row and a record: remembered under ``pair``."""

    pair: str
    verdict: str  # code of the vocabulary "decision"; "" where the decision is taken back
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Imported:
    """A row of a delivered file that went into the store.

    ``token`` is the keyed digest of what the row said, ``file`` that of whose list it is (whatever day's copy), ``rid`` the
    record it became, or was joined to. ``saved`` is when the file was last saved (YYYY-MM-DD HH:MM:SS), ``version`` the
    record's once the row was in: what the file's next copy is compared with.
    """

    token: str
    file: str
    rid: str
    saved: str
    version: int


class Result(StrEnum):
    """What became of one change."""

    STORED = "stored"  # a new record
    UPDATED = "updated"
    UNCHANGED = "unchanged"  # nothing to write, or written before (the answer was lost)
    CONFLICT = "conflict"  # somebody else changed the same field; nothing of this record was written
    REFUSED = "refused"  # the actor has no right to it; nothing of this change was written
    GONE = "gone"  # the record, or its customer, was merged, voided or never stored; nothing was written


@dataclass(slots=True)
class Operation:
    """Everything that goes in together, or not at all. ``workbook`` scopes the rows' tokens.

    ``compared`` is the store's position when its new customers were compared; None where nothing was. ``reverses`` is the
    operation that it takes back. One that is ``whole`` is written only if every change of it can be, each over the very version
    that it was planned with; of others what is refused or in conflict stays out.
    """

    kind: str  # submit, import, merge, undo, settings, people ...
    changes: list[Change] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    workbook: str = ""
    source: str = ""
    reason: str = ""
    reverses: str | None = None
    whole: bool = False
    compared: int | None = None
    seen: list[str] = field(default_factory=list)  # rids whose answer reached the sheet: their row tokens may go
    imported: list[Imported] = field(default_factory=list)  # the rows of delivered files that this takes in


@dataclass(slots=True)
class Clash:
    """One field that two people changed: what was expected, what stands there, by whom and when."""

    field: str
    mine: str | None
    theirs: str | None
    changed_by: str | None
    changed_at: str | None


@dataclass(slots=True)
class Outcome:
    """What became of a change, in the order of ``Operation.changes``: the record as it stands afterwards.

    For a GONE record that was merged, ``rid`` and ``number`` are the survivor's. ``field`` is what the actor of a REFUSED
    change may not set, "" where it is the record as a whole; ``by_request``: not without a request.
    """

    result: Result
    rid: str
    number: str | None = None
    version: int = 0
    clashes: tuple[Clash, ...] = ()
    created_by: str | None = None
    created_at: str | None = None
    updated_by: str | None = None
    updated_at: str | None = None
    field: str = ""
    by_request: bool = False


@dataclass(slots=True)
class Receipt:
    """The store's answer to an operation: outcomes in order, and the head of the log after it as SEQ:HASH."""

    operation: str
    outcomes: list[Outcome]
    head: str
