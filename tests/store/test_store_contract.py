"""What every store can do (store/base.py)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.store.conftest import LI, ZHANG, context, moment, month, void
from xlcrm.errors import Overtaken, StoreError, UsageError
from xlcrm.model.context import Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Decision, Imported, Kept, Operation, Result, Values
from xlcrm.model.tables import CUSTOMER
from xlcrm.store.base import Store
from xlcrm.store.sql import SqlStore

PATTERN = "CX{yyyy}{mm}{n:04}"


def customer(name: str = "深圳市海河电子有限公司", **more: str | None) -> Change:
    rid = new_rid()
    return Change("customer", rid, rid, {"name": name, "contact": "王小明", "phone": "+8613912345678", **more})


def put(store: Store, *changes: Change, **more: object) -> list[Result]:
    return [outcome.result for outcome in store.apply(Operation("submit", list(changes), **more), context()).outcomes]  # type: ignore[arg-type]


def test_a_new_customer_comes_back_as_it_went_in(store: SqlStore) -> None:
    change = customer(email="wang@haihe.example", identity="110101199003070011", status="lead")
    change.number, change.origin = store.numbers(PATTERN, 1, "2025-03-05")[0], "客户.xlsx"
    receipt = store.apply(Operation("submit", [change]), context())
    record = store.records([change.rid])[change.rid]
    assert {name: value for name, value in record.values.items() if value} == change.values
    assert (record.number, record.version, record.state, record.origin) == (f"CX{month(store)}0001", 1, "live", "客户.xlsx")
    (outcome,) = receipt.outcomes
    assert record.created_by == outcome.created_by == ZHANG.rid
    assert record.created_at == record.updated_at == outcome.updated_at == moment(store)
    assert receipt.head == store.verify().head and not store.verify().faults and store.sealed()


def test_numbers_are_never_given_twice_and_grow_past_their_width(store: SqlStore) -> None:
    first = store.numbers(PATTERN, 9998, "2025-03-05")
    later = store.numbers(PATTERN, 3, "2025-03-31")
    begin = f"CX{month(store)}"
    assert (first[0], first[-1]) == (f"{begin}0001", f"{begin}9998")
    assert later == [f"{begin}9999", f"{begin}10000", f"{begin}10001"]
    # A colleague's clock may be a month off: a server goes by its own.
    assert store.numbers(PATTERN, 1, "2025-04-01") == ["CX2025040001" if begin == "CX202503" else f"{begin}10002"]
    assert store.numbers_within("HD{customer}{n:04}", ["A", "B", "A"], "2025-03-05") == ["HDA0001", "HDB0001", "HDA0002"]
    assert store.numbers_within("HD{customer}{n:04}", ["A"], "2025-03-05") == ["HDA0003"]


def test_a_pattern_without_running_number_is_refused(store: SqlStore) -> None:
    with pytest.raises(StoreError, match="pattern"):
        store.numbers("CX{yyyy}", 1, "2025-03-05")


def test_a_repeated_submission_writes_nothing_and_gives_the_number_again(store: SqlStore) -> None:
    first = customer()
    first.token, first.number = "t:1", "CX2025030001"
    assert put(store, first, workbook="w") == [Result.STORED]
    before = store.verify()
    again = customer()
    again.token = "t:1"
    receipt = store.apply(Operation("submit", [again], workbook="w"), context())
    assert [(one.result, one.rid, one.number) for one in receipt.outcomes] == [(Result.UNCHANGED, first.rid, "CX2025030001")]
    assert store.verify() == before and store.submitted("w", ["t:1", "t:2"]) == {"t:1": first.rid}
    other = customer()
    other.token = "t:1"
    assert put(store, other, workbook="another") == [Result.STORED]


def test_seen_answers_are_forgotten(store: SqlStore) -> None:
    change = customer()
    change.token = "t:1"
    put(store, change, workbook="w")
    assert put(store, workbook="w", seen=[change.rid]) == []
    assert store.submitted("w", ["t:1"]) == {}


def test_children_of_a_repeated_customer_go_to_the_stored_one(store: SqlStore) -> None:
    first, again = customer(), customer()
    first.token = again.token = "t:1"
    put(store, first, workbook="w")
    contact = Change("contact", new_rid(), again.rid, {"customer": again.rid, "name": "李芳", "phone": "+8613800138000"})
    assert put(store, again, contact, workbook="w") == [Result.UNCHANGED, Result.STORED]
    assert [record.values["phone"] for record in store.children("contact", [first.rid])[first.rid]] == ["+8613800138000"]


def test_different_fields_are_merged_and_the_same_field_is_a_conflict(store: SqlStore) -> None:
    change = customer(status="lead")
    put(store, change)
    rid = change.rid
    by_li = Change("customer", rid, rid, {"phone": "+8613800138000"}, 1, {"phone": "+8613912345678"})
    store.apply(Operation("submit", [by_li]), context(LI, "2025-03-06 09:00:00"))
    receipt = store.apply(
        Operation(
            "submit",
            [
                Change("customer", rid, rid, {"status": "won"}, 1, {"status": "lead"}),
                Change("customer", rid, rid, {"phone": "+8613700000000", "grade": "A"}, 1, {"phone": "+8613912345678", "grade": None}),
                Change("customer", rid, rid, {"phone": "+8613800138000"}, 1, {"phone": "+8613912345678"}),
            ],
        ),
        context(),
    )
    assert [one.result for one in receipt.outcomes] == [Result.UPDATED, Result.CONFLICT, Result.UNCHANGED]
    (clash,) = receipt.outcomes[1].clashes
    assert (clash.field, clash.mine, clash.theirs) == ("phone", "+8613700000000", "+8613800138000")
    assert (clash.changed_by, clash.changed_at) == (LI.rid, moment(store, "2025-03-06 09:00:00"))
    record = store.records([rid])[rid]
    assert (record.values["status"], record.values["phone"], record.values["grade"], record.version) == ("won", "+8613800138000", None, 3)


def test_a_field_without_expectation_is_only_written_over_the_version_it_was_read_at(store: SqlStore) -> None:
    change = customer()
    put(store, change)
    rid = change.rid
    assert put(store, Change("customer", rid, rid, {"grade": "A"}, 1)) == [Result.UPDATED]
    assert put(store, Change("customer", rid, rid, {"grade": "B"}, 1)) == [Result.CONFLICT]
    assert put(store, Change("customer", rid, rid, {"grade": None}, 2)) == [Result.UPDATED]
    assert put(store, Change("customer", new_rid(), rid, {"grade": None}, 2)) == [Result.GONE]


def test_merged_records_redirect_for_ever(store: SqlStore) -> None:
    first, second, third = customer("甲公司"), customer("乙公司", foreign_number="CRM2024001"), customer("丙公司")
    for change, number in zip((first, second, third), store.numbers(PATTERN, 3, "2025-03-05"), strict=True):
        change.number, change.keys = number, ("n:海河",)
    contact = Change("contact", new_rid(), second.rid, {"name": "李芳", "phone": "+8613800138000"})
    put(store, first, second, third, contact)
    for loser, winner in ((second, first), (first, third)):
        gone = Change("customer", loser.rid, loser.rid, {}, 1, state="merged", merged_into=winner.rid)
        carried = Change("contact", contact.rid, winner.rid, {"customer": winner.rid}, 1, {"customer": loser.rid})
        winning = Change("customer", winner.rid, winner.rid, {"remark": "合并"}, 1, {"remark": None}, kept=(Kept("phone", "+861062345678", "乙"),))
        put(store, gone, carried, winning)
    mine = f"CX{month(store)}0002"
    assert store.find([mine, "CRM2024001", "没有"]) == {mine: third.rid, "CRM2024001": third.rid}
    assert store.candidates([["n:海河"]]).pairs == [(0, third.rid)]
    late = store.apply(Operation("submit", [Change("customer", second.rid, second.rid, {"grade": "A"}, 2, {"grade": None})]), context()).outcomes[0]
    assert (late.result, late.rid, late.number) == (Result.GONE, third.rid, third.number)
    new = Change("contact", new_rid(), second.rid, {"name": "赵", "phone": "+8613600136000"})
    assert put(store, new) == [Result.STORED]
    assert store.records([new.rid])[new.rid].values["customer"] == third.rid
    assert store.kept([first.rid])[first.rid] == [Kept("phone", "+861062345678", "乙")]
    # Sensitive values that moved along are still read with the key they were sealed with.
    assert store.records([contact.rid])[contact.rid].values["phone"] == "+8613800138000"
    assert not store.verify().faults


def test_the_same_losing_value_is_kept_once(store: SqlStore) -> None:
    change = customer()
    put(store, change)
    again = Change("customer", change.rid, change.rid, {}, 1, kept=(Kept("email", "a@haihe.example", "旧表"),))
    put(store, again)
    put(store, again)
    assert store.kept([change.rid])[change.rid] == [Kept("email", "a@haihe.example", "旧表")]


def test_a_record_of_an_unknown_or_void_customer_is_not_written(store: SqlStore) -> None:
    change = customer()
    put(store, change)
    assert void(store, change.rid) is Result.UPDATED
    assert put(store, Change("tag", new_rid(), change.rid, {"type": "need", "name": "x"})) == [Result.GONE]
    assert put(store, Change("tag", new_rid(), new_rid(), {"type": "need", "name": "x"})) == [Result.GONE]
    assert put(store, Change("activity", (rid := new_rid()), rid, {"type": "promotion", "title": "春季展"})) == [Result.STORED]
    assert store.history(change.rid)[-1].reason == "重复录入"
    assert not store.verify().faults


def test_candidates_share_a_key_that_is_not_too_common(store: SqlStore) -> None:
    changes = [customer(f"公司{place}") for place in range(6)]
    for place, change in enumerate(changes):
        change.keys = ("n:常见", "p:+8613912345678" if place < 2 else f"n:{place}")
    put(store, *changes)
    wanted = [["n:常见"], ["p:+8613912345678", "n:5"], [], ["n:无"]]
    expected = sorted([(1, changes[place].rid) for place in (0, 1, 5)])
    found = store.candidates(wanted, most=6)  # with the new row itself seven have the common key
    assert found.pairs == expected
    assert found.counts == {"n:常见": 7, "p:+8613912345678": 3, "n:5": 2, "n:无": 1} and found.total == 10
    assert len(store.candidates(wanted, most=7).pairs) == 9
    assert store.candidates([]).pairs == []
    put(store, Change("customer", changes[0].rid, changes[0].rid, {}, 1, keys=("n:新",)))
    assert store.candidates([["p:+8613912345678"], ["n:新"]]).pairs == [(0, changes[1].rid), (1, changes[0].rid)]


def test_what_customers_look_like_follows_their_keys(store: SqlStore) -> None:
    first, second, plain = customer("甲公司"), customer("乙公司"), customer("丙公司")
    first.keys, first.looks = ("n:甲",), ("甲", "又\\n甲")
    second.keys, second.looks = ("n:乙",), ("乙",)
    plain.keys = ("n:丙",)
    again = Change("customer", second.rid, second.rid, {}, 1, keys=("n:新",), looks=("新",))
    put(store, first, second, plain, again)
    assert store.looks([first.rid, second.rid, plain.rid, "0"]) == {first.rid: ["甲", "又\\n甲"], second.rid: ["新"]}
    assert store.candidates([["n:甲", "n:乙"], ["n:新"]]).pairs == [(0, first.rid), (1, second.rid)]
    put(store, Change("customer", first.rid, first.rid, {"remark": "x"}, 1))
    assert store.looks([first.rid]) == {first.rid: ["甲", "又\\n甲"]}
    put(store, Change("customer", first.rid, first.rid, {}, 2, keys=()))
    assert store.looks([first.rid]) == {} and store.candidates([["n:甲"]]).pairs == []


def test_decisions_are_remembered_and_the_last_word_counts(store: SqlStore) -> None:
    put(store, decisions=[Decision("a", "distinct", "不同集团"), Decision("b", "later")])
    put(store, decisions=[Decision("b", "merge")])
    assert store.decisions(["a", "b", "c"]) == {"a": Decision("a", "distinct", "不同集团"), "b": Decision("b", "merge")}
    assert not store.verify().faults


@pytest.mark.parametrize(
    "text", ["CX2025030001", "cx202503", "CRM2024001", "海河", "重庆海河电子有限公司", "chongqinghaihe", "CQHH", "5678", "13912345678",
             "+86 139 1234 5678", "010-6234 5679", "62345679"],
)  # fmt: skip
def test_search_finds_by_number_name_pinyin_and_telephone(store: SqlStore, text: str) -> None:
    change, other = customer("重庆海河电子有限公司", foreign_number="CRM2024001"), customer("上海东方纺织有限公司", phone="+8613100000000")
    change.number = "CX2025030001"
    contact = Change("contact", new_rid(), change.rid, {"name": "李芳", "phone": "+861062345679;ext=12"})
    put(store, change, other, contact)
    assert [record.rid for record in store.search(text)] == [change.rid]


def test_search_follows_a_new_name_and_telephone(store: SqlStore) -> None:
    change = customer("重庆海河电子有限公司")
    put(store, change)
    assert store.search("cqhh") and store.search("5678")
    put(store, Change("customer", change.rid, change.rid, {"name": "长沙东方公司", "phone": "+8613800139999"}, 1))
    assert [len(store.search(text)) for text in ("cqhh", "csdf", "5678", "9999", "%")] == [0, 1, 0, 1, 0]


def test_scan_compares_numbers_as_numbers(store: SqlStore) -> None:
    changes = [customer(f"公司{budget}", budget=budget, status="won" if budget else None) for budget in ("9.00", "10.50", "100.00", None)]
    put(store, *changes)

    def names(*where: tuple[str, str, str]) -> list[str | None]:
        return sorted((record.values["budget"] for record in store.scan("customer", where)), key=lambda text: float(text or 0))

    assert names(("budget", ">", "10")) == ["10.50", "100.00"]
    assert names(("budget", "<=", "10.5"), ("status", "=", "won")) == ["9.00", "10.50"]
    assert names(("budget", "!=", "9")) == [None, "10.50", "100.00"]
    assert names(("status", "!=", "won")) == [None]
    assert len(names(("phone", "=", "+8613912345678"))) == 4
    for bad in (("nothing", "=", "1"), ("budget", "~", "1"), ("budget", ">", "viel")):
        with pytest.raises(UsageError):
            names(bad)


def test_people_and_settings_go_through_the_log(store: SqlStore) -> None:
    moment = context().clock()
    first = store.people()  # whoever made a team's store
    person = first[0] if first else store.ensure_person("zhang", "张三", ["steward", "entry", "admin"], moment)
    assert store.ensure_person(person.account, "另一个", [], moment) == person
    added = store.add_person(Person("", "li", "李四", "市场部", frozenset({"marketing"})), context(person))
    assert store.people()[-2:] == [person, added]
    with pytest.raises(UsageError):
        store.add_person(Person("", "li", "李四"), context(person))
    store.apply(Operation("settings", [Change("setting", "changes", "", {"value": "core"})]), context(person))
    store.apply(Operation("settings", [Change("setting", "changes", "", {"value": "strict"})]), context(person))
    assert store.settings() == {"changes": "strict"}
    assert [entry.after["value"] for entry in store.history("changes")] == ["core", "strict"]
    assert not store.verify().faults


def test_an_operation_goes_in_whole_or_not_at_all(store: SqlStore) -> None:
    first = customer()
    first.number = "CX2025030001"
    put(store, first)
    before = store.verify()
    second, third = customer(), customer()
    second.number, third.number = "CX2025030002", "CX2025030001"
    with pytest.raises(StoreError):
        put(store, second, third)
    assert store.verify() == before and not store.records([second.rid, third.rid])


def test_everything_outlives_closing(reopen: Callable[[], SqlStore]) -> None:
    store, change = reopen(), customer()
    put(store, change)
    before = store.verify()
    store.close()
    assert reopen().verify() == before
    assert reopen().records([change.rid])[change.rid].values["phone"] == "+8613912345678"


# Canonical text has no control characters; PostgreSQL could not hold this one.
_TEXT = st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=12)
_VALUES = st.fixed_dictionaries({}, optional={field.key: _TEXT for field in CUSTOMER.data})


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=st.lists(_VALUES, min_size=1, max_size=5))
def test_the_log_reconstructs_every_version(store: SqlStore, versions: list[Values]) -> None:
    rid, now, said = new_rid(), dict.fromkeys((field.key for field in CUSTOMER.data), None), {}
    version = 0
    for values in versions:
        base = version or None
        (outcome,) = store.apply(Operation("submit", [Change("customer", rid, rid, values, base)]), context()).outcomes
        now = {**now, **values}
        version = outcome.version
        said[version] = dict(now)
    found = store.as_of([(rid, number) for number in said] + [(rid, 99), ("nobody", 1)])
    assert found == {(rid, number): values for number, values in said.items()}
    assert store.records([rid])[rid].values == now
    assert [entry.version for entry in store.history(rid)] == list(said)


def test_records_changed_again_in_the_same_operation(store: SqlStore) -> None:
    """New ones and old ones: what they are found by follows as well."""
    old, new = keyed("n:旧"), keyed("n:新")
    put(store, old)
    again = [
        Change("customer", change.rid, change.rid, {"phone": f"+861380013{place:04d}", "foreign_number": f"F{place}"}, version, keys=(f"n:{place}",))
        for place, (change, version) in enumerate(((old, 1), (new, 1)), 1)
    ]
    third = Change("customer", old.rid, old.rid, {"grade": "A"}, 2, {"grade": None})
    assert put(store, new, *again, third) == [Result.STORED, Result.UPDATED, Result.UPDATED, Result.UPDATED]
    assert [store.records([rid])[rid].version for rid in (old.rid, new.rid)] == [3, 2]
    assert store.candidates([["n:旧"], ["n:新"], ["n:1"], ["n:2"]]).pairs == [(2, old.rid), (3, new.rid)]
    assert store.find(["F1", "F2"]) == {"F1": old.rid, "F2": new.rid}
    assert [len(store.search(text)) for text in ("5678", "0001", "0002")] == [0, 1, 1]
    assert not store.verify().faults


def test_the_chain_holds_after_everything(store: SqlStore) -> None:
    before = store.verify()
    changes = [customer(f"公司{place}") for place in range(30)]
    put(store, *changes)
    put(store, *[Change("customer", change.rid, change.rid, {"grade": "A"}, 1, {"grade": None}) for change in changes[::2]])
    verdict = store.verify()
    assert (verdict.entries - before.entries, verdict.operations - before.operations, verdict.faults) == (45, 2, ())


def keyed(*keys: str, token: str | None = None) -> Change:
    change = customer()
    change.keys, change.token = keys, token
    return change


def test_a_new_customer_like_one_stored_since_the_comparison_is_not_written(store: SqlStore) -> None:
    put(store, keyed("n:海河电子", "p:+8613912345678"))
    seen = store.position()
    assert put(store, keyed("n:海河电子"), compared=seen) == [Result.STORED], "it was compared with what was there"
    seen = store.position()
    late = keyed("n:别的", "p:+8613912345678", token="t:1")
    assert put(store, late, workbook="w") == [Result.STORED]
    before = store.verify()
    with pytest.raises(Overtaken):
        put(store, keyed("n:第三"), keyed("p:+8613912345678"), compared=seen)
    assert store.verify() == before, "nothing of the operation went in"
    assert put(store, keyed("n:第三"), compared=seen) == [Result.STORED], "nothing like it came since"
    seen = store.position()
    put(store, keyed("h:亥何", "k:海河"))
    assert put(store, keyed("h:亥何", "k:海河"), compared=seen) == [Result.STORED], "these kinds tell little"
    again = keyed("n:别的", "p:+8613912345678", token="t:1")
    assert put(store, again, workbook="w", compared=seen) == [Result.UNCHANGED], "the same row, stored by an earlier press"


def test_a_customer_changed_since_the_comparison_counts_as_well(store: SqlStore) -> None:
    stored = keyed("n:海河电子")
    put(store, stored)
    seen = store.position()
    rename = Change("customer", stored.rid, stored.rid, {"name": "新名"}, 1, {"name": "深圳市海河电子有限公司"}, keys=("n:新名",))
    assert put(store, rename) == [Result.UPDATED]
    with pytest.raises(Overtaken):
        put(store, keyed("n:新名"), compared=seen)


def test_rows_of_delivered_files_are_remembered_until_their_import_is_taken_back(store: SqlStore) -> None:
    first, second = customer(), customer("南京青禾食品有限公司")
    one = Imported("t1", "f1", first.rid, "2025-03-01 10:00:00", 1)
    other = Imported("t2", "f2", second.rid, "2025-03-02 10:00:00", 1)
    store.apply(Operation("import", [first], imported=[one]), context())
    taken = store.apply(Operation("import", [second], imported=[other]), context())
    assert store.imported(["t1", "t2", "t3"]) == [one, other]
    assert store.imports([first.rid]) == [one]
    later = Imported("t1", "f1", first.rid, "2025-03-05 10:00:00", 4)
    store.apply(Operation("import", imported=[later]), context())  # nothing of the customer changed
    assert store.imports([first.rid]) == [later]
    change = Change("customer", second.rid, second.rid, {"remark": "x"}, 1)
    store.apply(Operation("undo", [change], reverses=taken.operation), context())
    assert store.imported(["t2"]) == [] and store.imports([second.rid]) == []


def test_a_refused_change_remembers_no_row(store: SqlStore) -> None:
    change = customer()
    store.apply(Operation("submit", [change]), context())
    clash = Change("customer", change.rid, change.rid, {"name": "甲"}, 1, {"name": "乙"})
    store.apply(Operation("import", [clash], imported=[Imported("t", "f", change.rid, "2025-03-01 10:00:00", 2)]), context())
    assert store.imported(["t"]) == []


def test_erasing_a_customer_forgets_the_rows_that_brought_it(store: SqlStore) -> None:
    change = customer()
    store.apply(Operation("import", [change], imported=[Imported("t", "f", change.rid, "2025-03-01 10:00:00", 1)]), context())
    store.erase(change.rid, "客户要求", context())
    assert store.imported(["t"]) == []
