"""字段匹配: asked once for each header and word over all lists, answered in the sheet, remembered by the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.jobs.conftest import Office
from xlcrm.jobs.fieldmatch.columns import columns, joined
from xlcrm.jobs.fieldmatch.lines import header_lines, word_lines
from xlcrm.jobs.fieldmatch.matcher import Matcher
from xlcrm.jobs.fieldmatch.remember import remember, told
from xlcrm.model.resultsheets import FIELD_MATCHES, VALUE_MATCHES
from xlcrm.model.rows import Cell
from xlcrm.model.tables import CONTACT, CUSTOMER, TAG
from xlcrm.sheets import template
from xlcrm.sheets.files import open_book
from xlcrm.sheets.files.book import FileBook
from xlcrm.sheets.sources.source import SourceTable

NAMES = ["杭州云川科技有限公司", "苏州立新机械厂", "北京海纳百川商贸有限公司"]
MOBILES = ["13901234561", "13712345672", "15812345683"]


def source(**given: list[str | None]) -> SourceTable:
    cells: list[list[Cell]] = [list(column) for column in given.values()]
    return SourceTable("Sheet1", list(given), cells, [2, 3, 4], [chr(65 + place) for place in range(len(given))])


def old() -> SourceTable:
    return source(
        客户名称=list(NAMES), 手机=list(MOBILES), 座机=["0571-88012345", None, "010-62345678"], 类型=["甲", "乙", "甲"], 客户来源=["自主开发", "展会", "自主开发"]
    )


def asking(tmp_path: Path, matcher: Matcher) -> FileBook:
    """A workbook with what the matcher asks."""
    lines = {FIELD_MATCHES.key: header_lines(matcher, "zh"), VALUE_MATCHES.key: word_lines(matcher, matcher.rulebook)}
    path = tmp_path / "问.xlsx"
    template.build(path, "zh", {key: {name: [line[name] for line in found] for name in found[0]} for key, found in lines.items() if found})
    return open_book(path)


def choose(book: FileBook, table: object, choices: dict[str, str]) -> None:
    rows = book.read(table)  # type: ignore[arg-type]
    key = "header" if table is FIELD_MATCHES else "word"
    book.write(rows, {"choice": [choices.get(str(rows.cell(index, key))) for index in range(len(rows))]})


def test_each_header_and_word_is_asked_once_over_all_lists(office: Office) -> None:
    matcher = Matcher(office.rulebook(), office.store)
    for number in range(3):
        list(columns(old(), matcher, f"表{number}"))
    headers = {str(line["header"]): line for line in header_lines(matcher, "zh")}
    assert headers.keys() == {"座机", "类型"}
    assert headers["座机"]["files"] == 3
    assert headers["座机"]["guess"] == "联系方式"
    words = word_lines(matcher, matcher.rulebook)
    assert [(line["list"], line["word"], line["count"]) for line in words] == [("客户来源", "自主开发", 6.0)]


def test_what_is_doubtful_is_left_out_until_it_is_answered_and_then_never_asked_again(office: Office, tmp_path: Path) -> None:
    matcher = Matcher(office.rulebook(), office.store)
    (found,) = columns(old(), matcher, "表")
    assert found.fields.keys() == {"name", "phone", "source"}
    assert [old().header[place] for place in found.left] == ["座机", "类型"]
    book = asking(tmp_path, matcher)
    choose(book, FIELD_MATCHES, {"座机": "按建议", "类型": "不导入"})
    choose(book, VALUE_MATCHES, {"自主开发": "线上推广"})
    done = remember(book, office.store, office.context(), office.rulebook())
    assert (done.headers, done.words, done.undecided) == (2, 1, 0)
    again, table = Matcher(office.rulebook(), office.store), old()
    (found,) = columns(table, again, "表")
    assert (again.headers, again.words) == ({}, {})
    assert joined(table, CUSTOMER["phone"], found.fields["phone"]) == ["13901234561；0571-88012345", "13712345672", "15812345683；010-62345678"]
    assert joined(table, CUSTOMER["source"], found.fields["source"]) == ["线上推广", "展会", "线上推广"]


def test_an_answer_is_known_in_other_lists_too(office: Office, tmp_path: Path) -> None:
    matcher = Matcher(office.rulebook(), office.store)
    list(columns(old(), matcher, "表"))
    book = asking(tmp_path, matcher)
    choose(book, FIELD_MATCHES, {"类型": "客户来源"})
    remember(book, office.store, office.context(), office.rulebook())
    other = Matcher(office.rulebook(), office.store)
    (found,) = columns(source(单位名称=list(NAMES), 类型=["展会", "官网", "展会"]), other, "别的表")
    assert found.fields.keys() == {"name", "source"}


def test_lines_without_a_choice_stay_and_what_is_not_understood_is_told(office: Office, tmp_path: Path) -> None:
    matcher = Matcher(office.rulebook(), office.store)
    list(columns(old(), matcher, "表"))
    book = asking(tmp_path, matcher)
    choose(book, FIELD_MATCHES, {"座机": "胡写"})
    choose(book, VALUE_MATCHES, {"自主开发": "按建议"})
    done = remember(book, office.store, office.context(), office.rulebook())
    assert (done.headers, done.words, done.undecided) == (0, 1, 2)
    assert any("胡写" in sentence for sentence in book.said)
    left = open_book(tmp_path / "问.xlsx")
    assert left.read(FIELD_MATCHES).columns["header"] == ["座机", "类型"]
    assert not len(left.read(VALUE_MATCHES))
    assert told(done, "zh") == ["已记住0个表头、1个词，以后不再问；请重新汇总或重新导入，结果就会用上。", "还有2行没有选择。"]


def test_somebody_may_add_a_header_by_hand(office: Office, tmp_path: Path) -> None:
    path = tmp_path / "自填.xlsx"
    template.build(path, "zh", {FIELD_MATCHES.key: {"choice": ["备注"], "header": ["传真"]}})
    remember(open_book(path), office.store, office.context(), office.rulebook())
    (found,) = columns(source(客户名称=list(NAMES), 传真=["0571-1", "0512-2", "010-3"]), Matcher(office.rulebook(), office.store), "表")
    assert found.fields.keys() == {"name", "remark"}


def test_another_contact_becomes_a_row_of_its_own_only_where_there_is_one(office: Office) -> None:
    table = source(客户名称=list(NAMES), 联系人=["王丽", "陈建国", "赵敏"], 联系人2=["李四", None, "钱五"], 联系人2电话=["13901234590", None, None])
    found = {one.table.key: one for one in columns(table, Matcher(office.rulebook()), "表")}
    contacts = found["contact"]
    rows = {key: joined(contacts.source, CONTACT[key], places) for key, places in contacts.fields.items()}
    assert rows == {"customer": [NAMES[0], NAMES[2]], "name": ["李四", "钱五"], "phone": ["13901234590", None]}
    assert [contacts.source.address(1, record) for record in (0, 1)] == ["C2", "C4"]


def test_tags_of_the_library_become_rows_and_other_words_are_asked_about(office: Office, tmp_path: Path) -> None:
    table = source(客户名称=list(NAMES), 客户标签=["高意向、制造业", "#物流 #不存在的标签", None])
    matcher = Matcher(office.rulebook(), office.store)
    tags = {one.table.key: one for one in columns(table, matcher, "表")}["tag"]
    rows = {key: joined(tags.source, TAG[key], places) for key, places in tags.fields.items()}
    assert (rows["customer"], rows["type"], rows["name"]) == ([NAMES[0], NAMES[1]], ["行业", "行业"], ["制造业", "交通物流"])
    assert [tags.source.address(2, record) for record in (0, 1)] == ["B2(2)", "B3"]
    assert {one.word for one in matcher.words.values()} == {"高意向", "不存在的标签"}
    book = asking(tmp_path, matcher)
    choose(book, VALUE_MATCHES, {"高意向": "高价值", "不存在的标签": "留空"})
    remember(book, office.store, office.context(), office.rulebook())
    again = Matcher(office.rulebook(), office.store)
    tags = {one.table.key: one for one in columns(table, again, "表")}["tag"]
    assert joined(tags.source, TAG["name"], tags.fields["name"]) == ["高价值", "制造业", "交通物流"]
    assert not again.words


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_suggestion_can_be_chosen_in_either_language(office: Office, tmp_path: Path, language: str) -> None:
    matcher = Matcher(office.rulebook(), office.store)
    table = source(客户名称=list(NAMES), 合同金额=["1200000", "350000", "88000"])
    list(columns(table, matcher, "list"))
    (line,) = header_lines(matcher, language)
    path = tmp_path / "book.xlsx"
    template.build(path, language, {FIELD_MATCHES.key: {name: [cell] for name, cell in line.items()}})
    book = open_book(path)
    choose(book, FIELD_MATCHES, {"合同金额": "按建议" if language == "zh" else "As suggested"})
    remember(book, office.store, office.context(), office.rulebook())
    again = Matcher(office.rulebook(), office.store)
    (found,) = columns(table, again, "list")
    assert joined(table, CUSTOMER["contract_amount"], found.fields["contract_amount"]) == [120.0, 35.0, 8.8]
