"""客户交接: proposed, agreed to by a manager, carried out in one operation, taken back in one."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.jobs.conftest import NOW, Office, cells, customer, other, put
from xlcrm.errors import UsageError
from xlcrm.jobs import undo
from xlcrm.jobs.keeping import handover, handoversheet
from xlcrm.jobs.requests.acting import act
from xlcrm.model.context import Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Values
from xlcrm.model.proposal import Proposal
from xlcrm.model.wish import Answer, Wish
from xlcrm.store.guard import seen

TEAM = "销售部"


@pytest.fixture
def team(office: Office) -> dict[str, Person]:
    """Two salespeople, a manager of their team and one of another; three customers of the first."""
    people = {
        name: office.store.add_person(Person(new_rid(), name, name, team, frozenset({role})), office.context())
        for name, role, team in (
            ("林涛", "entry", TEAM), ("陈静", "entry", TEAM), ("吴经理", "manager", TEAM), ("郑经理", "manager", "售后部"),
        )
    }  # fmt: skip
    office.submit(office.book(customer(owner="林涛"), other(0, owner="林涛"), other(1, owner="林涛"), other(2)))
    return people


def propose(office: Office, team: dict[str, Person], *numbers: str, reason: str = "离职交接") -> Proposal:
    return handover.propose(office.store, office.context(), team["林涛"], team["陈静"], numbers, reason)


def agree(office: Office, who: Person, proposal: Proposal, step: str = "agree") -> Answer:
    context = office.context(who)
    (answer,) = act(seen(office.store, context), context, office.rulebook(), [Wish(proposal.rid, step, {"reason": "同意"})])
    return answer


def owners(office: Office) -> dict[str, int]:
    names = {one.rid: one.name for one in office.store.people()}
    found = [names[values["owner"] or ""] for values in office.customers().values()]
    return {name: found.count(name) for name in found}


def test_customers_go_over_when_the_manager_agrees(office: Office, team: dict[str, Person]) -> None:
    proposal = propose(office, team)
    assert owners(office) == {"林涛": 3, "赵敏": 1}, "nothing happens before"
    assert not agree(office, team["陈静"], proposal).done, "the receiver is no manager"
    assert not agree(office, team["郑经理"], proposal).done, "nor the manager of another team"
    assert agree(office, team["吴经理"], proposal).state == "done"
    assert owners(office) == {"陈静": 3, "赵敏": 1}
    manager = office.context(team["吴经理"])
    done = undo.find(office.store, manager)
    assert done.kind == "handover"
    undo.undo(office.store, manager, done)
    assert owners(office) == {"林涛": 3, "赵敏": 1}, "one step back, and all is as it was"


def test_only_the_customers_that_are_named_go_over(office: Office, team: dict[str, Person]) -> None:
    number = next(number for number, values in office.customers().items() if values["name"] == other(1)["name"])
    agree(office, team["吴经理"], propose(office, team, number))
    assert owners(office) == {"林涛": 2, "陈静": 1, "赵敏": 1}


def test_what_is_still_to_be_done_goes_along(office: Office, team: dict[str, Person]) -> None:
    rid = next(one.rid for one in office.store.scan("customer", [("owner", "=", team["林涛"].rid)]))
    soon, past = ((NOW + timedelta(days=days)).date().isoformat() for days in (3, -3))
    mine = team["林涛"].rid
    talk: Values = {"at": "2025-03-10 10:00:00", "way": "visit", "topic": "x", "summary": "y", "next_by": mine}
    made = [
        Change("interaction", new_rid(), rid, talk | {"customer": rid, "next_due": soon}),
        Change("interaction", new_rid(), rid, talk | {"customer": rid, "next_due": past}),
        Change("feedback", new_rid(), rid, {"customer": rid, "type": "need", "content": "z", "assigned_to": mine}),
    ]
    office.store.apply(Operation("submit", made), office.context())
    agree(office, team["吴经理"], propose(office, team))
    found = office.store.records(one.rid for one in made)
    new = team["陈静"].rid
    assert [found[one.rid].values.get("next_by") or found[one.rid].values.get("assigned_to") for one in made] == [new, mine, new]


def test_who_proposes_does_not_agree(office: Office, team: dict[str, Person]) -> None:
    proposal = handover.propose(office.store, office.context(team["吴经理"]), team["林涛"], team["陈静"], (), "区域调整")
    assert not agree(office, team["吴经理"], proposal).done
    assert owners(office) == {"林涛": 3, "赵敏": 1}


@pytest.mark.parametrize(
    ("sender", "receiver", "numbers", "reason", "key"),
    [
        ("林涛", "陈静", (), " ", "keeping.handover_no_reason"),
        ("林涛", "林涛", (), "离职", "keeping.handover_to"),
        ("陈静", "林涛", (), "离职", "keeping.handover_nothing"),
        ("林涛", "陈静", ("CX19990000",), "离职", "keeping.handover_astray"),
    ],
)
def test_a_handover_that_makes_no_sense_is_refused(
    office: Office, team: dict[str, Person], sender: str, receiver: str, numbers: tuple[str, ...], reason: str, key: str
) -> None:
    with pytest.raises(UsageError) as error:
        handover.propose(office.store, office.context(), team[sender], team[receiver], numbers, reason)
    assert error.value.key == key
    assert not office.store.proposals("handover")


def test_the_sheet_says_who_hands_what_to_whom(office: Office, team: dict[str, Person]) -> None:
    book = office.book()
    context, rulebook = office.context(team["林涛"]), office.rulebook()
    assert handoversheet.propose(book, office.store, context, rulebook) == [], "an empty sheet proposes nothing"
    handoversheet.prepare(book, office.store, context, rulebook)
    assert (cells(book, "sender", "handover_line"), cells(book, "which", "handover_line")) == (["林涛"], ["全部"])
    put(book, 0, "handover_line", receiver="谁也不是", reason="离职交接")
    assert "谁也不是" in handoversheet.propose(book, office.store, context, rulebook)[0]
    assert cells(book, "outcome", "handover_line") != [None], "the line stays and says why"
    put(book, 0, "handover_line", receiver="陈静")
    handoversheet.propose(book, office.store, context, rulebook)
    (proposal,) = office.store.proposals("handover")
    assert cells(book, "sender", "handover_line") == []
    assert agree(office, team["吴经理"], proposal).state == "done"
    assert owners(office) == {"陈静": 3, "赵敏": 1}
