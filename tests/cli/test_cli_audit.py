"""xlcrm audit and xlcrm changes, as people type them."""

from __future__ import annotations

import csv
import json
import sqlite3
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Run, Said
from tests.cli.workbooks import make
from xlcrm import app
from xlcrm.model.tables import CUSTOMER
from xlcrm.sheets.files import open_book
from xlcrm.store import triggers


@pytest.fixture
def book(run: Run, tmp_path: Path) -> Path:
    """A workbook of three customers, submitted; the first one's name is a formula's beginning."""
    path = make(tmp_path / "客户.xlsx", 3)
    book = open_book(path)
    rows = book.read(CUSTOMER)
    book.write(rows, {"remark": ["=1+1", "+cmd", None]})
    book.save()
    assert run("submit", path).code == 0
    return path


def lines(said: Said) -> list[dict[str, object]]:
    assert said.code == 0, said
    return [json.loads(line) for line in said.out.splitlines()]


def tampered(*statements: str) -> None:
    with sqlite3.connect(app.home() / "store.db") as store:
        for name in triggers.SQLITE:
            store.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            store.execute(statement)
    store.close()


def test_a_receipt_witnesses_the_log(run: Run, book: Path) -> None:
    """The workbook keeps the head that the terminal showed; the end of the log cannot go unnoticed."""
    kept = open_book(book).setting("receipt")
    again = run("submit", book, "--json").data["head"]
    assert again in ("", kept), "nothing new, the same head"
    shown = kept[: kept.index(":") + 33]
    assert shown in run("store", "status").out
    sound = run("audit", "verify", "--receipt", book, "--head", shown)
    assert (sound.code, len(sound.out.splitlines())) == (0, 2) and "2 个" in sound.out
    last = int(kept.partition(":")[0])
    with sqlite3.connect(app.home() / "store.db") as store:
        first, before = store.execute("SELECT first, previous FROM operation WHERE seq = ?", (last,)).fetchone()
    store.close()
    tampered(f"DELETE FROM entry WHERE seq >= {first}", f"DELETE FROM operation WHERE seq = {last}",
             *(f"DELETE FROM {table}" for table in ("contact", "interaction", "tag", "customer")),
             f"UPDATE meta SET value = '{before}' WHERE name = 'head'")  # fmt: skip
    assert run("audit", "verify").code == 0, "whoever owns the file can make it hold together"
    for lang, words in (("zh", "结尾被截掉"), ("en", "end of the log was cut")):
        cut = run("audit", "verify", "--receipt", book, "--lang", lang)
        assert cut.code == 1 and words in cut.out and str(last) in cut.out


def test_an_edited_entry_is_named_with_who_and_when(run: Run, book: Path) -> None:
    tampered("UPDATE entry SET after = replace(after, 'live', 'void') WHERE \"table\" = 'customer'")
    said = run("audit", "verify")
    assert said.code == 1 and said.out.count("被改动过") == 3
    assert "2025-03-12 14:30:00，赵敏" in said.out
    assert run("audit", "verify", "--json").data["faults"][0][0] == "store.entry_edited"


@pytest.mark.parametrize(("words", "sentence"), [
    (("verify", "--head", "12"), "不是日志校验码"), (("verify", "--head", "1:abc"), "不是日志校验码"), (("verify", "--receipt", "nowhere.xlsx"), "找不到文件"),
    (("export", "--out", "a.pdf"), "不知道怎样写"), (("export", "--out", "a.csv", "--kind", "外星"), "没有“外星”这种操作"),
    (("export", "--out", "a.csv", "--table", "外星"), "没有“外星”这张表"), (("export", "--out", "a.csv", "--since", "昨天"), "不是日期"),
    (("export", "--out", "a.csv", "--person", "外星人"), "没有“外星人”"), (("export", "--out", "a.csv", "--customer", "外星"), "要正好一个"),
    (("keep", "2"), "至少 3 年"),
])  # fmt: skip
def test_what_makes_no_sense_is_told(run: Run, book: Path, words: tuple[str, ...], sentence: str) -> None:
    said = run("audit", *words)
    assert said.code == 2 and sentence in said.err and len(said.err.strip().splitlines()) == 2, said
    assert not Path("a.csv").exists() and not list(Path().glob("*.part"))


def test_a_workbook_that_was_never_submitted_is_no_receipt(run: Run, book: Path, clean: Path, tmp_path: Path) -> None:
    foreign = tmp_path / "别的.xlsx"
    openpyxl.Workbook().save(foreign)
    before = sorted(tmp_path.iterdir())
    for path in (clean, foreign):
        said = run("audit", "verify", "--receipt", path)
        assert said.code == 2 and "还没有提交过" in said.err
    assert sorted(tmp_path.iterdir()) == before, "nothing is converted"


def test_exports_in_every_kind_of_file(run: Run, book: Path) -> None:
    assert "3 条" in run("audit", "export", "--out", "a.jsonl", "--table", "客户基础信息表", "--kind", "提交", "--person", "赵敏").out
    entries = [json.loads(line) for line in Path("a.jsonl").read_text("utf-8").splitlines()]
    assert [entry["number"] for entry in entries] == ["CX2025030001", "CX2025030002", "CX2025030003"]
    assert run("audit", "export", "--out", "a.csv", "--customer", "CX2025030001").code == 0
    with Path("a.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = {row["字段"]: row for row in csv.DictReader(file)}
    assert (cells["备注"]["新值"], cells["联系方式"]["操作人"]) == ("'=1+1", "赵敏")
    assert run("audit", "export", "--out", "a.xlsx", "--since", "2025-03-12", "--until", "2025-03-12", "--lang", "en").code == 0
    sheet = openpyxl.load_workbook("a.xlsx").active
    assert sheet is not None
    found = {str(row[8].value): row[10] for row in sheet.iter_rows(min_row=2) if row[6].value == "CX2025030001"}
    assert (found["Remarks"].value, found["Remarks"].data_type) == ("=1+1", "s")
    assert run("audit", "export", "--out", "a.xlsx").code == 2, "it is there already"
    assert run("audit", "export", "--out", "a.xlsx", "--force").code == 0
    noted = [line for line in lines(run("changes")) if line.get("kind") == "audit"]
    assert len(noted) == 4 and noted[0]["reason"] == "--person 赵敏 --kind 提交 --table 客户基础信息表"
    assert noted[0]["after"]["count"] == "3"  # type: ignore[index]


def test_the_log_is_kept_for_longer_but_not_for_less(run: Run, book: Path) -> None:
    assert "3 年" in run("audit", "keep").out
    assert "7 年" in run("audit", "keep", "7").out and "7 年" in run("audit", "keep").out


def test_changes_go_on_where_they_ended(run: Run, book: Path, tmp_path: Path) -> None:
    found = lines(run("changes"))
    cursor = str(found.pop()["cursor"])
    customers = [line for line in found if line["table"] == "customer"]
    assert {(line["kind"], line["by"], line["at"]) for line in customers} == {("submit", "赵敏", "2025-03-12 14:30:00")}
    assert customers[0]["version"] == {"from": 0, "to": 1} and "phone" in customers[0]["fields"]  # type: ignore[operator]
    assert lines(run("changes", "--since", cursor)) == [{"cursor": cursor}]
    run("submit", make(tmp_path / "更多.xlsx", 2, seed=5))
    more = lines(run("changes", "--since", cursor))
    assert [line["table"] for line in more[:-1]] == ["customer", "customer"]
    batch, taken = "", list[dict[str, object]]()
    while (said := lines(run("changes", "--limit", "2", *(["--since", batch] if batch else []))))[:-1]:
        assert len(said) <= 3
        taken += said[:-1]
        batch = str(said[-1]["cursor"])
    assert taken == found + more[:-1]


def test_a_cursor_of_another_store_is_refused(run: Run, book: Path, tmp_path: Path) -> None:
    cursor = str(lines(run("changes"))[-1]["cursor"])
    other = f"sqlite:///{tmp_path / 'other.db'}"
    assert run("submit", make(tmp_path / "别的.xlsx", 5, seed=7), "--store", other).code == 0
    for wrong, sentence in ((cursor, "不属于这个客户库"), ("x", "不是读取位置")):
        said = run("changes", "--since", wrong, "--store", other)
        assert said.code == 2 and sentence in said.err and not said.out
