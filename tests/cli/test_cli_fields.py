"""xlcrm fields, and what xlcrm new --from makes of the answers."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run
from xlcrm.model.resultsheets import FIELD_MATCHES, VALUE_MATCHES
from xlcrm.model.tables import CONTACT, CUSTOMER
from xlcrm.sheets.files import open_book

OLD = """序号,单位名称,联系人,手机,座机,行业,人员规模,来源,年营业额（元）,联系人2,联系人2电话,传真,意向度
1,杭州云川科技有限公司,王丽,13901234561,0571-88012345,餐饮行业,50-99人,百度搜索,12000000,李四,13901234590,0571-88012346,高
2,苏州立新机械厂,陈建国,13712345672,0512-66012345,机械,300多人,自主开发,500000,,,0512-66012346,中
3,北京海纳百川商贸有限公司,赵敏,15812345683,010-62345678,批发,中小型,展会,8000000,,,010-62345679,低
"""


def saved(folder: Path) -> Path:
    path = folder / "旧表.csv"
    path.write_text(OLD, "utf-8-sig")
    return path


def choose(path: Path, headers: dict[str, str], words: dict[str, str]) -> None:
    book = open_book(path)
    for table, key, choices in ((FIELD_MATCHES, "header", headers), (VALUE_MATCHES, "word", words)):
        rows = book.read(table)
        book.write(rows, {"choice": [choices.get(str(cell)) for cell in rows.columns[key]]})
    book.save()


def test_an_old_list_is_taken_over_and_what_is_not_certain_is_listed(run: Run, tmp_path: Path) -> None:
    said = run("new", tmp_path / "新.xlsx", "--from", saved(tmp_path))
    assert said.code == 0
    assert "没有带过来：序号、座机、传真、意向度" in said.out
    assert "2个表头不能确定" in said.out
    assert "2个词不在下拉列表中" in said.out
    book = open_book(tmp_path / "新.xlsx")
    rows = book.read(CUSTOMER)
    assert rows.columns["name"] == ["杭州云川科技有限公司", "苏州立新机械厂", "北京海纳百川商贸有限公司"]
    assert rows.columns["phone"] == ["13901234561", "13712345672", "15812345683"]
    assert rows.columns["size"] == ["小型企业(<100人)", "中型企业(100-500人)", "中小型"]
    assert rows.columns["revenue"] == [1200.0, 50.0, 800.0]
    assert book.read(CONTACT).columns["name"] == ["李四"]
    assert book.read(FIELD_MATCHES).columns["header"] == ["座机", "意向度"]
    assert book.read(VALUE_MATCHES).columns["word"] == ["中小型", "自主开发"]


def test_answers_are_remembered_and_used_the_next_time(run: Run, tmp_path: Path) -> None:
    old, book = saved(tmp_path), tmp_path / "新.xlsx"
    run("new", book, "--from", old)
    choose(book, {"座机": "按建议"}, {"中小型": "按建议", "自主开发": "线上推广"})
    said = run("fields", book)
    assert said.code == 1
    assert said.out.splitlines() == ["已记住1个表头、2个词，以后不再问；请重新汇总或重新导入，结果就会用上。", "还有1行没有选择。"]
    choose(book, {"意向度": "不导入"}, {})
    assert run("fields", book, "--json").data == {"headers": 1, "words": 0, "undecided": 0}
    assert run("--lang", "en", "fields", book).out == "There is nothing to confirm.\n"
    assert "不能确定" not in run("new", book, "--from", old, "--force").out
    rows = open_book(book).read(CUSTOMER)
    assert rows.columns["phone"] == ["13901234561；0571-88012345", "13712345672；0512-66012345", "15812345683；010-62345678"]
    assert rows.columns["source"] == ["百度搜索", "线上推广", "展会"]
    assert rows.columns["size"] == ["小型企业(<100人)", "中型企业(100-500人)", "小型企业(<100人)"]


def test_only_our_own_workbooks_hold_answers(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "别家.xlsx"
    from xlsxwriter import Workbook

    with Workbook(path) as book:
        book.add_worksheet().write_row(0, 0, ["客户名称", "联系人"])
    said = run("fields", path)
    assert (said.code, "没有“字段匹配”" in said.err) == (2, True)
    assert not (tmp_path / "别家.已校验.xlsx").exists()
