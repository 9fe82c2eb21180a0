"""撤销: what was done is as it was before; what others did since stays and is told."""

from __future__ import annotations

import pytest

from tests.jobs.conftest import Office, cells, customer, other
from tests.jobs.test_merge import children, now, two
from xlcrm.errors import UsageError
from xlcrm.jobs import merge, undo
from xlcrm.jobs.submit import Count
from xlcrm.model.context import Person
from xlcrm.model.operation import Change, Operation, Record
from xlcrm.store.base import Store
from xlcrm.store.guard import seen

__all__ = ["two"]


def everything(store: Store) -> dict[str, object]:
    """What a person sees of the store: living records, numbers, kept values."""
    tables = ("customer", "contact", "interaction", "tag", "request", "opportunity")
    records = {one.rid: (one.table, one.number, one.values) for table in tables for one in store.scan(table)}
    return {"records": records, "numbers": store.find([str(number) for _, number, _ in records.values()]), "kept": store.kept(records)}


def last(office: Office) -> str:
    return str(undo.find(office.store, office.context()).number)


def take_back(office: Office, number: str = "", actor: Person | None = None) -> undo.Undo:
    context = office.context(actor)
    store = seen(office.store, context)
    return undo.undo(store, context, undo.find(store, context, number))


def test_a_merge_and_back_and_again(office: Office, two: list[Record]) -> None:
    first, second = two
    before = everything(office.store)
    merge.carry_out(office.store, office.context(), two, merge.Wishes(), {})
    merged = everything(office.store)
    done = take_back(office)
    assert not done.plan.left
    assert everything(office.store) == before
    assert office.store.candidates([[f"n:{second.values['name']}"]]).pairs == office.store.candidates([[f"n:{second.values['name']}"]]).pairs
    assert office.store.looks([first.rid])[first.rid] != office.store.looks([second.rid])[second.rid]
    again = take_back(office, str(office.store.operations()[0].number))
    assert not again.plan.left and everything(office.store) == merged
    assert office.store.find([str(second.number)]) == {second.number: first.rid}
    take_back(office, last(office))
    assert everything(office.store) == before
    assert not office.store.verify().faults


def test_what_was_changed_since_stays_and_is_told(office: Office, two: list[Record]) -> None:
    first, second = two
    merge.carry_out(office.store, office.context(), two, merge.Wishes(), {})
    lin = office.person("林涛", "steward")
    survivor = now(office, first)
    (moved,) = [one for one in office.store.children("contact", [first.rid])[first.rid] if one.values["name"] == "李芳芳"]
    changes = [
        Change("customer", first.rid, first.rid, {"phone": "+8613811118888", "remark": "林涛改"}, survivor.version),
        Change("contact", moved.rid, first.rid, {"phone": "+8613822228888"}, moved.version),
        Change("contact", "c" * 32, first.rid, {"customer": first.rid, "name": "后来的人"}),
    ]
    office.store.apply(Operation("submit", changes), office.context(lin))
    done = take_back(office)
    left = {(one.field, one.why) for one in done.plan.left}
    assert left == {("phone", "changed"), ("contact", "changed"), ("remark", "changed")} | {
        (key, "changed") for key in ("contact_title",) if first.values[key] != second.values[key]
    }, "a contact's name, title and telephone go back together or not at all"
    survivor = now(office, first)
    assert (survivor.values["phone"], survivor.values["remark"]) == ("+8613811118888", "林涛改")
    assert survivor.values["name"] == first.values["name"] and survivor.values["grade"] is None
    assert now(office, second).state == "live" and now(office, second).values == second.values
    back = now(office, moved)
    assert (back.values["customer"], back.values["phone"]) == (second.rid, "+8613822228888"), "moved back with what it says now"
    assert "后来的人" in children(office, "contact", first)
    office.store.erase(first.rid, "本人要求", office.context())
    assert now(office, moved).values["phone"] == "+8613822228888", "what went back is not erased with the other"
    assert not office.store.verify().faults


def test_a_submission_and_the_same_rows_again(office: Office) -> None:
    book = office.book(customer(), other(0), contact=[{"customer": customer()["name"], "name": "李芳芳", "phone": "13700000001"}])
    office.submit(book)
    numbers = cells(book, "number")
    done = take_back(office)
    assert done.counts["void"] == 3 and not done.plan.left
    assert not office.customers() and not list(office.store.scan("contact"))
    rids = office.store.find([str(number) for number in numbers])
    assert all(one.state == "void" for one in office.store.records(rids.values()).values()), "nothing is deleted, numbers stay"
    same = office.book(customer(), other(0))
    same.set_setting("uid", book.setting("uid"))
    again = office.submit(same)
    assert again.total[Count.NEW] == 2 and not set(cells(same, "number")) & set(numbers)
    assert not office.store.verify().faults


def test_a_customer_that_was_used_since_stays(office: Office) -> None:
    office.submit(office.book(customer(), other(0), other(1)))
    (one, two_, three) = sorted(office.store.scan("customer"), key=lambda record: record.number or "")
    number = last(office)
    contact = Change("contact", "c" * 32, one.rid, {"customer": one.rid, "name": "后来的人"})
    edited = Change("customer", two_.rid, two_.rid, {"grade": "A"}, 1)
    office.store.apply(Operation("submit", [contact, edited]), office.context(office.person("林涛", "steward")))
    done = take_back(office, number)
    assert {(left.rid, left.why) for left in done.plan.left} == {(one.rid, "used"), (two_.rid, "changed")}
    assert [now(office, record).state for record in (one, two_, three)] == ["live", "live", "void"]


def test_who_may_take_back_what(office: Office) -> None:
    lin, steward, wang = office.person("林涛", "entry"), office.person("孙洁", "steward"), office.person("王强", "entry")
    Office(seen(office.store, office.context(lin)), lin).submit(office.book(customer()))
    number = str(office.store.operations(actor=lin.rid)[0].number)
    for actor, key in ((wang, "undo.unknown"), (office.person("财务", "finance"), "undo.unknown")):
        with pytest.raises(UsageError) as caught:
            take_back(office, number, actor)
        assert caught.value.key == key
    assert take_back(office, number, lin).counts["void"] == 1
    with pytest.raises(UsageError) as caught:
        take_back(office, number, steward)
    assert caught.value.key == "undo.twice"
    assert take_back(office, str(office.store.operations()[0].number), steward).counts["back"] == 1
    with pytest.raises(UsageError) as caught:
        take_back(office, "", wang)
    assert caught.value.key == "undo.nothing"
    with pytest.raises(UsageError) as caught:
        take_back(office, "99999", steward)
    assert caught.value.key == "undo.unknown"


def test_what_was_handed_over_since_stays(office: Office) -> None:
    lin = office.person("林涛", "entry")
    Office(seen(office.store, office.context(lin)), lin).submit(office.book(customer(), other(0)))
    one, two_ = sorted(office.store.scan("customer"), key=lambda record: record.number or "")
    office.store.apply(Operation("handover", [Change("customer", one.rid, one.rid, {"owner": office.actor.rid}, 1)]), office.context())
    done = take_back(office, "", lin)
    assert (done.counts["void"], done.hidden) == (1, 1)
    assert [now(office, record).state for record in (one, two_)] == ["live", "void"]
