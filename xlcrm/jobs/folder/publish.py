"""What a member gets: everything of the store that this person may see, and digests of what is taken by others."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, fields, replace
from datetime import timedelta

from xlcrm.crypto.box import Pair
from xlcrm.model.context import Context, Person
from xlcrm.model.operation import Record
from xlcrm.model.snapshot import Held, Snapshot
from xlcrm.model.tables import ACTIVITY, CUSTOMER, REQUEST
from xlcrm.rules.rights import Group, Level, Rights, rights_of
from xlcrm.rules.workflow import STEPS
from xlcrm.store import guard, news
from xlcrm.store.base import Done, Store
from xlcrm.store.copied import digest
from xlcrm.store.deliveries import Deliveries
from xlcrm.store.schema import OWNED
from xlcrm.store.sql import SqlStore

_RECORD = tuple(item.name for item in fields(Record) if item.name != "hidden")
_RID = _RECORD.index("rid")
_PERSON = tuple(item.name for item in fields(Person))
_REMEMBERED = timedelta(days=90)  # in which a sheet shows the numbers of what was submitted from it
_OPERATIONS = 50  # of one's own that can be taken back from a copy
_SEVERAL = 8  # owners whose customers are asked for one by one; for more all are gone through

Answers = dict[str, dict[str, tuple[str, str, str, str]]]
"""workbook -> row token -> (code of 提交状态, 校验结果, 问题说明, number)."""


class Telling:
    """What tells each living customer, gathered once for everybody and kept up to date."""

    def __init__(self) -> None:
        self.customers: dict[str, tuple[str, frozenset[str]]] = {}  # rid -> (owner, keys)
        self._reached = 0

    def renew(self, store: SqlStore) -> None:
        """Take in what changed."""
        reached = store.position()
        for rid, owner, said in news.whose(store, self._reached):
            self.customers[rid] = (owner, frozenset(said))
        self._reached = reached


def own(store: SqlStore, ledger: Deliveries, share: str, person: Person, context: Context, answers: Answers) -> Snapshot:
    """The store as ``person`` may see it now, without what others hold; ``context`` tells when."""
    mine = Context(person, context.clock, context.language)
    seen, people = guard.seen(store, mine), store.people()
    rights = rights_of(person, people, context.now()[:10])
    found = Snapshot(person.rid, person.account, ledger.key(share, person.rid), context.now())
    found.people = [[sorted(one.roles) if name == "roles" else getattr(one, name) for name in _PERSON] for one in people]
    found.settings = dict(store.settings())
    owners = ["", *(one.rid for one in people)]
    visible = [owner for owner in owners if rights.level(owner or None, Group.NAME) is Level.PLAIN]
    customers = list(_customers(seen, visible, len(owners)))
    rids = [one.rid for one in customers]
    records = {CUSTOMER.key: customers}
    for key in sorted(OWNED):
        records[key] = [one for of in seen.children(key, rids).values() for one in of]
    records[ACTIVITY.key] += seen.scan(ACTIVITY.key, [("customer", "=", "")])
    found.records = {key: [_told(one) for one in of] for key, of in records.items() if of}
    found.gone = news.gone(store, visible)
    older = [(one.rid, version) for of in records.values() for one in of for version in range(1, one.version)]
    found.past = [(rid, version, values) for (rid, version), values in sorted(seen.as_of(older).items())]
    found.kept = [(rid, one.field, one.value, one.origin) for rid, of in sorted(seen.kept(rids).items()) for one in of]
    found.looks = {rid: of for rid, of in sorted(seen.looks(rids).items()) if of}
    decided = ledger.decisions(person.rid)
    standing = seen.decisions(pair for pair, _, _ in decided)  # a submission that was taken back decided nothing
    found.decisions = [one for one in decided if one[0] in standing]
    since = (context.clock() - _REMEMBERED).strftime("%Y-%m-%d %H:%M:%S")
    found.submitted = ledger.rows(person.rid, since)
    found.answers = [(book, token, *said) for book, of in sorted(answers.items()) for token, said in sorted(of.items())]
    found.done, found.replies = ledger.lately(person.rid), ledger.replies(person.rid)
    found.proposals, found.words = _wanted(seen, set(rids), records.get(REQUEST.key, ()))
    found.operations = [list(astuple(one)) for one in _operations(store, person)]
    found.taken_back = news.taken_back(store, person.rid, since)
    return found


def _wanted(seen: Store, customers: Collection[str], requests: Iterable[Record]) -> tuple[list[list[object]], list[list[object]]]:
    """The open proposals, and what was said about them and about requests that wait to be verified."""
    proposals = [one for one in seen.proposals() if not one.customer or one.customer in customers]
    waiting = [one.rid for one in requests if one.values.get("state") in STEPS["pass"].sources]
    words = seen.words([*(one.rid for one in proposals), *waiting])
    told = [[rid, *astuple(word)] for rid, of in sorted(words.items()) for word in of]
    return [list(astuple(replace(one, words=())))[:-1] for one in proposals], told


def _operations(store: SqlStore, person: Person) -> list[Done]:
    """The latest operations of ``person``, and what took them back, by whomever."""
    mine = store.operations(actor=person.rid, limit=_OPERATIONS)
    known = {one.number for one in mine}
    others = [one.reversed_by for one in mine if one.reversed_by is not None and one.reversed_by not in known]
    return mine + [replace(one, source="", reason="") for one in (store.operations(numbers=others) if others else ())]


def _customers(seen: Store, visible: Sequence[str], owners: int) -> Iterator[Record]:
    if len(visible) > _SEVERAL or len(visible) == owners:
        yield from seen.scan(CUSTOMER.key)
        return
    for owner in visible:
        yield from seen.scan(CUSTOMER.key, [("owner", "=", owner)])


def _told(record: Record) -> list[object]:
    return [getattr(record, name) for name in _RECORD]


def held(snapshot: Snapshot, told: Telling, rights: Rights) -> Held:
    """The customers of which the snapshot's member, who has these ``rights``, may not even know the name."""
    key, shown = bytes.fromhex(snapshot.key), {one[_RID] for one in snapshot.records.get(CUSTOMER.key, ())}
    found, people, places = Held(), dict[str, int](), []
    owners = {owner for owner, _ in told.customers.values()}
    hides = {owner for owner in owners if rights.level(owner or None, Group.NAME) is Level.HIDDEN}
    for rid, (owner, said) in told.customers.items():
        if rid in shown or owner not in hides or not said:
            continue
        place = len(found.rids)
        found.rids.append(rid)
        found.owners.append(people.setdefault(owner, len(people)))
        places += [(digest(key, one), place) for one in said]
    places.sort()
    found.people, found.digests, found.customers = list(people), [one for one, _ in places], [place for _, place in places]
    return found


def seal_answers(pair: Pair, answers: Mapping[str, tuple[str, str, str, str]], place: str) -> str:
    """Answers about the rows of one workbook, to be kept in the store: they may say what is in them."""
    return pair.close(json.dumps(dict(answers), ensure_ascii=False).encode(), pair.public, place).hex()


def open_answers(pair: Pair, sealed: str, place: str) -> dict[str, tuple[str, str, str, str]]:
    """What ``seal_answers`` sealed."""
    found = json.loads(pair.open(bytes.fromhex(sealed), pair.public, place))
    return {token: (status, result, problem, number) for token, (status, result, problem, number) in found.items()}


def all_answers(pair: Pair, ledger: Deliveries, person: str) -> Answers:
    """Everything that is to be said to somebody."""
    return {book: open_answers(pair, sealed, f"{person}|{book}") for book, sealed in ledger.answers(person).items()}


def recipients(people: Iterable[Person], folders: Mapping[str, str]) -> list[Person]:
    """The colleagues who have a folder and work here."""
    return [one for one in people if one.rid in folders and not one.disabled]
