"""What every store can do; one contract suite runs over every implementation.

Values go in and out decrypted, in canonical text form. All methods raise StoreError (locked, read-only, full disk,
newer schema, damaged) or KeysError (missing or wrong key).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from xlcrm.model.context import Context, Person
from xlcrm.model.operation import Decision, Imported, Kept, Operation, Receipt, Record, Taken, Values
from xlcrm.model.proposal import Proposal, Word

if TYPE_CHECKING:
    from xlcrm.store.backup.source import Source
    from xlcrm.store.erasing import Erased
    from xlcrm.store.keyroom import Keyroom
    from xlcrm.store.status import Status  # it needs SQLAlchemy, which a check does without


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log: what happened to one record (``before`` and ``after`` decrypted, changed fields only).

    ``number`` and ``customer`` (a rid, "" for none) are those of the record now; ``login`` is who the system says it was;
    ``operation_number`` is the operation's place in the log.
    """

    seq: int
    operation: str
    kind: str
    table: str
    rid: str
    number: str | None
    customer: str
    version: int
    before: Values
    after: Values
    actor: str
    login: str
    at: str
    source: str
    place: str
    reason: str
    reverses: str | None
    operation_number: int = 0


Columns = dict[str, Sequence[str | None]]
"""Values by column, one a record in each."""
Turn = tuple[str, str, Values, Values]
"""One change of a record: its rid, the moment, and the fields that were asked for (those it changed) before and after it."""


@dataclass(frozen=True, slots=True)
class Sought:
    """Which entries of the log: from ``since`` to ``until`` (moments, both included), by ``actor`` and about ``customer`` (rids),
    of these kinds of operations, of these tables, of one operation (its id). What is blank asks for all.
    """

    since: str = ""
    until: str = ""
    actor: str = ""
    customer: str = ""
    kinds: frozenset[str] = frozenset()
    tables: frozenset[str] = frozenset()
    operation: str = ""


EVERYTHING = Sought()


@dataclass(frozen=True, slots=True)
class Done:
    """An operation of the log: ``number`` is its place there, as receipts print it; ``reversed_by`` that of its undo, None
    where nobody took it back.
    """

    number: int
    id: str
    kind: str
    actor: str
    at: str
    source: str
    reason: str
    reverses: str | None
    reversed_by: int | None
    entries: int


@dataclass(frozen=True, slots=True)
class Page:
    """Entries of the log, oldest first, and the cursor from which to go on."""

    entries: list[Entry]
    cursor: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What verifying the log found: how many entries and operations, its head (SEQ:HASH), and a sentence key with values per
    fault: "entry" and "operation" (numbers), "at" and "actor" as the operation says them, "table" and "rid" of a record.
    """

    entries: int
    operations: int
    head: str
    faults: tuple[tuple[str, dict[str, object]], ...]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Stored customers that may be the same as new rows: ``pairs`` of (index of the new row, customer rid), sorted.

    ``counts`` tells how many customers and new rows together have each of the new rows' keys: customers at most
    ``match.caps.MOST_COUNTED``, or one more than any cap where only the cap matters; nothing is counted while no customer
    is stored. ``total`` is about how many customers and new rows there are.
    """

    pairs: list[tuple[int, str]]
    counts: dict[str, int]
    total: int


@dataclass(frozen=True, slots=True)
class Link:
    """How a store is reached: ``kind`` is file, socket, loopback, plain, tls or unproven (TLS to somebody unknown).

    ``version`` is that of TLS; ``names`` and ``until`` (a day) are the server's certificate's.
    """

    kind: str
    version: str = ""
    names: tuple[str, ...] = ()
    until: str = ""


class Store(Protocol):
    """The shared truth. Every change of anything goes through ``apply``.

    ``account`` is the login that acts, where the store knows it better than the machine does; else "".
    """

    account: str

    def people(self) -> list[Person]: ...

    def ensure_person(self, account: str, name: str, roles: Iterable[str], moment: datetime) -> Person:
        """The colleague with this login; the first one of a store is added with ``roles`` (codes).

        StoreError for a login that the store's people do not hold, and for somebody disabled.
        """
        ...

    def add_person(self, person: Person, context: Context) -> Person:
        """Add a colleague; UsageError if the login is taken, or without the right."""
        ...

    def change_person(self, person: Person, context: Context) -> None:
        """Set everything about the colleague ``person.rid``; UsageError if the login is taken, or without the right."""
        ...

    def settings(self) -> Mapping[str, str]: ...

    def digest(self, text: str) -> str:
        """A keyed digest (hex) of ``text`` under the store's index key: row tokens and pair keys."""
        ...

    def numbers(self, pattern: str, count: int, moment: str) -> list[str]:
        """Reserve ``count`` fresh numbers of ``pattern`` (Table.number) in a short transaction of its own.

        ``moment`` is "YYYY-MM-DD ...". Never given twice; an aborted batch burns them.
        """
        ...

    def numbers_within(self, pattern: str, customers: Sequence[str], moment: str) -> list[str]:
        """One fresh number for each customer number in ``customers``, counted within that customer; like ``numbers``."""
        ...

    def records(self, rids: Iterable[str]) -> dict[str, Record]: ...

    def find(self, numbers: Iterable[str]) -> dict[str, str]:
        """rid for each known number, own, merged (redirected to the survivor) or foreign (原编号)."""
        ...

    def as_of(self, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], Values]:
        """The values of records at a version, reconstructed from the log; unknown (rid, version) are left out."""
        ...

    def candidates(self, keys: Sequence[Sequence[str]], most: int | None = None) -> Candidates:
        """Every living customer sharing a blocking key with one of the new rows, whose ``keys`` are given; never a full scan.

        A key that more customers and new rows have than ``match.caps`` allows for its kind (or than ``most``) gives none.
        """
        ...

    def taken(self, wanted: Sequence[Values], keys: Sequence[Sequence[str]], context: Context) -> list[Taken]:
        """Which of ``wanted`` (with their blocking keys) are customers hidden from the acting person: rate-limited, logged."""
        ...

    def reveal(self, rid: str, field: str, reason: str, context: Context) -> str | None:
        """One value of a customer in plain, logged where the customer is not one's own; UsageError without the right."""
        ...

    def asked(self, actor: str, since: str) -> dict[str, str]:
        """The customers that ``actor`` asked about since that moment: rid -> "ask" where the owner was named, else "held"."""
        ...

    def looks(self, customers: Iterable[str]) -> dict[str, list[str]]:
        """What each customer rid may look like to the duplicate engine (Change.looks); those it is not known of are left out."""
        ...

    def position(self) -> int:
        """How far the log has got: what a comparison that begins now has seen (Operation.compared)."""
        ...

    def decisions(self, pairs: Iterable[str]) -> dict[str, Decision]:
        """The remembered decisions for pair keys; without those that were taken back."""
        ...

    def submitted(self, workbook: str, tokens: Iterable[str]) -> dict[str, str]:
        """rid for each row token of ``workbook`` whose submission was stored but not yet seen back in the sheet."""
        ...

    def imported(self, tokens: Iterable[str]) -> list[Imported]:
        """The rows of delivered files with these tokens; those whose import was undone since are left out."""
        ...

    def imports(self, rids: Iterable[str]) -> list[Imported]:
        """The rows of delivered files that went into these records; those whose import was undone since are left out."""
        ...

    def answers(self, workbook: str, tokens: Iterable[str]) -> dict[str, tuple[str, str, str, str]]:
        """What was said elsewhere about rows of ``workbook`` that are not stored: by token (code of 提交状态, 校验结果,
        问题说明, number).

        Only a member's copy has any.
        """
        ...

    def taken_back(self) -> set[str]:
        """The numbers of records that the acting person's own undo made void elsewhere. Only a member's copy has any."""
        ...

    def children(self, table: str, customers: Iterable[str]) -> dict[str, list[Record]]:
        """The living records of ``table`` that belong to each customer rid."""
        ...

    def search(self, text: str, limit: int = 20) -> list[Record]:
        """Customers by number, former number, name part, pinyin initials or full pinyin, phone or its last 4+ digits."""
        ...

    def scan(self, table: str, where: Sequence[tuple[str, str, str]] = ()) -> Iterator[Record]:
        """All living records of ``table``; ``where`` holds (field key, one of = != > >= < <=, canonical value).

        Of customers "tags" may be asked for, too: = or != one of the library (a code), "" for none.
        """
        ...

    def columns(self, table: str, names: Collection[str]) -> Columns:
        """Columns of all living records of ``table``, which may be "decision" as well: fields, "rid", and what the store keeps
        itself.

        What the acting person may not read is None. A sensitive value is never opened: MASK says that there is one. UsageError
        for a table or column that there is not.
        """
        ...

    def turns(self, table: str, names: Collection[str], since: str = "") -> Iterator[Turn]:
        """Every change of these columns in records of ``table``, gone ones too, from the moment ``since`` on, oldest first.

        How a record came in is not among them. As in ``columns`` sensitive values are only said to be there. UsageError without
        the right to read anything of the log.
        """
        ...

    def history(self, rid: str) -> list[Entry]: ...

    def kept(self, rids: Iterable[str]) -> dict[str, list[Kept]]:
        """The values that lost in merges into each record, oldest first, with their sources."""
        ...

    def log(self, after: str, limit: int, sought: Sought = EVERYTHING) -> Page:
        """At most ``limit`` entries after the cursor ``after`` ("" = from the beginning) that the acting person may read.

        There may be fewer, or none, and yet more to come, as long as the cursor moves. UsageError without the right, for a
        cursor of another store, and for one beyond the log's end.
        """
        ...

    def operations(
        self,
        actor: str = "",
        source: str = "",
        kinds: Iterable[str] = (),
        numbers: Iterable[int] = (),
        ids: Iterable[str] = (),
        limit: int = 20,
    ) -> list[Done]:
        """At most ``limit`` operations that fit, the last one first; what is blank asks for all."""
        ...

    def notices(self, states: Iterable[str] = (), rids: Iterable[str] | None = None) -> list[Record]:
        """The messages of steps in one of ``states`` (none = any), oldest first; with ``rids`` only those of them that there are.

        Their records have the table "notice"; a change of one names the version it was read at, like any other.
        """
        ...

    def proposals(self, kind: str = "", outcome: str = "open") -> list[Proposal]:
        """The proposals of a kind with an outcome, oldest first; "" asks for all."""
        ...

    def words(self, about: Iterable[str]) -> dict[str, list[Word]]:
        """What was said about proposals and update requests (rids), of every round, oldest first; without any it is left out."""
        ...

    def joined(self, rids: Iterable[str], table: str = "customer") -> dict[str, list[str]]:
        """For each record (rid) of ``table`` those that were merged into it, at whatever remove; without any it is left out."""
        ...

    def verify(self, heads: Iterable[str] = (), watch: Callable[[int, int], None] | None = None) -> Verdict:
        """Check every entry, every operation and each record; ``heads`` (SEQ:HASH) are such that were printed before.

        ``watch`` is told how many of how many rows are done. UsageError without the right to read the whole log.
        """
        ...

    def sealed(self) -> bool:
        """Whether the log's last operation and the kept head belong together: a quick look, not ``verify``."""
        ...

    def status(self) -> Status: ...

    def link(self) -> Link: ...

    def keys_from(self) -> str:
        """Where the store's keys came from (crypto/keys.py); "" where there are none."""
        ...

    def apply(self, operation: Operation, context: Context) -> Receipt:
        """Write everything in one transaction, or nothing.

        A Change whose token was stored before for this workbook is not written again: its outcome is UNCHANGED with
        the number given then. A conflict, or a lack of rights (REFUSED), stops only its own change; the others go in, unless
        the operation is ``whole``: then UsageError without the right, Overtaken where a record was changed since.
        A customer that is merged away takes all that belongs to it along.
        Overtaken, and nothing written,
        where a customer stored or changed after ``operation.compared`` shares a blocking key with a new one.
        """
        ...

    @property
    def keyroom(self) -> Keyroom:
        """Who may open the store, and changing its key."""
        ...

    @property
    def backups(self) -> Source:
        """What backups are made of. UsageError without the right, for a member's copy, or a login that may not read it all."""
        ...

    def recover(self, passphrase: str) -> None:
        """Work with the keys that the printed recovery passphrase opens. KeysError: mistyped, an old one, or none was made."""
        ...

    def erase(self, rid: str, reason: str, context: Context) -> Erased:
        """Erase one customer, with all that belongs to it, from tables and log (store/erasing.py). UsageError without the right.

        Done again it finds nothing and cleans up what an earlier one could not.
        """
        ...

    def erased(self) -> list[str]:
        """The rids of all erased customers: to be erased again in a store that was restored from a backup."""
        ...

    def close(self) -> None: ...
