"""Plain workbooks saved in the personal folder, by WPS, a phone, or anything: they come back marked and numbered."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.jobs.conftest import cells, customer, other, put
from tests.jobs.folder.conftest import Firm
from xlcrm.jobs.folder import plain
from xlcrm.model.rows import Cell
from xlcrm.sheets import template
from xlcrm.sheets.files import FileBook, open_book


def save(path: Path, *rows: Mapping[str, Cell]) -> Path:
    """A workbook from our template, without an identity of its own yet."""
    keys = dict.fromkeys(key for row in rows for key in row)
    template.build(path, "zh", {"customer": {key: [row.get(key) for row in rows] for key in keys}})
    return path


def edit(path: Path, row: int, table: str = "customer", **values: Cell) -> None:
    book = open_book(path)
    put(book, row, table, **values)
    book.save()


def result(path: Path) -> FileBook:
    return open_book(path.with_name(plain.result_name(path.name)))


def test_a_workbook_comes_back_with_marks_numbers_and_the_next_round_is_edited_there(firm: Firm) -> None:
    li = firm.hire("李芳", joined=False)
    path = save(li.inbox / "客户.xlsx", customer(), other(0, phone="1380"))
    before = path.read_bytes()
    assert firm.look() == []  # it may still be growing
    assert firm.look() == ["served"]
    back = result(path)
    assert cells(back, "number") == ["CX2025030001", None] and cells(back, "submit_status") == ["已提交", "已退回"]
    assert "电话" in str(cells(back, "problem")[1]) or "手机" in str(cells(back, "problem")[1])
    assert path.read_bytes() == before and firm.look(2) == []
    edit(li.inbox / "客户.结果.xlsx", 1, phone="13822334455")
    assert firm.look(2) == ["served"]
    assert cells(result(path), "submit_status") == ["已提交", "已提交"]
    assert len(firm.customers()) == 2 and {one.values["owner"] for one in firm.customers()} == {li.person.rid}
    assert firm.look(3) == []


@pytest.mark.parametrize(("name", "answer"), [("手机导出.csv", "手机导出.csv.结果.xlsx"), ("其实是文本.xlsx", "其实是文本.结果.xlsx")])
def test_a_list_of_any_kind_comes_back_in_the_template(firm: Firm, name: str, answer: str) -> None:
    li = firm.hire("李芳", joined=False)
    path = li.inbox / name
    path.write_text("客户名称,联系人,电话\n深圳市海河电子有限公司,王小明,13912345678\n", "utf-8")
    assert firm.look(2) == ["served"]
    back = open_book(li.inbox / answer)
    assert cells(back, "number") == ["CX2025030001"] and path.exists()


def test_the_original_given_again_stores_nothing_twice_and_spoils_no_result(firm: Firm) -> None:
    li = firm.hire("李芳", joined=False)
    path = save(li.inbox / "客户.xlsx", customer(), other(0))
    original = path.read_bytes()
    firm.look(2)
    edit(li.inbox / "客户.结果.xlsx", 0, remark="来电询价")
    os.utime(path)  # a sync program touched it
    assert firm.look(2) == ["served"]
    assert cells(result(path), "remark") == ["来电询价", None]
    path.write_bytes(original + b"")
    shutil.copy(path, li.inbox / "又一份.xlsx")
    assert firm.look(2) == ["copy"] and "客户.xlsx" in firm.said()
    edit(path, 1, remark="新的备注")  # the person goes on in the original, which has no numbers
    assert firm.look(2) == ["served"]
    assert len(firm.customers()) == 2
    assert cells(result(path), "submit_status")[0] == "已提交"


@pytest.mark.parametrize(
    "name",
    ["客户 (张三的冲突副本).xlsx", "客户-DESKTOP-1A2B.xlsx", "客户.sync-conflict-20250312-101500-ABC.xlsx", "客户 (1).xlsx"],
)
def test_a_sync_programs_copy_is_told_and_its_rows_are_stored_once(firm: Firm, name: str) -> None:
    li = firm.hire("李芳", joined=False)
    path = save(li.inbox / "客户.xlsx", customer(), other(0))
    firm.look(2)
    shutil.copy(path, li.inbox / name)
    edit(li.inbox / name, 0, remark="在另一台电脑上写的")
    save(li.inbox / "新.xlsx", other(1))
    assert sorted(firm.look(2)) == ["served", "served_conflict"]
    assert len(firm.customers()) == 3


@pytest.mark.parametrize("name", ["客户-DESKTOP-1A2B.xlsx", "客户 (1).xlsx"])
def test_of_a_workbook_and_its_copy_the_workbook_is_answered_first(firm: Firm, name: str) -> None:
    li = firm.hire("李芳", joined=False)
    path = save(li.inbox / "客户.xlsx", customer())
    shutil.copy(path, li.inbox / name)  # both are there when the steward's machine comes back
    assert firm.look(2) == ["served", "served_conflict"], "whoever is stopped in between has answered the original"
    assert len(firm.customers()) == 1


def test_somebody_working_in_the_result_is_waited_for(firm: Firm) -> None:
    li = firm.hire("李芳", joined=False)
    path = save(li.inbox / "客户.xlsx", customer())
    (li.inbox / "~$客户.结果.xlsx").write_bytes(b"lock")
    assert firm.look(3) == [] and firm.customers() == []
    (li.inbox / "~$客户.结果.xlsx").unlink()
    assert firm.look() == ["served"] and result(path).ours


def test_what_is_junk_is_said_once_and_holds_nobody_up(firm: Firm) -> None:
    li, chen = firm.hire("李芳", joined=False), firm.hire("陈静", joined=False)
    long = "很" * 80  # 240 bytes
    outside = firm.root.parent / "秘密.xlsx"
    save(outside, other(2))
    (li.inbox / "a.xlsx").write_bytes(b"")
    (li.inbox / "b.xlsx").write_bytes(b"no workbook")
    (li.inbox / "c.png").write_bytes(b"\x89PNG")
    (li.inbox / "d.lnk").write_bytes(b"L\0\0\0")
    (li.inbox / "e.xlsx").symlink_to(outside)
    (li.inbox / "f.xlsx.tmp").write_bytes(b"partial")
    (li.inbox / "~$g.xlsx").write_bytes(b"lock")
    (li.inbox / "h").mkdir()
    whole = save(li.inbox / "i.xlsx", other(3)).read_bytes()
    (li.inbox / "j.xlsx").write_bytes(whole[: len(whole) // 2])
    save(li.inbox / "k\x07\n.xlsx", other(4))
    (li.inbox / "l.xls").write_bytes(whole)  # wrong extension
    (li.inbox / "m.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))  # password-protected
    (li.inbox / f"{long}.png").write_bytes(b"\x89PNG")
    save(chen.inbox / f"{long[:78]}.xlsx", other(5))
    said = firm.look(4)
    names = {one.name: one.key for one in firm.verdicts}
    assert names["a.xlsx"] == "empty" and names["b.xlsx"] == names["j.xlsx"] == names["m.xlsx"] == "failed"
    assert names["c.png"] == names["d.lnk"] == "junk" and names["e.xlsx"] == "link"
    assert names["i.xlsx"] == names["k??.xlsx"] == "served"
    assert not any(one.startswith(("f.", "~$", "h")) for one in names)
    assert len(said) == len(names) == 12, "each once"
    assert firm.look(3) == []
    assert not any(one.values["name"] == other(2)["name"] for one in firm.customers())
    assert [one.values["owner"] for one in firm.customers() if one.values["name"] == other(5)["name"]] == [chen.person.rid]
    (li.inbox / "j.xlsx").write_bytes(save(firm.root.parent / "j.xlsx", other(0)).read_bytes())
    assert firm.look(2) == ["served"], "it was still being copied"


def test_the_record_can_be_read_by_the_person(firm: Firm) -> None:
    li = firm.hire("李芳", joined=False)
    save(li.inbox / "客户.xlsx", customer())
    firm.look(2)
    record = (firm.share.outbox("李芳") / "处理记录.txt").read_text("utf-8-sig")
    assert "客户.xlsx  1行已处理：新增1" in record and "客户.结果.xlsx" in record


@pytest.mark.parametrize("name", ["客户.xlsx", "客户.XLSX", "表.csv", "很" * 78 + ".xlsx", "a.b.xlsm", "客户.结果.xlsx"])
def test_the_results_name_fits_every_file_system(name: str) -> None:
    found = plain.result_name(name)
    assert len(found.encode()) <= 255 and ".结果." in found and plain.result_name(found) == found
