"""汇总多表 over files of every kind: what the store holds in the end, and that repeating changes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from tests.jobs import messy
from tests.jobs.conftest import NOW, Office
from xlcrm.jobs.consolidate import Consolidation, consolidate, say
from xlcrm.jobs.submit import Count, Submission
from xlcrm.model.resultsheets import CONFLICTS, PATTERNS, PROVENANCE, RIVALS
from xlcrm.model.rows import Cell
from xlcrm.model.tables import BY_KEY, CUSTOMER
from xlcrm.sheets.files import open_book


@pytest.fixture
def team(office: Office) -> Office:
    for name in ("王芳", "李强", "陈静", "周杰"):
        office.person(name, "entry")
    return office


def gathered(office: Office, *files: Path, until: str = "", skip: Sequence[Path] = ()) -> Consolidation:
    return consolidate(files, office.store, office.context(), replace(office.rulebook(), old=True), lambda *_: None, until=until, skip=skip)


def written(office: Office, out: Path, *files: Path) -> Consolidation:
    done = gathered(office, *files)
    done.write(out, "zh", {"person": "赵敏"})
    return done


def submitted(office: Office, out: Path) -> Submission:
    book = open_book(out)
    from xlcrm.jobs.submit import submit

    done = submit(book, office.store, office.context(), replace(office.rulebook(), old=True))
    assert sum(done.total.values()) == done.rows
    return done


def through(office: Office, out: Path, *files: Path) -> Submission:
    written(office, out, *files)
    return submitted(office, out)


def choose(out: Path, table: str, key: str, *choices: Cell) -> None:
    """Fill in a column of a result sheet, from its first row on."""
    book = open_book(out)
    rows = book.read(BY_KEY[table])
    column = [*choices, *rows.columns[key][len(choices) :]]
    book.write(rows, {key: column})
    book.save()


def held(office: Office, name: str) -> dict[str, str | None]:
    return next(values for values in office.customers().values() if values["name"] == name)


def names(office: Office) -> list[str]:
    return sorted(str(values["name"]) for values in office.customers().values())


def test_thirty_files_end_in_what_was_worked_out_by_hand(team: Office, tmp_path: Path) -> None:
    files = messy.deliver(tmp_path / "交来的表", tmp_path / "别处")
    assert len(files) > 30
    out = tmp_path / "汇总.xlsx"
    done = written(team, out, tmp_path / "交来的表")
    assert sorted(one.name for one in done.deliveries) == files, "every file has its verdict"
    states = {Path(one.name).name: one.state for one in done.deliveries}
    assert {name for name, state in states.items() if state == "skipped"} == messy.SKIPPED | {"链接.xlsx"}
    assert {name for name, state in states.items() if state == "failed"} == messy.FAILED
    assert states["标题在上 (2).xlsx"] == "same" or states["标题在上.xlsx"] == "same"
    assert all(one.reason for one in done.deliveries if one.state != "read")
    stored = submitted(team, out)
    assert stored.counts["customer"][Count.NEW] == len(messy.TRUTH)
    assert stored.total[Count.REFUSED] == stored.total[Count.WAITING] == 0
    assert names(team) == sorted(messy.TRUTH)
    people = {one.rid: one.name for one in team.store.people()}
    for name, wanted in messy.TRUTH.items():
        found = held(team, name) | {"owner": people[held(team, name)["owner"] or ""]}
        assert {key: found[key] for key in wanted} == wanted, name
    talks = list(team.store.scan("interaction"))
    assert [one.values["topic"] for one in talks] == ["报价"]

    again = written(team, tmp_path / "再汇总.xlsx", tmp_path / "交来的表")
    assert (again.new, again.changed) == (0, 0)
    before = team.customers()
    once_more = submitted(team, tmp_path / "再汇总.xlsx")
    assert once_more.total[Count.UNCHANGED] == once_more.rows
    assert once_more.head == "", "nothing was written"
    assert team.customers() == before


def test_every_value_can_be_traced_to_its_cell(team: Office, tmp_path: Path) -> None:
    messy.deliver(tmp_path / "交来的表", tmp_path / "别处")
    out = tmp_path / "汇总.xlsx"
    through(team, out, tmp_path / "交来的表")
    book = open_book(out)
    rows = book.read(PROVENANCE)
    haihe = [row for row in range(len(rows)) if rows.cell(row, "name") == "深圳市海河电子有限公司" and rows.cell(row, "sheet") != "客户互动记录表"]
    files = {str(rows.cell(row, "file")): str(rows.cell(row, "taken")) for row in haihe}
    assert set(files) == {"王芳/客户表.xlsx", "王芳/展会名片.xlsx"}
    assert "电子邮箱" in files["王芳/展会名片.xlsx"]
    rid = next(one.rid for one in team.store.scan("customer") if one.values["name"] == "西安古都文化传媒有限公司")
    entry = team.store.history(rid)[0]
    assert entry.kind == "import"
    assert entry.place in ("标题在上.xlsx Sheet1!A5", "标题在上 (2).xlsx Sheet1!A5")


def simple(path: Path, phone: str = "13927661183", saved: datetime = messy.SAVED, **more: str) -> Path:
    """A list with one customer."""
    titles = {"contact": "联系人", "source": "客户来源", "budget": "年预算(万元)", "product": "产品", "owner": "负责人", "remark": "备注"}
    cells = {"contact": "王小明", **more}
    messy.plain(path, [("深圳市海河电子有限公司", phone, *cells.values())], ("客户名称", "手机", *(titles[key] for key in cells)))
    messy.stamp(path, saved)
    return path


LATER = datetime(2025, 3, 5, 9, 0)
LATEST = datetime(2025, 3, 9, 9, 0)


def test_a_changed_file_brings_only_its_changes(team: Office, tmp_path: Path) -> None:
    path = simple(tmp_path / "王芳.xlsx", product="传感器", source="转介绍")
    through(team, tmp_path / "1.xlsx", path)
    simple(path, saved=LATER, product="控制器", source="转介绍")
    done = through(team, tmp_path / "2.xlsx", path)
    assert done.total[Count.UPDATED] == 1
    assert held(team, "深圳市海河电子有限公司")["product"] == "控制器"
    rid = next(one.rid for one in team.store.scan("customer"))
    assert set(team.store.history(rid)[-1].after) == {"product"}


def test_what_was_changed_in_the_store_stands_against_a_file_that_says_what_it_said(team: Office, tmp_path: Path) -> None:
    path = simple(tmp_path / "王芳.xlsx", product="传感器", remark="a")
    through(team, tmp_path / "1.xlsx", path)
    edit(team, product="仪表")
    simple(path, saved=LATER, product="传感器", remark="b")
    through(team, tmp_path / "2.xlsx", path)
    found = held(team, "深圳市海河电子有限公司")
    assert (found["product"], found["remark"]) == ("仪表", "b")


def edit(office: Office, **values: str) -> None:
    """A colleague changes the customer in the store."""
    from xlcrm.model.operation import Change, Operation

    record = next(office.store.scan("customer"))
    office.store.apply(Operation("submit", [Change("customer", record.rid, record.rid, dict(values), record.version)]), office.context())


@pytest.mark.parametrize("name", ["王芳.xlsx", "王芳 旧.xlsx", "王芳0301.xlsx"])
def test_an_older_copy_never_undoes_a_newer_one(team: Office, tmp_path: Path, name: str) -> None:
    through(team, tmp_path / "1.xlsx", simple(tmp_path / "王芳.xlsx", "13927661183", LATER, product="控制器", budget="20"))
    (tmp_path / "旧").mkdir()
    older = simple(tmp_path / "旧" / name, "13726645512", messy.SAVED, product="传感器", budget="10", source="转介绍")
    through(team, tmp_path / "2.xlsx", older)
    found = held(team, "深圳市海河电子有限公司")
    assert len(team.customers()) == 1
    assert (found["phone"], found["product"], found["budget"]) == ("+8613927661183", "控制器", "20.00")


def test_an_older_copy_that_was_taken_in_before_says_nothing_new(team: Office, tmp_path: Path) -> None:
    path = simple(tmp_path / "王芳.xlsx", product="传感器")
    through(team, tmp_path / "1.xlsx", path)
    old = path.read_bytes()
    through(team, tmp_path / "2.xlsx", simple(path, saved=LATER, product="控制器"))
    path.write_bytes(old)
    messy.stamp(path, messy.SAVED)
    done = written(team, tmp_path / "3.xlsx", path)
    assert (done.new, done.changed) == (0, 0)
    assert held(team, "深圳市海河电子有限公司")["product"] == "控制器"


def test_a_file_that_goes_back_to_what_it_said_is_believed(team: Office, tmp_path: Path) -> None:
    path = simple(tmp_path / "王芳.xlsx", product="传感器")
    through(team, tmp_path / "1.xlsx", path)
    through(team, tmp_path / "2.xlsx", simple(path, saved=LATER, product="控制器"))
    through(team, tmp_path / "3.xlsx", simple(path, saved=LATEST, product="传感器"))
    assert held(team, "深圳市海河电子有限公司")["product"] == "传感器"


def test_two_people_who_edit_one_customer_are_a_conflict_with_both_sources(team: Office, tmp_path: Path) -> None:
    one, two = tmp_path / "王芳.xlsx", tmp_path / "李强.xlsx"
    simple(one, product="传感器")
    simple(two, saved=LATER, product="传感器", budget="20")
    through(team, tmp_path / "1.xlsx", one, two)
    simple(one, saved=LATER, product="控制器")
    simple(two, saved=LATEST, product="仪表", budget="20")
    out = tmp_path / "2.xlsx"
    done = written(team, out, one, two)
    assert done.asked["conflicts"] == 1
    rows = open_book(out).read(CONFLICTS)
    assert {str(rows.cell(0, "mine_from")), str(rows.cell(0, "theirs_from"))} == {"王芳.xlsx Sheet1!D2", "李强.xlsx Sheet1!D2"}
    waiting = submitted(team, out)
    assert waiting.total[Count.WAITING] == 1
    assert held(team, "深圳市海河电子有限公司")["product"] == "传感器"
    assert len(open_book(out).read(CONFLICTS)) == 1, "it is still asked"
    choose(out, "conflict", "choice", "用本表的")
    assert submitted(team, out).total[Count.UPDATED] == 1
    assert held(team, "深圳市海河电子有限公司")["product"] == rows.cell(0, "mine")
    assert len(open_book(out).read(CONFLICTS)) == 0


def test_a_file_and_the_store_that_were_both_changed_are_a_conflict(team: Office, tmp_path: Path) -> None:
    path = simple(tmp_path / "王芳.xlsx", product="传感器")
    through(team, tmp_path / "1.xlsx", path)
    edit(team, product="仪表")
    out = tmp_path / "2.xlsx"
    done = written(team, out, simple(path, saved=LATER, product="控制器"))
    rows = open_book(out).read(CONFLICTS)
    assert done.asked["conflicts"] == len(rows) == 1
    assert (rows.cell(0, "mine"), rows.cell(0, "theirs"), rows.cell(0, "changed_by")) == ("控制器", "仪表", "赵敏")
    choose(out, "conflict", "choice", "用客户库的")
    submitted(team, out)
    assert held(team, "深圳市海河电子有限公司")["product"] == "仪表"


def test_one_choice_holds_for_all_conflicts_alike(team: Office, tmp_path: Path) -> None:
    one, two = tmp_path / "王芳.xlsx", tmp_path / "李强.xlsx"
    for path, source in ((one, "展会拜访"), (two, "转介绍")):
        messy.plain(path, [("深圳市海河电子有限公司", "王小明", "13927661183", source), ("南京青禾食品有限公司", "李芳", "13855271399", source)], ("客户名称", "联系人", "手机", "客户来源"))
        messy.stamp(path)
    out = tmp_path / "汇总.xlsx"
    done = written(team, out, one, two)
    assert done.asked["conflicts"] == 1
    assert len(open_book(out).read(CONFLICTS)) == 2
    choose(out, "conflict", "choice", "用客户库的")
    assert submitted(team, out).total[Count.NEW] == 2
    assert {held(team, name)["source"] for name in names(team)} == {"referral"}


def test_differing_owners_go_to_the_manager_and_hold_nobody_up(team: Office, tmp_path: Path) -> None:
    one = simple(tmp_path / "王芳.xlsx", product="传感器", budget="5")
    two = simple(tmp_path / "李强.xlsx", saved=LATER)
    out = tmp_path / "汇总.xlsx"
    done = written(team, out, one, two)
    assert done.asked["rivals"] == 1 and done.decisions == 0
    rows = open_book(out).read(RIVALS)
    assert {str(rows.cell(0, "owner")), str(rows.cell(0, "other"))} == {"王芳", "李强"}
    choose(out, "rival", "decision", "陈静")
    assert submitted(team, out).total[Count.NEW] == 1
    people = {one.rid: one.name for one in team.store.people()}
    assert people[held(team, "深圳市海河电子有限公司")["owner"] or ""] == "陈静"


def test_an_owner_whom_nobody_knows_is_told(team: Office, tmp_path: Path) -> None:
    rows = [("深圳市海河电子有限公司", "13927661183", "小王"), ("南京青禾食品有限公司", "13801234560", "小王"), ("宁波东港机械制造有限公司", "13811234561", "李强")]
    messy.plain(tmp_path / "王芳.xlsx", rows, ("客户名称", "手机", "负责人"))
    done = gathered(team, tmp_path)
    assert done.columns[CUSTOMER.key]["owner"] == ["王芳", "王芳", "李强"]
    assert any("小王（2行）" in sentence and "people --add" in sentence for sentence in say.sentences(done, "zh"))
    team.person("小王", "entry")
    again = gathered(team, tmp_path)
    assert again.columns[CUSTOMER.key]["owner"] == ["小王", "小王", "李强"] and not again.strangers


def test_one_decision_about_a_pattern_holds_for_all_pairs_alike(team: Office, tmp_path: Path) -> None:
    header = ("客户名称", "联系人", "手机")
    messy.plain(tmp_path / "王芳.xlsx", [("深圳市海河电子有限公司", "王小明", "13927661183"), ("南京青禾食品有限公司", "李芳", "13855271399")], header)
    messy.plain(tmp_path / "李强.xlsx", [("深圳市海河电子有限公司", "周涛", "13726645513"), ("南京青禾食品有限公司", "何平", "13688213907")], header)
    out = tmp_path / "汇总.xlsx"
    done = written(team, out, tmp_path / "王芳.xlsx", tmp_path / "李强.xlsx")
    assert (len(done.matches), done.asked["patterns"]) == (2, 1)
    assert len(open_book(out).read(PATTERNS)) == 1
    assert submitted(team, out).total == {Count.NEW: 2, Count.UPDATED: 0, Count.UNCHANGED: 0, Count.REFUSED: 0, Count.WAITING: 2}
    choose(out, "pattern", "decision", "添加联系人")
    submitted(team, out)
    assert len(team.customers()) == 2
    assert sorted(str(one.values["name"]) for one in team.store.scan("contact")) == ["何平", "周涛"]


def test_tags_and_further_contacts_in_a_customers_row_become_records_of_their_own_once(team: Office, tmp_path: Path) -> None:
    header = ("客户名称", "联系人", "手机", "标签", "联系人2", "联系人2手机")
    rows = [
        ("深圳市海河电子有限公司", "王小明", "13927661183", "制造业、重点客户，没见过的词", "何平", "13688213907"),
        ("南京青禾食品有限公司", "李芳", "13855271399", "重点客户", None, None),
    ]
    out = tmp_path / "汇总.xlsx"
    for file in ("王芳.xlsx", "王芳 副本.xlsx"):  # the copy says the same again
        messy.plain(tmp_path / file, rows, header)
        done = written(team, out, tmp_path / file)
        assert done.asked["words"] == 1
        submitted(team, out)
    words = team.rulebook().vocabulary("tag")
    assert sorted(words.label(str(one.values["name"]), "zh") for one in team.store.scan("tag")) == ["制造业", "重点客户", "重点客户"]
    assert [one.values["name"] for one in team.store.scan("contact")] == ["何平"]


def test_the_losing_value_is_kept_with_its_source(team: Office, tmp_path: Path) -> None:
    one = simple(tmp_path / "王芳.xlsx", product="传感器", budget="5")
    two = simple(tmp_path / "王芳 手机.xlsx", saved=LATER, product="控制器")
    through(team, tmp_path / "汇总.xlsx", one, two)
    record = next(team.store.scan("customer"))
    kept = team.store.kept([record.rid])[record.rid]
    assert record.values["product"] == "传感器", "the more complete one wins"
    assert [(one.field, one.value, one.origin) for one in kept] == [("product", "控制器", "王芳 手机.xlsx Sheet1!D2")]


def test_who_delivered_and_who_did_not(team: Office, tmp_path: Path) -> None:
    simple(tmp_path / "王芳.xlsx", saved=LATEST)
    (tmp_path / "李强.xlsx").write_bytes(b"")
    done = gathered(team, tmp_path / "王芳.xlsx", tmp_path / "李强.xlsx", until="2025-03-05")
    progress = done.columns["collection"]
    states = dict(zip(progress["person"], progress["state"], strict=True))
    assert states == {"王芳": "已交", "李强": "已交，有问题", "陈静": "未交", "周杰": "未交", "赵敏": "未交"}
    notes = dict(zip(progress["person"], progress["note"], strict=True))
    assert "截止" in str(notes["王芳"])


def test_lists_of_one_name_in_two_folders_and_tables_side_by_side_stay_apart(team: Office, tmp_path: Path) -> None:
    header = ("客户名称", "联系人", "手机", None, "客户名称", "联系人", "手机")
    one, two = ("南京青禾食品有限公司", "李芳", "13855271399"), ("成都锦程物流有限公司", "张伟", "13855271304")
    messy.plain(tmp_path / "王芳" / "客户.xlsx", [(*one, None, *two)], header)
    messy.plain(tmp_path / "李强" / "客户.xlsx", [("青岛蓝湾酒店管理有限公司", "刘洋", "13855271305")], header[:3])
    out = tmp_path / "汇总.xlsx"
    done = through(team, out, tmp_path / "王芳" / "客户.xlsx", tmp_path / "李强" / "客户.xlsx")
    assert done.total[Count.NEW] == 3
    people = {one.rid: one.name for one in team.store.people()}
    found = {str(one.values["name"])[:2]: (one.origin, people[one.values["owner"] or ""]) for one in team.store.scan("customer")}
    assert found == {
        "南京": ("王芳/客户.xlsx Sheet1!A2", "王芳"),
        "成都": ("王芳/客户.xlsx Sheet1!E2", "王芳"),
        "青岛": ("李强/客户.xlsx Sheet1!A2", "李强"),
    }
    assert len({one.token for one in team.store.imports(one.rid for one in team.store.scan("customer"))}) == 3


def test_a_dry_look_changes_nothing(team: Office, tmp_path: Path) -> None:
    gathered(team, simple(tmp_path / "王芳.xlsx"))
    assert team.customers() == {}
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".xlsx"] == ["王芳.xlsx"]


def test_an_undone_import_may_be_taken_in_again(team: Office, tmp_path: Path) -> None:
    from xlcrm.model.operation import Change, Operation

    path = simple(tmp_path / "王芳.xlsx")
    done = through(team, tmp_path / "1.xlsx", path)
    record = next(team.store.scan("customer"))
    team.store.apply(Operation("undo", [Change("customer", record.rid, record.rid, {}, record.version, state="void")], reverses=done.operation), team.context(moment=NOW))
    again = through(team, tmp_path / "2.xlsx", path)
    assert again.total[Count.NEW] == 1


def test_the_rows_of_the_book_are_those_of_the_customers(team: Office, tmp_path: Path) -> None:
    out = tmp_path / "汇总.xlsx"
    written(team, out, simple(tmp_path / "王芳.xlsx"))
    rows = open_book(out).read(CUSTOMER)
    assert [rows.cell(0, key) for key in ("name", "owner", "origin", "submit_status")] == ["深圳市海河电子有限公司", "王芳", "王芳.xlsx Sheet1!A2", "未提交"]
