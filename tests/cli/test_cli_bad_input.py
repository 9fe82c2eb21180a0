"""Bad input through the command line: one clear sentence with a hint, never a traceback, nothing lost."""

from __future__ import annotations

import io
import multiprocessing
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from tests.cli.conftest import Run, Said
from tests.cli.workbooks import CUSTOMERS, column, contents, customers, edit, make, put, rename_header, rewrite
from tests.full_disk import little_room
from xlcrm import app
from xlcrm.app import stores
from xlcrm.cli import main
from xlcrm.crypto import keys
from xlcrm.jobs.submit import Count
from xlcrm.model.tables import CUSTOMER
from xlcrm.sheets.files import open_book
from xlcrm.sheets.layout import SETTINGS_SHEET, TEMPLATE_VERSION

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
COMMANDS = ("validate", "dedupe", "submit")


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Three correct customers."""
    return make(tmp_path / "客户.xlsx")


def refused(said: Said, *words: str) -> None:
    """Nothing could be done: one sentence, one hint, nothing else; ``words`` are in them."""
    assert said.code == 2, said
    assert said.out == ""
    sentence, hint = said.err.strip().split("\n")
    assert sentence and hint
    for word in words:
        assert word in said.err, said.err


def totals(said: Said) -> dict[Count, int]:
    """The counts of a submission printed as JSON, after looking whether they add up."""
    assert sum(said.data["total"].values()) == said.data["rows"]
    return {count: number for count in Count if (number := said.data["total"][count])}


def codes(said: Said) -> set[str]:
    """The codes of the findings in validate's JSON."""
    return {finding["code"] for finding in said.data["findings"]}


def stored(run: Run) -> int:
    """How many customers the store holds, its log being sound."""
    if not (app.home() / "store.db").exists():
        return 0
    assert run("audit", "verify").code == 0
    out = Path("stored.xlsx")
    assert run("export", out, "--force").code == 0
    return len(column(out, "客户编号"))


def as_nobody(run: Run, *words: str) -> Said:
    """Run a command without the rights of an administrator, in a process of its own."""
    if os.name != "posix":
        pytest.skip("needs users and permissions as on Unix")
    found = Path(tempfile.mkdtemp())
    found.chmod(0o777)

    def child() -> None:
        if os.geteuid() == 0:
            os.setuid(65534)
        with (found / "out").open("w") as out, (found / "err").open("w") as err:
            sys.stdout, sys.stderr = out, err
            code = main(list(words))
        os._exit(code)

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join(timeout=60)
    said = Said(process.exitcode or 0, (found / "out").read_text(), (found / "err").read_text())
    shutil.rmtree(found)
    return said


@pytest.fixture
def public() -> Iterator[Path]:
    """A folder that everybody may enter."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o777)
    yield folder
    folder.chmod(0o777)
    shutil.rmtree(folder)


# -- the file is no workbook of ours ----------------------------------------------------------------------------------


def zipped(parts: dict[str, bytes]) -> bytes:
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED) as package:
        for name, data in parts.items():
            package.writestr(name, data)
    return found.getvalue()


NO_WORKBOOK: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "nothing in it": ("空.xlsx", lambda raw: b"", "不是 Excel 工作簿"),
    "text": ("a.xlsx", lambda raw: "客户名称,联系人".encode(), "只有表头"),
    "a PDF": ("a.pdf", lambda raw: b"%PDF-1.4", "不是表格文件"),
    "another zip": ("a.xlsx", lambda raw: zipped({"a.txt": b"x"}), "不是 Excel 工作簿"),
    "an old .xls renamed": ("a.xlsx", lambda raw: OLE2 + b"Workbook" * 99, "另存为 .xlsx"),
    "a broken .xls": ("a.xls", lambda raw: OLE2 + "Workbook".encode("utf-16-le") * 99, "损坏"),
    "encrypted": ("a.xlsx", lambda raw: OLE2 + "EncryptedPackage".encode("utf-16-le"), "密码"),
    "cut off": ("a.xlsx", lambda raw: raw[: len(raw) // 2], "不完整"),
    "a zip bomb": ("a.xlsx", lambda raw: zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b" " * (32 << 20)}), "过大"),
    "a text file without headers": ("a.csv", lambda raw: b"1,2,3\n4,5,6\n", "表头"),
    "an empty text file": ("a.csv", lambda raw: b"", "0字节"),
    "a text file of headers only": ("a.csv", lambda raw: "客户名称,联系人,联系方式\n".encode(), "只有表头"),
}


@pytest.mark.parametrize("name", NO_WORKBOOK)
def test_what_is_no_workbook(run: Run, small: Path, tmp_path: Path, name: str) -> None:
    title, spoil, word = NO_WORKBOOK[name]
    path = tmp_path / "坏" / title
    path.parent.mkdir()
    path.write_bytes(spoil(small.read_bytes()))
    before = path.read_bytes()
    for command in COMMANDS:
        # 查重 takes a text file for a list of any kind, and refuses these in its own words.
        listed = command == "dedupe" and path.suffix == ".csv"
        refused(run(command, path), title, *([] if listed else [word]))
    assert path.read_bytes() == before
    assert [left.name for left in path.parent.iterdir()] == [title]
    assert stored(run) == 0


def test_a_folder_and_a_missing_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "文件夹.xlsx").mkdir()
    for command in COMMANDS:
        refused(run(command, tmp_path / "文件夹.xlsx"), "文件夹")
        refused(run(command, tmp_path / "没有.xlsx"), "没有.xlsx")
    refused(run("new", tmp_path / "没有" / "新.xlsx"), "文件夹")


def test_names_that_need_care(run: Run, small: Path, tmp_path: Path) -> None:
    for name in ("我的 客户 (2).xlsx", "it's \"quoted\" & $HOME;.xlsx", "=1+1.xlsx", "-x.xlsx"):
        path = tmp_path / name
        path.write_bytes(small.read_bytes())
        assert run("validate", path).code == 0, name


def test_a_text_file_is_taken_over_and_the_copy_is_not_overwritten(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "旧表.csv"
    path.write_text("客户名称,联系人,联系方式\n深圳市海河电子有限公司,王小明,13912345678\n", "utf-8")
    first = run("submit", path)
    copy = tmp_path / "旧表.校验.xlsx"
    assert first.code == 0
    assert str(copy) in first.out
    refused(run("submit", path), str(copy), "直接处理那一份")
    assert totals(run("submit", copy, "--json")) == {Count.UNCHANGED: 1}


# -- strange workbooks ------------------------------------------------------------------------------------------------


def test_a_million_formatted_blank_rows(run: Run, small: Path) -> None:
    blank = "".join(f'<row r="{n}" s="1" customFormat="1"><c r="A{n}" s="1"/></row>' for n in range(205, 1_048_577))
    edit(small, lambda xml: xml.replace("</sheetData>", blank + "</sheetData>"))
    ended = subprocess.run(
        [sys.executable, "-m", "xlcrm", "submit", str(small), "--json"], capture_output=True, text=True, timeout=60, check=True
    )
    assert totals(Said(0, ended.stdout, ended.stderr)) == {Count.NEW: 3}
    assert open_book(small).read(CUSTOMER).columns["submit_status"] == ["已提交"] * 3


def test_merged_cells(run: Run, tmp_path: Path) -> None:
    small = make(tmp_path / "客户.xlsx", contact=["王小明", None, "李芳"])
    edit(small, lambda xml: re.sub("</sheetData>", '</sheetData><mergeCells count="1"><mergeCell ref="F5:F6"/></mergeCells>', xml))
    said = run("validate", small, "--json")
    assert "SHEET_MERGED" in codes(said)
    assert totals(run("submit", small, "--json")) == {Count.NEW: 2, Count.REFUSED: 1}


def test_hidden_rows_and_hidden_sheets_take_part(run: Run, small: Path) -> None:
    edit(small, lambda xml: xml.replace('<row r="6"', '<row r="6" hidden="1"'))
    edit(small, lambda xml: xml.replace(f'<sheet name="{CUSTOMERS}"', f'<sheet state="hidden" name="{CUSTOMERS}"'), "xl/workbook.xml")
    assert "SHEET_HIDDEN_ROWS" in codes(run("validate", small, "--json"))
    assert totals(run("submit", small, "--json")) == {Count.NEW: 3}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [("简称", "客户名称", "SHEET_HEADER_TWICE"), ("简称", "星座", "SHEET_HEADER_UNKNOWN"), ("简称", "星座", "SHEET_COLUMN_ABSENT")],
)
def test_headers_twice_unknown_and_missing(run: Run, small: Path, old: str, new: str, code: str) -> None:
    put(small, old, {5: "海河"})
    rename_header(small, old, new)
    said = run("validate", small, "--json")
    assert code in codes(said)
    assert totals(run("submit", small, "--json")) == {Count.NEW: 3}
    sheet = openpyxl.load_workbook(small)[CUSTOMERS]
    assert "海河" in [cell.value for cell in sheet[5]], "people's own columns stay"


@pytest.mark.parametrize("header", ["联系方式", "客户名称", "客户编号"])
def test_a_deleted_column_that_blocks(run: Run, small: Path, header: str) -> None:
    rename_header(small, header, "别的")
    said = run("validate", small, "--json")
    assert next(finding["severity"] for finding in said.data["findings"] if finding["code"] == "SHEET_HEADER_MISSING") == "must"
    done = run("submit", small, "--json")
    assert (done.code, totals(done)) == (1, {Count.REFUSED: 3})
    assert all(header in str(problem) for problem in column(small, "问题说明"))
    rename_header(small, "别的", header)
    assert totals(run("submit", small, "--json")) == {Count.NEW: 3}


def test_formulas_and_error_cells(run: Run, small: Path) -> None:
    cells = {
        "E5": ' t="str"><f>"甲"&amp;"公司"</f><v>深圳市甲乙电子有限公司</v></c>',
        "F6": ' t="e"><f>1/0</f><v>#DIV/0!</v></c>',
        "E7": "><f>WEBSERVICE(A1)</f></c>",
    }

    def change(xml: str) -> str:
        for place, inside in cells.items():
            xml = re.sub(rf'(<c r="{place}"[^>]*?) t="s"><v>[0-9]+</v></c>', lambda found: found[1] + inside, xml)  # noqa: B023
        return xml

    edit(small, change)
    assert {"FORMULA", "ERROR_VALUE", "FORMULA_EMPTY"} <= codes(run("validate", small, "--json"))
    assert totals(run("submit", small, "--json")) == {Count.NEW: 1, Count.REFUSED: 2}
    formulas = openpyxl.load_workbook(small)[CUSTOMERS]
    assert [formulas[place].value for place in cells] == ['="甲"&"公司"', "=1/0", "=WEBSERVICE(A1)"]
    assert "深圳市甲乙电子有限公司" in run("show", "甲乙").out


def test_external_links_are_left_alone(run: Run, small: Path) -> None:
    parts = contents(small)
    link = '<Relationship Id="rId999" Type="http://x/relationships/externalLink" Target="externalLinks/externalLink1.xml"/>'
    rels = '<Relationships xmlns="http://x"><Relationship Id="rId1" Type="x" Target="file:///etc/passwd" TargetMode="External"/></Relationships>'
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(b"</Relationships>", link.encode() + b"</Relationships>")
    parts["xl/externalLinks/externalLink1.xml"] = b'<externalLink xmlns="http://x"/>'
    parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = rels.encode()
    rewrite(small, parts)
    assert totals(run("submit", small, "--json")) == {Count.NEW: 3}
    after = contents(small)
    for name in ("xl/_rels/workbook.xml.rels", "xl/externalLinks/externalLink1.xml", "xl/externalLinks/_rels/externalLink1.xml.rels"):
        assert after[name] == parts[name]


def test_macros_are_kept_and_never_run(run: Run, small: Path, tmp_path: Path) -> None:
    parts = contents(small)
    macros = OLE2 + bytes(range(256)) * 40
    parts["xl/vbaProject.bin"] = macros
    rel = b'<Relationship Id="rId998" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject" Target="vbaProject.bin"/></Relationships>'
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(b"</Relationships>", rel)
    path = tmp_path / "带宏.xlsm"
    rewrite(path, parts)
    assert totals(run("submit", path, "--json")) == {Count.NEW: 3}
    assert contents(path)["xl/vbaProject.bin"] == macros
    assert column(path, "提交状态") == ["已提交"] * 3


def test_control_characters_and_surrogates(run: Run, small: Path) -> None:
    bad = iter(["海_x0007__x0000_河", "海_xD800_河", "海&#xD800;&#x0;河"])
    names = customers(3)["name"]
    edit(small, lambda xml: re.sub("|".join(map(str, names)), lambda found: next(bad) + found[0], xml), "xl/sharedStrings.xml")
    assert run("validate", small).code in (0, 1)
    assert totals(run("submit", small, "--json")) == {Count.NEW: 3}
    assert totals(run("submit", small, "--json")) == {Count.UNCHANGED: 3}
    assert stored(run) == 3
    assert run("show", "CX2025030002").code == 0


@pytest.mark.parametrize("bottom", [5, 6, 4000])
def test_a_table_resized_by_hand(run: Run, small: Path, bottom: int) -> None:
    table = next(name for name, data in contents(small).items() if b'displayName="t_customer"' in data)
    edit(small, lambda xml: re.sub(r'(ref="[A-Z]+4:[A-Z]+)[0-9]+"', rf'\g<1>{bottom}"', xml), table)
    said = run("validate", small, "--json")
    assert ("SHEET_ROWS_BELOW" in codes(said)) == (bottom < 7)
    assert totals(run("submit", small, "--json")) == {Count.NEW: 3}
    ref = openpyxl.load_workbook(small)[CUSTOMERS].tables["t_customer"].ref
    assert int(ref.rpartition("C")[2] if ref.rpartition("C")[2].isdigit() else re.findall(r"[0-9]+", ref)[-1]) >= 7


def test_rows_pasted_below_the_table(run: Run, small: Path) -> None:
    below = customers(1, seed=7)
    for header, key in (("客户名称", "name"), ("主要联系人", "contact"), ("联系方式", "phone")):
        put(small, header, {900: below[key][0]})
    assert "SHEET_ROWS_BELOW" in codes(run("validate", small, "--json"))
    assert totals(run("submit", small, "--json")) == {Count.NEW: 4}
    assert column(small, "客户编号")[-1] == "CX2025030004"


def test_edited_audit_columns_are_put_right(run: Run, small: Path) -> None:
    run("submit", small)
    put(small, "创建人", {5: "王五"})
    put(small, "版本", {6: "99"})
    put(small, "数据来源", {7: "偷改"})
    assert totals(run("submit", small, "--json")) == {Count.UNCHANGED: 3}
    assert "AUDIT_EDITED" in column(small, "代码", "校验报告")
    assert column(small, "创建人") == ["赵敏"] * 3
    assert column(small, "版本") == [1, 1, 1]
    assert column(small, "数据来源") == [small.name] * 3


def test_forged_and_copied_numbers(run: Run, small: Path) -> None:
    put(small, "客户编号", {5: "CX2025030001", 6: "CX2099010001", 7: "我的编号"})
    assert totals(run("submit", small, "--json")) == {Count.REFUSED: 3}
    put(small, "客户编号", {5: None, 6: None, 7: None})
    assert totals(run("submit", small, "--json")) == {Count.NEW: 3}
    put(small, "客户编号", {6: column(small, "客户编号")[0]})
    assert totals(run("submit", small, "--json")) == {Count.REFUSED: 2, Count.UNCHANGED: 1}
    assert stored(run) == 3


def test_an_old_template(run: Run, small: Path) -> None:
    book = openpyxl.load_workbook(small)
    sheet = book[SETTINGS_SHEET]
    next(row for row in sheet.iter_rows() if row[0].value == "template")[1].value = f"0.{TEMPLATE_VERSION}"
    book.save(small)
    assert "SHEET_OLD_TEMPLATE" in codes(run("validate", small, "--json"))
    assert totals(run("submit", small, "--json")) == {Count.NEW: 3}


def test_nothing_filled_in(run: Run, tmp_path: Path) -> None:
    blank = [" \u3000", "\t", "\u00a0", "\n"] * 1_250
    for path in (make(tmp_path / "空.xlsx", 0), make(tmp_path / "空格.xlsx", 0, name=blank, contact=blank, phone=blank, status=blank)):
        for command in ("validate", "submit"):
            said = run(command, path)
            assert (said.code, said.err) == (0, "")
            assert "还没有内容" in said.out
        assert run("submit", path, "--json").data["rows"] == 0


def test_sheets_renamed_and_deleted(run: Run, small: Path, tmp_path: Path) -> None:
    edit(small, lambda xml: xml.replace(f'<sheet name="{CUSTOMERS}"', '<sheet name="我的客户"'), "xl/workbook.xml")
    assert totals(run("submit", small, "--json")) == {Count.NEW: 3}
    for keep in (("填写说明", SETTINGS_SHEET), ("填写说明", SETTINGS_SHEET, "联系人表", "校验报告")):
        path = make(tmp_path / f"{len(keep)}.xlsx", seed=2)
        book = openpyxl.load_workbook(path)
        for name in book.sheetnames:
            if name not in keep:
                del book[name]
        book.save(path)
        for command in COMMANDS:
            refused(run(command, path), path.name)


def test_deleted_result_sheets_stop_nothing(run: Run, tmp_path: Path) -> None:
    twins = customers(2)
    path = make(tmp_path / "a.xlsx", 2, name=[twins["name"][0]] * 2, phone=[twins["phone"][0]] * 2, contact=[twins["contact"][0], "李"])
    book = openpyxl.load_workbook(path)
    for name in ("校验报告", "查重结果", "冲突处理"):
        del book[name]
    book.save(path)
    said = run("submit", path, "--json")
    assert totals(said) == {Count.NEW: 1, Count.WAITING: 1}
    assert "“查重结果”已被删除" in said.err
    assert totals(run("submit", path, "--json")) == {Count.UNCHANGED: 1, Count.WAITING: 1}
    assert stored(run) == 1


def test_an_english_book_and_english_options(run: Run, tmp_path: Path) -> None:
    english = make(tmp_path / "en.xlsx", 2, language="en", status=["Prospect", "Lead"], size=["Medium (100-500)"] * 2)
    assert run("--lang", "en", "submit", english).out.startswith("Submitted: 2 new")
    assert totals(run("submit", english, "--json")) == {Count.UNCHANGED: 2}
    chinese = make(tmp_path / "zh.xlsx", 2, seed=3, status=["Prospect", "lead"], kind=["Company", "company"])
    assert "OPTION_SYNONYM" in codes(run("validate", chinese, "--json"))
    assert totals(run("submit", chinese, "--json")) == {Count.NEW: 2}


def test_values_beyond_reason(run: Run, tmp_path: Path) -> None:
    path = make(
        tmp_path / "a.xlsx",
        30,
        remark=["字" * 40_000] + [None] * 29,
        first_contact=[None, datetime(9999, 12, 31), "9999-12-31", "0000-00-00", 1e10, -5.0, "99999-1-1"] + [None] * 23,
        budget=[float(row) for row in range(30)],
    )
    bad = {"20": "1e308", "21": "1e999", "22": "1.2.3", "23": "9" * 400, "24": "-1E+307"}
    edit(path, lambda xml: re.sub(r'(<c r="AG[0-9]+"[^>]*><v>)(2[0-4])</v>', lambda cell: f"{cell[1]}{bad[cell[2]]}</v>", xml))
    said = run("validate", path, "--json")
    assert {"ERROR_VALUE", "NUMBER_INVALID", "DATE_RANGE"} <= codes(said)
    counts = totals(run("submit", path, "--json"))
    assert counts[Count.REFUSED] >= 10
    assert totals(run("submit", path, "--json"))[Count.UNCHANGED] == counts[Count.NEW]


# -- the store --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["nonsense", "postgresql://host/db", "C:\\crm.db", "sqlite:///", "sqlite:////tmp", "sqlite://///server/share/crm.db"])
def test_nonsense_stores_and_shares(run: Run, small: Path, url: str) -> None:
    before = small.read_bytes()
    for command in ("dedupe", "submit"):
        refused(run(command, small, "--store", url))
    assert small.read_bytes() == before


def test_a_store_name_that_means_memory_elsewhere_is_a_file(run: Run, small: Path, tmp_path: Path) -> None:
    assert totals(run("submit", small, "--store", "sqlite:///:memory:", "--json")) == {Count.NEW: 3}
    assert (tmp_path / ":memory:").stat().st_size > 0


def test_no_store_yet(run: Run) -> None:
    for words in (("show", "海河"), ("audit", "verify"), ("changes",), ("export", "a.xlsx")):
        refused(run(*words), "还不存在")
    assert not Path("a.xlsx").exists()


@pytest.mark.parametrize("content", [b"hello world" * 1000, b"SQLite format 3\0" + b"x" * 5000])
def test_a_store_that_is_no_database(run: Run, small: Path, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "坏.db"
    path.write_bytes(content)
    refused(run("submit", small, "--store", f"sqlite:///{path}"), "不是客户库")
    assert path.read_bytes() == content


def test_another_programs_database_and_a_newer_store(run: Run, small: Path, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "别的.db") as other:
        other.execute("CREATE TABLE a (b)")
    other.close()
    refused(run("submit", small, "--store", f"sqlite:///{tmp_path / '别的.db'}"), "别的程序")
    run("submit", small)
    with sqlite3.connect(app.home() / "store.db") as newer:
        newer.execute("INSERT INTO migration (version, name, at) VALUES (99, 'x', 'x')")
    newer.close()
    for words in (("submit", small), ("dedupe", small), ("show", "海河"), ("audit", "verify")):
        refused(run(*words), "升级")


def test_keys_that_are_wrong_malformed_or_missing(run: Run, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("submit", small)
    before = small.read_bytes()
    monkeypatch.setenv("XLCRM_KEY", keys.new_key())
    refused(run("submit", small), "不匹配")
    monkeypatch.setenv("XLCRM_KEY", "kaputt")
    refused(run("submit", small), "XLCRM_KEY")
    monkeypatch.delenv("XLCRM_KEY")
    monkeypatch.delenv("XLCRM_PASSPHRASE", raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    refused(run("submit", small), "没有这个客户库的密钥")
    assert small.read_bytes() == before


def test_no_key_makes_no_store(run: Run, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    for key in ("kaputt", ""):
        monkeypatch.setenv("XLCRM_KEY", key)
        refused(run("submit", small), "XLCRM_KEY")
        assert not (tmp_path / "home").exists(), "half a store would stand in everybody's way"
        assert run("validate", small).code == 0


def test_a_locked_store(run: Run, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("submit", small)
    put(small, "备注", {5: "新的备注"})
    before = small.read_bytes()
    other = sqlite3.connect(app.home() / "store.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(stores, "WAIT", 0.5)
    refused(run("submit", small), "客户库正忙", "没有写入")
    assert small.read_bytes() == before
    assert run("show", "CX2025030001").code == 0, "reading goes on"
    monkeypatch.undo()
    other.close()


def test_waiting_for_a_locked_store_says_so_and_goes_on(run: Run, small: Path) -> None:
    run("submit", small)
    put(small, "备注", {5: "新的备注"})
    other = sqlite3.connect(app.home() / "store.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    process = subprocess.Popen([sys.executable, "-m", "xlcrm", "submit", str(small), "--json"], stdout=-1, stderr=-1, text=True)
    assert process.stderr is not None
    assert "正在等待" in process.stderr.readline()
    other.execute("ROLLBACK")
    other.close()
    out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert totals(Said(0, out, err)) == {Count.UPDATED: 1, Count.UNCHANGED: 2}


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_read_only_store(run: Run, public: Path, what: str) -> None:
    path = make(public / "客户.xlsx")
    path.chmod(0o666)
    url = f"sqlite:///{public / '库' / 'store.db'}"
    (public / "库").mkdir()
    run("submit", path, "--store", url)
    put(path, "备注", {5: "新的备注"})
    before = path.read_bytes()
    (public / "库" / "store.db").chmod(0o444 if what == "file" else 0o666)
    (public / "库").chmod(0o777 if what == "file" else 0o555)
    refused(as_nobody(run, "submit", str(path), "--store", url), "只能读")
    assert path.read_bytes() == before


def test_a_full_disk_under_the_store(run: Run, tmp_path: Path) -> None:
    path = make(tmp_path / "多.xlsx", 400)
    run("validate", path)
    run("submit", make(tmp_path / "少.xlsx", seed=5))
    before = path.read_bytes()
    with little_room((app.home() / "store.db").stat().st_size + 200_000):
        refused(run("submit", path), "磁盘")
    assert path.read_bytes() == before
    assert stored(run) == 3
    assert totals(run("submit", path, "--json")) == {Count.NEW: 400}


def test_a_malformed_clock(run: Run, small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("gestern", "2025-13-45 99:00"):
        monkeypatch.setenv("XLCRM_NOW", value)
        for command in COMMANDS:
            refused(run(command, small), value)
    monkeypatch.setenv("XLCRM_NOW", "2025-03-12T14:30:00+08:00")
    assert run("submit", small).code == 0


# -- the workbook cannot be written -----------------------------------------------------------------------------------


@pytest.mark.parametrize("owner", ["~${}", ".~lock.{}#", ".~{}"])
def test_a_workbook_open_elsewhere_is_refused_before_anything_is_stored(run: Run, small: Path, owner: str) -> None:
    run("validate", small)
    before = small.read_bytes()
    lock = small.with_name(owner.format(small.name))
    lock.write_bytes(b"x")
    for command in COMMANDS:
        refused(run(command, small), "正在其他程序")
    assert stored(run) == 0
    assert small.read_bytes() == before
    lock.unlink()
    assert totals(run("submit", small, "--json")) == {Count.NEW: 3}


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_read_only_workbook_is_refused_before_anything_is_stored(run: Run, public: Path, what: str) -> None:
    path = make(public / "客户.xlsx")
    path.chmod(0o666)
    run("validate", path)
    before = path.read_bytes()
    path.chmod(0o444 if what == "file" else 0o666)
    public.chmod(0o777 if what == "file" else 0o555)
    app.home().mkdir()
    url = f"sqlite:///{Path(tempfile.gettempdir()) / f'xlcrm-{os.getpid()}-{what}.db'}"
    run("people", "--add", "nobody", "--store", url)
    store = Path(url.removeprefix("sqlite:///"))
    store.chmod(0o666)
    try:
        refused(as_nobody(run, "submit", str(path), "--store", url), path.name)
        assert sqlite3.connect(store).execute("SELECT count(*) FROM customer").fetchone() == (0,)
    finally:
        for left in store.parent.glob(store.name + "*"):
            left.unlink()
    assert path.read_bytes() == before


def test_a_full_disk_under_the_workbook(run: Run, small: Path, tmp_path: Path) -> None:
    before = small.read_bytes()
    with little_room(len(before) // 2):
        refused(run("validate", small), "磁盘空间不足")
        refused(run("new", tmp_path / "新.xlsx"), "新.xlsx")
    assert small.read_bytes() == before
    assert sorted(left.name for left in tmp_path.iterdir()) == [small.name], "nothing half-written stays"


def test_stored_but_not_written_back_says_so_and_heals(run: Run, small: Path) -> None:
    """The store takes the rows; the disk has no room for the workbook, which bears a large picture."""
    parts = contents(small)
    parts["xl/media/photo.jpeg"] = os.urandom(4 << 20)
    rewrite(small, parts)
    run("validate", small)
    run("people")
    before = small.read_bytes()
    with little_room(3 << 20):
        refused(run("submit", small), "3行已存入客户库", "没有写回", "再提交一次", "磁盘空间")
    assert small.read_bytes() == before
    assert stored(run) == 3
    assert totals(run("submit", small, "--json")) == {Count.UNCHANGED: 3}
    assert column(small, "客户编号") == ["CX2025030001", "CX2025030002", "CX2025030003"]
    assert stored(run) == 3


# -- nobody at the keyboard -------------------------------------------------------------------------------------------


def test_fix_without_anybody_to_answer(run: Run, tmp_path: Path) -> None:
    path = make(tmp_path / "a.xlsx", 1, phone=["139 1234 5678"])
    for stdin in ("</dev/null", "<&-"):
        ended = subprocess.run(f'"{sys.executable}" -m xlcrm validate "{path}" --fix {stdin}', shell=True, capture_output=True, text=True, check=False)
        assert "没有修正" in ended.stdout, ended.stderr
        assert ended.stderr == ""
    assert column(path, "联系方式") == ["139 1234 5678"]


def test_unknown_words_and_options(run: Run) -> None:
    for words in (("abheben",), ("submit",), ("validate", "a.xlsx", "--mond"), ("--lang", "fr", "validate", "a.xlsx")):
        said = run(*words)
        assert said.code == 2
        assert said.err


def test_words_that_make_no_sense(run: Run, small: Path, tmp_path: Path) -> None:
    (tmp_path / "别人的").mkdir()
    (tmp_path / "别人的" / "store.db").write_bytes(b"x")
    before = small.read_bytes()
    for words in (
        ("demo", "--rows", "0"),
        ("demo", "--folder", small),
        ("demo", "--folder", tmp_path / "别人的"),
        ("people", "--add", " "),
        ("new", "客户.csv"),
        ("new", small, "--force", "--from", small),
        ("new", small),
    ):
        refused(run(*words))
    assert small.read_bytes() == before
    assert (tmp_path / "别人的" / "store.db").read_bytes() == b"x", "a demo makes nothing of somebody else's anew"
    run("submit", small)
    refused(run("export", small), "已存在")
    refused(run("export", tmp_path / "没有" / "a.xlsx"), "文件夹")


@pytest.mark.skipif(sys.platform != "linux", reason="file names are bytes there")
def test_names_in_another_encoding(run: Run, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xbf\xcd\xbb\xa7.xlsx"))
    path.write_bytes(small.read_bytes())
    monkeypatch.setenv("XLCRM_PERSON", os.fsdecode(b"\xd5\xd4"))
    done = subprocess.run([sys.executable, "-m", "xlcrm", "submit", os.fsencode(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert stored(run) == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_an_output_without_room(run: Run, small: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-m", "xlcrm", "validate", str(small)], stdout=full, stderr=-1, text=True, check=False)
    assert done.returncode == 2
    assert len(done.stderr.strip().split("\n")) == 2
    assert "Traceback" not in done.stderr
