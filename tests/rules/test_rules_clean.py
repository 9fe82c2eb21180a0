"""Cleaning: idempotent, never raising, the fast way equal to the slow one, and the traps of real sheets."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc

from xlcrm.model.fields import Field, Kind
from xlcrm.model.rows import Cell, CellError
from xlcrm.model.tables import CUSTOMER, INTERACTION, STORED, TAG
from xlcrm.rules.checks.columns import read_column
from xlcrm.rules.clean import read, show
from xlcrm.rules.clean.codes import identity_checks, uscc_checks
from xlcrm.rules.clean.words import CLEAR, PLACEHOLDERS
from xlcrm.rules.rulebook import Rulebook

BOOK = Rulebook(datetime(2025, 3, 12, 10, 0), people={"张三": "rid-zhang", "李小四": "rid-li"})
NAMES = {rid: name for name, rid in BOOK.people.items()}
FIELDS: dict[Kind, Field] = {kind: next(item for table in STORED for item in table.fields if item.kind is kind) for kind in Kind if kind is not Kind.LINK}
SNIPPETS = (
    "13912345678", "１３９１２３４５６７８", "010-62345678", "转8", "；", "/", " ", "\n", "\u3000", "\u200b", "王经理", "手机：", "+86", "400-123-4567", "138****5678",
    "2025-03-12", "2025年3月12日", "3/12", "45728", "1.38E+10", "1,200", "万元", "元", "-", "清空", "无", "暂无", "'", "*", "IT", "制造业", "簽約客戶", "张三", "已同意",
    "wang@haihe.com", "＠", "91350100M000100Y43", "11010519491231002X", "海河电子有限公司", "（北京）", "\ud800", "\x00", "\ue000", "CX2025030012", "😀", "E", "0", ".",
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=30), st.lists(st.sampled_from(SNIPPETS), min_size=1, max_size=4).map("".join))
CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.none(), TEXTS.filter(bool), st.floats(), st.floats(0, 2e11).map(lambda n: float(int(n))), st.floats(0, 99999).map(lambda n: round(n, 2)),
    st.booleans(), st.datetimes(), st.datetimes(datetime(1899, 12, 30), datetime(2030, 1, 1)), st.sampled_from([CellError("#N/A"), CellError("#REF!")]),
)  # fmt: skip
kinds = st.sampled_from(sorted(FIELDS))
quick = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@quick
@given(CELLS, kinds)
def test_reading_never_raises_and_survives_showing(cell: Cell, kind: Kind) -> None:
    item = FIELDS[kind]
    first = read(cell, item, BOOK)
    if first.value is None:
        return
    shown = show(first.value, item, "zh", NAMES)
    again = read(shown, item, BOOK)
    assert again.value == first.value
    assert show(again.value, item, "zh", NAMES) == shown
    first.value.encode()


@quick
@given(CELLS, kinds)
def test_a_safe_repair_says_the_same(cell: Cell, kind: Kind) -> None:
    item = FIELDS[kind]
    first = read(cell, item, BOOK)
    if first.safe:
        again = read(first.repair, item, BOOK)
        assert again.value == first.value
        assert again.code != first.code


@quick
@given(st.lists(CELLS, max_size=12), kinds)
def test_columns_read_as_their_cells_do(cells: list[Cell], kind: Kind) -> None:
    item = FIELDS[kind]
    column, odd = read_column(cells, item, BOOK)
    readings = [read(cell, item, BOOK) for cell in cells]
    assert column == [reading.value for reading in readings]
    assert {row: reading.code for row, reading in odd.items()} == {row: reading.code for row, reading in enumerate(readings) if reading.code}


@pytest.mark.parametrize("kind", FIELDS)
def test_no_column_takes_a_placeholder_for_plain(kind: Kind) -> None:
    words: list[Cell] = [*sorted(PLACEHOLDERS | CLEAR)]
    column, odd = read_column(words, FIELDS[kind], BOOK)
    readings = [read(word, FIELDS[kind], BOOK) for word in words]
    assert column == [reading.value for reading in readings]
    assert {row: reading.code for row, reading in odd.items()} == {row: reading.code for row, reading in enumerate(readings) if reading.code}


@given(st.text("0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8), st.text("0123456789", min_size=9, max_size=9))
def test_credit_code_check_agrees_with_stdnum(head: str, tail: str) -> None:
    code = head[:2] + tail[:6] + head[2:] + tail[6:]
    code = code.ljust(17, "0")[:17]
    right = code + uscc.calc_check_digit(code)
    assert uscc_checks(right)
    assert not uscc_checks(right[:16] + ("1" if right[16] != "1" else "2") + right[17])


def phone(cell: Cell) -> tuple[str | None, str | None]:
    reading = read(cell, CUSTOMER["phone"], BOOK)
    return reading.value, reading.code


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("13912345678", "+8613912345678", None),
        (13912345678.0, "+8613912345678", None),
        ("13912345678.0", "+8613912345678", "PHONE_FORM"),
        ("'13912345678", "+8613912345678", "PHONE_FORM"),
        ("１３９１２３４５６７８", "+8613912345678", "PHONE_FORM"),
        ("139 1234 5678", "+8613912345678", "PHONE_FORM"),
        ("139-1234-5678", "+8613912345678", "PHONE_FORM"),
        ("手机：13912345678", "+8613912345678", "PHONE_FORM"),
        ("008613912345678", "+8613912345678", "PHONE_FORM"),
        ("1.3912345678E+10", "+8613912345678", "PHONE_FORM"),
        ("1.38E+10", None, "DIGITS_LOST"),
        (1.38e10, None, "DIGITS_LOST"),
        (13800138000.0, None, "PLACEHOLDER"),
        ("010-62345678", "+861062345678", None),
        ("(010) 62345678", "+861062345678", "PHONE_FORM"),
        ("+86-10-62345678-8001", "+861062345678;ext=8001", "PHONE_FORM"),
        ("010-62345678转8", "+861062345678;ext=8", None),
        ("010-62345678 分机：8", "+861062345678;ext=8", "PHONE_FORM"),
        ("0755-82345678/82345679", "+8675582345678 +8675582345679", "PHONE_SEVERAL"),
        ("0351-8887712 15714263429", "+863518887712 +8615714263429", "PHONE_SEVERAL"),
        ("400-123-4567", "+864001234567", None),
        ("4001234567", "+864001234567", "PHONE_FORM"),
        ("14912345678", "+8614912345678", "PHONE_UNUSUAL"),
        ("139123456", None, "PHONE_SHORT"),
        ("139123456789", None, "PHONE_LONG"),
        ("62345678", None, "PHONE_AREA"),
        ("13912345678 王经理", "+8613912345678", "PHONE_NOTE"),
        ("138xxxx5678", None, "MASKED"),
        ("清空", None, "CLEARED"),
        (True, None, "PHONE_INVALID"),
        (float("nan"), None, None),
    ],
)
def test_phones(cell: Cell, value: str | None, code: str | None) -> None:
    assert phone(cell) == (value, code)


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        (datetime(2025, 3, 12, 14, 30), "2025-03-12", None),
        ("2025-03-12", "2025-03-12", None),
        ("2025/3/12", "2025-03-12", "DATE_FORM"),
        ("2025.3.12", "2025-03-12", "DATE_FORM"),
        ("2025年3月12日", "2025-03-12", "DATE_FORM"),
        ("２０２５－０３－１２", "2025-03-12", "DATE_FORM"),
        ("20250312", "2025-03-12", "DATE_FORM"),
        (20250312.0, "2025-03-12", "DATE_FORM"),
        (45728.0, "2025-03-12", "DATE_FORM"),
        (45728.6, "2025-03-12", "DATE_FORM"),
        ("45728", "2025-03-12", "DATE_FORM"),
        ("13/3/2025", "2025-03-13", "DATE_FORM"),
        ("25-3-12", "2025-03-12", "DATE_SHORT_YEAR"),
        ("3月12日", None, "DATE_NO_YEAR"),
        ("2025年3月", None, "DATE_INCOMPLETE"),
        (2025.0, None, "DATE_INCOMPLETE"),
        ("3/12/2025", None, "DATE_AMBIGUOUS"),
        ("2025-02-30", None, "DATE_INVALID"),
        ("明天", None, "DATE_INVALID"),
        ("1900-01-00", None, "PLACEHOLDER"),
        (0.0, None, "PLACEHOLDER"),
        (datetime(1899, 12, 31), None, "PLACEHOLDER"),
    ],
)
def test_dates(cell: Cell, value: str | None, code: str | None) -> None:
    reading = read(cell, CUSTOMER["contract_end"], BOOK)
    assert (reading.value, reading.code) == (value, code)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2025-03-12 09:05", "2025-03-12 09:05:00"),
        ("2025/3/12 下午2:30", "2025-03-12 14:30:00"),
        ("2025年3月11日 14时30分", "2025-03-11 14:30:00"),
        ("2025-03-11T14:30:05Z", "2025-03-11 14:30:05"),
        (45727.5, "2025-03-11 12:00:00"),
    ],
)
def test_moments(cell: Cell, value: str) -> None:
    book = Rulebook(datetime(2025, 3, 13))
    assert read(cell, INTERACTION["at"], book).value == value


@pytest.mark.parametrize(
    ("key", "cell", "value", "code"),
    [
        ("name", "深圳市　海河 电子\n有限公司", "深圳市海河电子有限公司", "TEXT_FORM"),
        ("name", "ＡＢＣ科技（北京）有限公司", "ABC科技（北京）有限公司", "TEXT_FORM"),
        ("name", "昇陽電子有限公司", "昇陽電子有限公司", None),
        ("contact", "王**", None, "MASKED"),
        ("contact", "*经理", None, "MASKED"),
        ("contact", "无", None, "PLACEHOLDER"),
        ("remark", "无", "无", None),
        ("remark", "合同\ufffd号", "合同\ufffd号", "TEXT_GARBLED"),
        ("name", "深圳市海河\uffff电子\ufffe有限公司", "深圳市海河电子有限公司", "TEXT_FORM"),
        ("remark", " 第一行 \r\n第二行", "第一行\n第二行", "TEXT_FORM"),
        ("remark", "你好，世界！", "你好，世界！", None),
        ("industry", "IT", "I", "OPTION_SYNONYM"),
        ("industry", "制造业业", "C", "OPTION_SYNONYM"),
        ("industry", "Manufacturing", "C", "OPTION_SYNONYM"),
        ("industry", "製造業", "C", "OPTION_SYNONYM"),
        ("status", "待定", None, "OPTION_VAGUE"),
        ("city", "吉林", "2202", "OPTION_SYNONYM"),
        ("owner", "张 三", "rid-zhang", "TEXT_FORM"),
        ("uscc", 914403001922038216.0, None, "DIGITS_LOST"),
        ("identity", "110105194912310000", None, "DIGITS_LOST"),
        ("email", "Wang@HaiHe.COM", "Wang@haihe.com", "MAIL_FORM"),
        ("revenue", "1.2亿", "12000.00", "NUMBER_UNIT"),
        ("revenue", "50万", "50.00", "NUMBER_FORM"),
        ("revenue", 0.1 + 0.2, "0.30", None),
        ("employees", "120人", "120", "NUMBER_FORM"),
        ("employees", "1e3", None, "NUMBER_INVALID"),
        ("budget", float("inf"), None, "NUMBER_INVALID"),
        ("foreign_number", 20231001.0, "20231001", None),
    ],
)
def test_other_fields(key: str, cell: Cell, value: str | None, code: str | None) -> None:
    reading = read(cell, CUSTOMER[key], BOOK)
    assert (reading.value, reading.code) == (value, code)


@pytest.mark.parametrize("code", ["11010519491231002X", "810000199408230021", "830000199201300022"])
def test_identity_numbers_and_residence_permits(code: str) -> None:
    assert identity_checks(code)
    assert read(code, CUSTOMER["identity"], BOOK).value == code


def test_labels_are_shown_in_the_language_asked_for() -> None:
    status: Field = CUSTOMER["status"]
    assert (show("won", status, "zh", {}), show("won", status, "en", {})) == ("成交客户", "Won")
    assert show("gone-option", status, "zh", {}) == "gone-option"
    assert show("value-high", TAG["name"], "zh", {}) == "高价值"
    assert show("+861062345678;ext=8 +8613912345678", CUSTOMER["phone"], "zh", {}) == "010-62345678转8；13912345678"
    assert show("50.00", CUSTOMER["budget"], "zh", {}) == 50.0
    assert show("2025-03-12", CUSTOMER["contract_end"], "zh", {}) == datetime(2025, 3, 12)
