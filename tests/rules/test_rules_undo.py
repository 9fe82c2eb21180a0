"""What an undo plans, from what the log says and what the records say now; and who has to agree to a voiding."""

from __future__ import annotations

from xlcrm.model.operation import Decision, Record, Values
from xlcrm.model.proposal import Proposal, Word
from xlcrm.rules.approvals import SEATS, agreed, open_seats
from xlcrm.rules.undo import Left, Said, plan, steps, undecided

A, B, C = "a" * 32, "b" * 32, "c" * 32


def record(rid: str, values: Values, state: str = "live", into: str | None = None, table: str = "customer") -> Record:
    return Record(table, rid, 7, values, state=state, merged_into=into)


def test_entries_of_one_record_are_one_step() -> None:
    said = [
        Said("contact", B, 1, {}, {"name": "李", "life": "live"}),
        Said("customer", A, 2, {"name": "甲"}, {"name": "乙"}),
        Said("customer", A, 3, {"name": "乙", "need": None}, {"name": "丙", "need": "快"}),
        Said("person", C, 2, {"name": "x"}, {"name": "y"}),
    ]
    first, second = steps(said)
    assert (first.rid, first.made, first.before, first.after) == (A, False, {"name": "甲", "need": None}, {"name": "丙", "need": "快"})
    assert second.made
    assert steps([Said("contact", B, 2, {"customer": A, "phone": "1"}, {"customer": C, "phone": "1"})])[0].after == {"customer": C}, "a value sealed anew"


def test_fields_go_back_unless_they_say_something_else_by_now() -> None:
    done = steps([Said("customer", A, 2, {"need": "旧", "remark": None, "phone": "1", "contact": "王"}, {"need": "新", "remark": "x", "phone": "2", "contact": "李"})])
    found = plan(done, {A: record(A, {"need": "新", "remark": "后来", "phone": "2", "contact": "赵"})}, {}, ())
    (change,) = found.changes
    assert (change.values, change.expected, change.base) == ({"need": "旧"}, {"need": "新"}, 7)
    assert {one.field for one in found.left} == {"remark", "contact", "phone"}, "the telephone stays with its contact"


def test_what_was_made_becomes_void_unless_it_was_used() -> None:
    done = steps([Said("customer", A, 1, {}, {"name": "甲", "life": "live"}), Said("customer", B, 1, {}, {"name": "乙", "life": "live"})])
    now = {A: record(A, {"name": "甲", "need": None}), B: record(B, {"name": "乙"})}
    found = plan(done, now, {}, {B})
    assert [(one.rid, one.state) for one in found.changes] == [(A, "void")] and found.left == [Left("customer", B, "", "used")]
    assert not plan(done, {A: record(A, {}, "erased"), B: record(B, {"name": "乙"}, "merged", A)}, {}, ()).changes


def test_nothing_goes_to_a_customer_that_does_not_live_then() -> None:
    undone = [
        Said("customer", B, 3, {"life": "merged", "merged_into": A}, {"life": "live", "merged_into": None}),
        Said("contact", C, 3, {"customer": A}, {"customer": B}),
    ]
    now = {A: record(A, {}, "merged", "d" * 32), B: record(B, {}), C: record(C, {"customer": B}, table="contact")}
    found = plan(steps(undone), now, {}, ())
    assert not found.changes and {(one.rid, one.why) for one in found.left} == {(B, "gone"), (C, "changed")}
    now[A] = record(A, {})
    assert [(one.rid, one.state) for one in plan(steps(undone), now, {}, ()).changes] == [(B, "merged"), (C, None)]


def test_a_decision_goes_back_to_the_one_before_it() -> None:
    made = Said("decision", A, 1, {}, {"verdict": "distinct", "reason": "x", "life": "live"})
    changed = Said("decision", B, 2, {"verdict": "proposed"}, {"verdict": "distinct"})
    explained = Said("decision", C, 2, {"reason": "x"}, {"reason": "y"})
    done = steps([made, changed, explained], {"decision"})
    now = {A: Decision(A, "distinct", "x"), B: Decision(B, "distinct", "z"), C: Decision(C, "distinct", "y")}
    assert undecided(done, now) == ([Decision(A, ""), Decision(B, "proposed", "z")], [])
    assert undecided(done, {A: Decision(A, "merge")}) == ([], [Left("decision", A, "", "decided"), Left("decision", B, "", "decided")])
    assert not steps([made]), "nobody's record"


def test_two_others_in_two_seats_agree() -> None:
    proposal = Proposal("p", "void", A, {}, "", "open", "i", "", 1, (Word("m", "manager", "yes"),))
    assert open_seats(proposal) == ("admin",)
    for words, enough in (
        ((Word("m", "manager", "yes"), Word("x", "admin", "yes")), True),
        ((Word("m", "manager", "yes"), Word("m", "admin", "yes")), False),
        ((Word("m", "manager", "yes"), Word("i", "admin", "yes")), False),
        ((Word("m", "manager", "yes"), Word("x", "admin", "yes"), Word("y", "admin", "no")), False),
        ((), False),
    ):
        assert agreed(SEATS["void"], {"i"}, words) == enough
    assert "merge" not in SEATS, "a merge is carried out by who may do it"


def test_a_request_that_was_carried_out_waits_again_and_its_other_steps_stay() -> None:
    """Whoever went on with it since keeps it: the customer's value goes back all the same."""
    before: Values = {"state": "verifying", "updater": None, "done_on": None}
    after: Values = {"state": "updated", "updater": B, "done_on": "2025-03-05"}
    done = steps([Said("customer", A, 2, {"grade": "B"}, {"grade": "A"}), Said("request", C, 3, before, after)])
    customer = record(A, {"grade": "A"})
    found = plan(done, {A: customer, C: record(C, {**after, "customer": A}, table="request")}, {}, ())
    assert [(change.table, change.values) for change in found.changes] == [("customer", {"grade": "B"}), ("request", before)]
    confirmed = record(C, {**after, "state": "confirmed", "customer": A}, table="request")
    found = plan(done, {A: customer, C: confirmed}, {}, ())
    assert [(change.table, change.values) for change in found.changes] == [("customer", {"grade": "B"})]
    assert found.left == [Left("request", C, "", "step")]
    taken = steps([Said("request", C, 2, {"state": "open", "verifier": None}, {"state": "verifying", "verifier": B})])
    found = plan(taken, {C: record(C, {"state": "verifying", "verifier": B}, table="request")}, {}, ())
    assert not found.changes and found.left == [Left("request", C, "", "step")]
