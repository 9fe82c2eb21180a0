"""撤销: what was done is as it was before; what others did since stays and is told."""

from __future__ import annotations

import pytest

from tests.jobs.conftest import Office, cells, customer, other
from tests.jobs.test_merge import children, now, two
from tests.soak.histories import keys
from tests.store.conftest import agree_to_erase
from xlcrm.errors import UsageError
from xlcrm.jobs import merge, takeback, undo, undoing
from xlcrm.jobs.submit import Count
from xlcrm.model.context import Person
from xlcrm.model.operation import Change, Decision, Operation, Record
from xlcrm.model.resultsheets import DUPLICATES
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
    agreeing = [office.context(office.person(name, *roles)) for name, roles in (("经理", ("manager", "admin")), ("管理员", ("admin",)))]
    agree_to_erase(office.store, first.rid, office.context(), agreeing)
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
    for number, key in (("99999", "undo.unknown"), (str(office.store.operations(kinds=["numbers"])[0].number), "undo.no_records")):
        with pytest.raises(UsageError) as caught:
            take_back(office, number, steward)
        assert caught.value.key == key


def test_what_was_handed_over_since_stays(office: Office) -> None:
    lin = office.person("林涛", "entry")
    Office(seen(office.store, office.context(lin)), lin).submit(office.book(customer(), other(0)))
    one, two_ = sorted(office.store.scan("customer"), key=lambda record: record.number or "")
    office.store.apply(Operation("handover", [Change("customer", one.rid, one.rid, {"owner": office.actor.rid}, 1)]), office.context())
    done = take_back(office, "", lin)
    assert (done.counts["void"], done.hidden) == (1, 1)
    assert [now(office, record).state for record in (one, two_)] == ["live", "void"]


def test_what_was_said_to_be_different_is_asked_again(office: Office) -> None:
    lin = office.person("林涛", "entry")
    desk = Office(seen(office.store, office.context(lin)), lin)
    desk.submit(desk.book(customer()))
    book = desk.book(customer("深圳海河电子有限公司", contact_title="副总经理"))
    desk.submit(book)
    pair = str(cells(book, "pair", "duplicate")[0])
    book.write(book.read(DUPLICATES), {"decision": ["不是同一客户"]})
    assert desk.submit(book).total[Count.NEW] == 1 and office.store.decisions([pair])[pair].verdict == "distinct"
    done = take_back(office, "", lin)
    assert (done.counts["void"], done.counts["decisions"], done.hidden) == (1, 1, 0), "an entry user's own decision is not hidden"
    assert "收回1个" in undoing.sentences(done, office.store, "zh", {})[0]
    assert not office.store.decisions([pair])
    takeback.show(book, desk.store, desk.context(), desk.rulebook(), done)
    assert desk.submit(book).total[Count.WAITING] == 1 and cells(book, "pair", "duplicate") == [pair], "asked again"
    again = take_back(office, str(office.store.operations(kinds=["undo"])[0].number), lin)
    assert not again.plan.left and office.store.decisions([pair])[pair].verdict == "distinct"
    assert not office.store.verify().faults


def test_what_was_decided_anew_since_stays(office: Office) -> None:
    first, second, third = (Decision(name * 20, "distinct", "甲") for name in "abc")
    office.store.apply(Operation("match", decisions=[first, second, third]), office.context())
    number = str(office.store.operations()[0].number)
    office.store.apply(Operation("match", decisions=[Decision(second.pair, "proposed", "乙"), Decision(third.pair, "distinct", "丙")]), office.context())
    lin, steward = office.person("林涛", "entry"), office.person("孙洁", "steward")
    with pytest.raises(UsageError) as caught:
        take_back(office, number, lin)
    assert caught.value.key == "undo.unknown"
    done = take_back(office, number, steward)
    assert (done.counts["decisions"], done.plan.left[0].why, len(done.plan.left)) == (2, "decided", 1)
    assert "查重决定：之后又有人另选过" in undoing.sentences(done, office.store, "zh", {})[2]
    assert office.store.decisions([first.pair, second.pair, third.pair]) == {second.pair: Decision(second.pair, "proposed", "乙")}
    changed = str(office.store.operations(kinds=["match"])[0].number)
    assert take_back(office, changed, steward).counts["decisions"] == 1, "of the second choice the first one is left"
    assert office.store.decisions([second.pair])[second.pair] == second
    assert not office.store.verify().faults


def test_what_was_brought_back_and_used_since_stays(office: Office) -> None:
    office.submit(office.book(customer(), other(0), other(1)))
    one, two_, three = sorted(office.store.scan("customer"), key=lambda record: record.number or "")
    take_back(office)
    brought = take_back(office, str(office.store.operations(kinds=["undo"])[0].number))
    assert brought.counts["back"] == 3
    merge.carry_out(office.store, office.context(), [now(office, one), now(office, two_)], merge.Wishes(), {})
    number = str(office.store.operations(kinds=["undo"])[0].number)
    done = take_back(office, number)
    assert {(left.rid, left.why) for left in done.plan.left} == {(one.rid, "used"), (two_.rid, "gone")}
    assert [now(office, record).state for record in (one, two_, three)] == ["live", "merged", "void"]


def test_who_comes_back_takes_along_what_was_merged_into_it(office: Office) -> None:
    office.submit(office.book(customer(), other(0), other(1)))
    one, two_, three = sorted(office.store.scan("customer"), key=lambda record: record.number or "")

    def found_by(record: Record) -> set[str]:
        return {rid for _, rid in office.store.candidates([keys(record.values["name"])]).pairs}

    merge.carry_out(office.store, office.context(), [two_, three], merge.Wishes(), {})
    merge.carry_out(office.store, office.context(), [now(office, one), now(office, two_)], merge.Wishes(), {})
    assert [found_by(record) for record in (one, two_, three)] == [{one.rid}] * 3
    take_back(office)
    assert [found_by(record) for record in (one, two_, three)] == [{one.rid}, {two_.rid}, {two_.rid}]
    take_back(office, str(office.store.operations(kinds=["undo"])[0].number))
    assert [found_by(record) for record in (one, two_, three)] == [{one.rid}] * 3, "merged again with what was under it"
    take_back(office, str(office.store.operations(kinds=["merge"])[1].number))
    assert [found_by(record) for record in (one, two_, three)] == [{one.rid}, {one.rid}, {three.rid}], "two merges away"


def test_a_contact_that_a_colleagues_same_one_was_joined_to_stays(office: Office) -> None:
    same = {"name": "同一人", "phone": "13700000002"}
    office.submit(office.book(customer(), contact=[{"customer": customer()["name"], **same}]))
    number = last(office)
    office.submit(office.book(other(0), contact=[{"customer": other(0)["name"], **same}]))
    merge.carry_out(office.store, office.context(), sorted(office.store.scan("customer"), key=lambda one: one.number or ""), merge.Wishes(), {})
    (contact,) = (one for one in office.store.scan("contact") if one.values["name"] == same["name"])
    with pytest.raises(UsageError) as caught:
        take_back(office, number)
    assert caught.value.key == "undo.all_changed" and now(office, contact).state == "live"
