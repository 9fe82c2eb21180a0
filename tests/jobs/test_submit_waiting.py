"""A row that waits for a decision goes on waiting until somebody decides, whatever happens around it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.jobs.conftest import ALL, NOW, TIMES, Office, cells, customer, other, put
from xlcrm.crypto import keys
from xlcrm.crypto.cipher import Cipher
from xlcrm.errors import BookError
from xlcrm.jobs.dedupe import dedupe
from xlcrm.jobs.submit import Count
from xlcrm.model.operation import Change, Operation
from xlcrm.model.resultsheets import CONFLICTS, DUPLICATES
from xlcrm.model.rows import Cell
from xlcrm.model.tables import BY_KEY
from xlcrm.sheets.memory import MemoryBook
from xlcrm.store import sqlite

# The second repeats the first, the third only the second.
FIRST = customer()
SECOND = customer(phone="13700001111")
THIRD = customer("海河电子科技", contact="李芳", phone="13700001111")
OTHER_CONTACT = customer(contact="李芳", phone="13700002222")
THEIR_SHORT_NAME = customer("海河电子科技", contact="李芳", phone="13700002222")


def decide(book: MemoryBook, *decisions: str | None) -> None:
    """Fill the column 处理方式, one word a line."""
    book.write(book.read(DUPLICATES), {"decision": list(decisions)})


def status(book: MemoryBook) -> list[Cell]:
    return cells(book, "submit_status")


def turned(book: MemoryBook, *order: int) -> MemoryBook:
    """The workbook with its customers in another order; what is not named was deleted."""
    rows = book.read(BY_KEY["customer"])
    moved = MemoryBook(
        {"customer": [{key: rows.cell(index, key) for key in rows.columns} for index in order]},
        settings={"uid": book.setting("uid")},
    )
    lines = book.read(DUPLICATES)
    moved.replace(DUPLICATES, [{key: lines.cell(row, key) for key in lines.columns} for row in range(len(lines))])
    return moved


def marked(book: MemoryBook, state: str) -> set[Cell]:
    """The remarks of the rows in this state."""
    return {remark for remark, found in zip(cells(book, "remark"), status(book), strict=True) if found == state}


def test_a_row_waits_on_when_what_it_resembles_was_merged(office: Office) -> None:
    book = office.book(FIRST, SECOND, THIRD)
    office.submit(book)
    assert status(book) == ["已提交", "待确认重复", "待确认重复"]
    office.submit(book, accept=True)
    for _ in range(3):
        assert status(book) == ["已提交", "已合并", "待确认重复"]
        assert len(office.customers()) == 1
        office.submit(book)


def test_a_row_like_what_a_colleague_merged_into_a_customer_of_this_sheet_is_asked_about(office: Office) -> None:
    book = office.book(FIRST)
    office.submit(book)
    office.submit(office.book(SECOND), accept=True)
    assert len(office.customers()) == 1
    mine = office.book(
        *({key: book.read(BY_KEY["customer"]).cell(0, key) for key in book.read(BY_KEY["customer"]).columns}, THIRD)
    )
    assert office.submit(mine).total[Count.WAITING] == 1


def test_what_was_merged_is_recognised_after_its_customer_changed(office: Office) -> None:
    book = office.book(FIRST, SECOND)
    office.submit(book, accept=True)
    put(book, 0, phone="13811110000")
    assert office.submit(book).total[Count.UPDATED] == 1
    assert office.submit(office.book(THIRD)).total[Count.WAITING] == 1


def test_a_row_waits_on_when_a_colleague_changes_what_it_resembles(office: Office) -> None:
    office.submit(office.book(SECOND))
    book = office.book(THIRD, other(0))
    office.submit(book)
    rid = office.store.find(["CX2025030001"])["CX2025030001"]
    change = Change("customer", rid, rid, {"phone": "+8613811110000"}, 1, {"phone": "+8613700001111"}, keys=("p:+8613811110000",))
    office.store.apply(Operation("submit", [change]), office.context())
    for _ in range(2):
        office.submit(book)
        assert status(book) == ["待确认重复", "已提交"]
        assert cells(book, "other", "duplicate") == ["CX2025030001"]
        assert "以前提示过" in str(cells(book, "reason", "duplicate")[0])
    assert len(dedupe(book, office.store, office.context(), office.rulebook()).matches) == 1
    decide(book, "合并到已有客户")
    office.submit(book)
    assert status(book) == ["已合并", "已提交"], "a decision is carried out even if the two look different by now"


def test_a_row_waits_on_when_what_it_resembles_is_broken_in_the_sheet(office: Office) -> None:
    book = office.book(SECOND, THIRD)
    office.submit(book)
    put(book, 0, phone="137")
    for _ in range(2):
        office.submit(book)
        assert status(book) == ["已退回", "待确认重复"]


def test_a_row_goes_in_once_what_it_resembled_was_voided_or_dropped(office: Office) -> None:
    office.submit(office.book(SECOND))
    book = office.book(THIRD)
    office.submit(book)
    rid = office.store.find(["CX2025030001"])["CX2025030001"]
    office.void(rid, "倒闭")
    assert office.submit(book).total[Count.NEW] == 1


def test_a_row_that_was_corrected_is_compared_afresh(office: Office) -> None:
    office.submit(office.book(SECOND))
    book = office.book(THIRD)
    office.submit(book)
    put(book, 0, name="天津北辰化工有限公司", phone="13711112222")
    assert office.submit(book).total[Count.NEW] == 1


def test_one_answer_of_two_stays_while_the_other_is_missing(office: Office) -> None:
    office.submit(office.book(FIRST, THIRD))
    assert len(office.customers()) == 2
    book = office.book(SECOND)
    office.submit(book)
    assert cells(book, "other", "duplicate") == ["CX2025030001", "CX2025030002"]
    decide(book, "不是同一客户", None)
    office.submit(book)
    assert status(book) == ["待确认重复"]
    assert sorted(map(str, cells(book, "decision", "duplicate"))) == ["None", "不是同一客户"]
    decide(book, "不是同一客户", "不是同一客户")
    office.submit(book)
    assert status(book) == ["已提交"]


def test_a_merge_into_a_row_that_waits_itself_is_kept_until_that_one_is_decided(office: Office) -> None:
    office.submit(office.book(FIRST))
    book = office.book(SECOND, THIRD)
    office.submit(book)
    assert status(book) == ["待确认重复", "待确认重复"]
    answers = {"E5": None, "E6": "合并到已有客户"}
    decide(book, *(answers[str(place).rsplit("!", 1)[-1]] for place in cells(book, "place", "duplicate")))
    office.submit(book)
    assert status(book) == ["待确认重复", "待确认重复"]
    assert sorted(map(str, cells(book, "decision", "duplicate"))) == ["None", "合并到已有客户"]
    decide(book, *("合并到已有客户" for _ in cells(book, "place", "duplicate")))
    office.submit(book)
    assert status(book) == ["已合并", "已合并"]
    assert len(office.customers()) == 1


def test_a_decision_holds_when_the_row_is_corrected_with_it(office: Office) -> None:
    office.submit(office.book(FIRST))
    book = office.book(SECOND)
    office.submit(book)
    decide(book, "不是同一客户")
    put(book, 0, remark="两家公司", budget=5.0)
    assert office.submit(book).total[Count.NEW] == 1


def test_rows_called_different_before_either_was_stored_stay_different(office: Office) -> None:
    office.submit(office.book(FIRST))
    book = office.book(SECOND, THIRD)
    office.submit(book)
    answers = {"E5": None, "E6": "不是同一客户"}
    decide(book, *(answers[str(place).rsplit("!", 1)[-1]] for place in cells(book, "place", "duplicate")))
    for _ in range(2):
        office.submit(book)
        assert status(book) == ["待确认重复", "已提交"]
        assert cells(book, "other", "duplicate") == ["CX2025030001"], "the later one is not asked about again"


def test_a_decision_that_is_none_is_said_and_nothing_is_carried_out(office: Office) -> None:
    office.submit(office.book(FIRST))
    book = office.book(SECOND)
    office.submit(book)
    decide(book, "合并吧")
    office.submit(book)
    assert status(book) == ["待确认重复"]
    assert any("合并吧" in said and "不是同一客户" in said for said in book.said)


def test_a_choice_between_two_values_that_is_none_is_said(office: Office) -> None:
    office.submit(office.book(customer()))
    rid = office.store.find(["CX2025030001"])["CX2025030001"]
    book = office.book(customer(number="CX2025030001", version=1.0, budget=20.0))
    office.store.apply(
        Operation("submit", [Change("customer", rid, rid, {"budget": "30.00"}, 1, {"budget": None})]), office.context()
    )
    office.submit(book)
    book.write(book.read(CONFLICTS), {"choice": ["我的"]})
    assert office.submit(book).total[Count.WAITING] == 1
    assert any("冲突处理" in said and "我的" in said for said in book.said)


def test_a_waiting_row_is_not_taken_for_its_broken_twin(office: Office) -> None:
    book = office.book(FIRST, FIRST)
    office.submit(book)
    assert status(book) == ["已提交", "待确认重复"]
    put(book, 0, phone="139")
    office.submit(book)
    assert status(book) == ["已退回", "待确认重复"]
    assert cells(book, "number") == ["CX2025030001", None]


def test_what_waits_for_review_goes_on_waiting_for_it(office: Office) -> None:
    office.submit(office.book(FIRST))
    lin = office.person("林涛", "entry")
    book = office.book(SECOND)
    office.submit(book, lin)
    decide(book, "合并到已有客户")
    for _ in range(3):
        office.submit(book, lin)
        assert status(book) == ["待审核"]
    decide(book, "不是同一客户")
    office.submit(book, lin)
    assert status(book) == ["已提交"], "one may think again"


def test_lines_about_rows_that_are_gone_harm_nobody(office: Office) -> None:
    book = office.book(FIRST, SECOND, other(0))
    office.submit(book)
    decide(book, "合并到已有客户")
    rest = turned(book, 2, 0)
    office.submit(rest)
    assert status(rest) == ["已提交", "已提交"]
    assert not len(rest.read(DUPLICATES))
    assert len(office.customers()) == 2


class TornBook(MemoryBook):
    """A workbook that cannot be saved once the store has answered."""

    torn = False

    def save(self) -> None:
        if self.torn:
            raise BookError("sheets.open_elsewhere", path=self.name)
        super().save()


@pytest.mark.parametrize("decision", ["合并到已有客户", "添加联系人"])
def test_a_join_whose_answer_was_lost_is_done_once(office: Office, decision: str) -> None:
    office.submit(office.book(customer(budget=20.0)))
    book = TornBook({"customer": [customer(contact="李芳", phone="13812345671", budget=30.0)]})
    office.submit(book)
    decide(book, decision)
    before = {name: book.read(table) for name, table in BY_KEY.items() if table in book.tables()}
    book.torn = True
    with pytest.raises(BookError):
        office.submit(book)
    for name, rows in before.items():  # nothing of the answer reached the file
        book.replace(BY_KEY[name], [{key: rows.cell(row, key) for key in rows.columns} for row in range(len(rows))])
    book.torn = False
    office.submit(book)
    assert status(book) == ["已合并"]
    record = next(office.store.scan("customer"))
    assert len(office.customers()) == 1
    assert len(office.store.children("contact", [record.rid])[record.rid]) == (decision == "添加联系人")
    kept = [(one.field, one.value) for one in office.store.kept([record.rid]).get(record.rid, ())]
    assert len(kept) == len(set(kept))


def test_what_belongs_to_a_merged_row_goes_to_its_customer(office: Office) -> None:
    book = office.book(FIRST, customer("深圳海河电子有限公司"))
    office.submit(book, accept=True)
    assert status(book) == ["已提交", "已合并"]
    book.append(BY_KEY["contact"], [{"customer": "深圳海河电子有限公司", "name": "周敏", "phone": "13812345672"}])
    assert office.submit(book).total[Count.NEW] == 1
    record = next(office.store.scan("customer"))
    assert [one.values["name"] for one in office.store.children("contact", [record.rid])[record.rid]] == ["周敏"]


ROW = st.sampled_from(
    [
        FIRST,
        SECOND,
        THIRD,
        customer("深圳海河电子有限公司", budget=20.0),
        customer("深圳市海河电子有限公司", contact="李芳", phone="13700002222", budget=30.0),
        customer("海河电子科技", contact="李芳", phone="13700002222"),
        other(0),
        other(0, contact="陈静", phone="13700001111"),
    ]
)
STEP = st.sampled_from(
    ["press", "press", "accept", "accept", "turn", "merge", "contact", "drop", "distinct", "later", "nonsense", "edit", "delete"]
)
WORDS = {
    "merge": "合并到已有客户",
    "contact": "添加联系人",
    "drop": "放弃本行",
    "distinct": "不是同一客户",
    "later": "待定",
    "nonsense": "随便",
}


@settings(max_examples=8 * TIMES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example([FIRST, SECOND, THIRD], [("accept", 0), ("press", 0), ("press", 0)])
@example([FIRST, SECOND, THIRD], [("merge", 0), ("turn", 1), ("accept", 0), ("press", 0)])
@example([FIRST, OTHER_CONTACT, FIRST, FIRST, THEIR_SHORT_NAME], [("turn", 17)])
@example([OTHER_CONTACT, other(0), FIRST, FIRST], [("distinct", 0), ("merge", 11)])
@given(st.lists(ROW, min_size=2, max_size=7), st.lists(st.tuples(STEP, st.integers(0, 20)), max_size=7))
def test_on_any_journey_no_waiting_row_is_settled_without_a_decision(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Cell]], steps: list[tuple[str, int]]
) -> None:
    """Sorted, deleted, edited, decided rightly or wrongly: what nobody decided waits, and every row stays accounted for."""
    office = fresh(tmp_path_factory.mktemp("journey"), KEY)
    book = office.book(*(row | {"remark": f"第{place}行"} for place, row in enumerate(rows)))
    office.submit(book)
    for step, chance in steps:
        count, lines = len(status(book)), len(book.read(DUPLICATES))
        if step == "turn":
            book = turned(book, *sorted(range(count), key=lambda row: (row * 7 + chance) % max(count, 1)))
        elif step == "delete" and count > 1:
            book = turned(book, *(row for row in range(count) if row != chance % count))
        elif step == "edit" and count:
            put(book, chance % count, need=f"需求{chance}")
        elif step in WORDS and lines:
            said = cells(book, "decision", "duplicate")
            decide(book, *(WORDS[step] if line == chance % lines else str(word or "") or None for line, word in enumerate(said)))
        decided = set(cells(book, "decision", "duplicate")) & set(WORDS.values()) - {"随便", "待定"}
        waited = marked(book, "待确认重复")
        done = office.submit(book, accept=step == "accept")
        if step != "delete" and not decided & {"不是同一客户", "放弃本行"}:
            assert done.total[Count.NEW] == 0, "merging makes nobody new"
            assert step == "accept" or decided or waited <= marked(book, "待确认重复")
    assert not office.store.verify().faults
    again = office.submit(book)
    assert again.total[Count.NEW] == again.total[Count.UPDATED] == 0
    numbers = [number for number, state in zip(cells(book, "number"), status(book), strict=True) if state == "已提交"]
    assert len(numbers) == len(set(numbers))
    office.store.close()


KEY = keys.new_key()


def fresh(folder: Path, key: str) -> Office:
    store = sqlite.open(folder / "store.db", Cipher(keys.parse(key)))
    return Office(store, store.ensure_person("zhao", "赵敏", ALL, NOW))


def test_of_two_customers_equally_alike_the_older_is_merged_into_in_every_store(tmp_path: Path) -> None:
    for turn in range(6):
        (folder := tmp_path / str(turn)).mkdir()
        office = fresh(folder, keys.new_key())
        office.submit(office.book(customer(phone="13711110000")))
        second = office.book(customer(phone="13722220000"))
        office.submit(second)
        decide(second, "不是同一客户")
        office.submit(second)
        third = office.book(customer(phone="13733330000"))
        office.submit(third)
        assert len(set(cells(third, "probability", "duplicate"))) == 1
        assert cells(third, "other", "duplicate") == ["CX2025030001", "CX2025030002"]
        office.submit(third, accept=True)
        assert cells(third, "number") == ["CX2025030001"]
        office.store.close()


@settings(max_examples=4 * TIMES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(ROW, min_size=3, max_size=8), st.lists(ROW, max_size=4))
def test_the_same_books_come_out_the_same_in_another_store(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, Cell]], later: list[dict[str, Cell]]
) -> None:
    """Random identities and keys decide nothing: neither what waits nor what is merged into what."""
    seen = []
    for _ in range(2):
        office = fresh(tmp_path_factory.mktemp("same"), keys.new_key())
        books = [office.book(*rows), office.book(*later)]
        found: list[object] = []
        for accept in (False, True, True, False):
            for book in books:
                office.submit(book, accept=accept)
                found += [status(book), cells(book, "number"), cells(book, "problem"), cells(book, "reason", "duplicate")]
        found.append(
            {
                number: {key: value for key, value in values.items() if key != "owner"}
                for number, values in office.customers().items()
            }
        )
        seen.append(found)
        office.store.close()
    assert seen[0] == seen[1]
