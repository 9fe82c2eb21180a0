"""xlcrm tags, xlcrm feedback and xlcrm store set, as somebody types them."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run
from tests.jobs.conftest import customer
from xlcrm.model.rows import Cell
from xlcrm.sheets import template

NAME = "深圳市海河电子有限公司"


def stored(run: Run, tmp_path: Path) -> Path:
    path = tmp_path / "客户.xlsx"
    row: dict[str, Cell] = {**customer(NAME), "province": "广东省"}
    tags: dict[str, Cell] = {"customer": NAME, "type": "需求", "name": "碳中和"}
    feed: dict[str, Cell] = {"customer": NAME, "type": "投诉", "content": "发货晚了三天", "raised_on": "2025-03-11", "due": "2025-03-11"}
    rows = {"customer": row, "tag": tags, "feedback": feed}
    template.build(path, "zh", {key: {name: [cell] for name, cell in of.items()} for key, of in rows.items()})
    assert run("submit", path).code == 0
    return path


def test_the_library_is_kept_by_command(run: Run, tmp_path: Path) -> None:
    path = stored(run, tmp_path)
    assert "样板客户" in run("tags", "add", "价值", "样板客户", "--synonyms", "标杆、示范").out
    assert run("tags", "add", "价值", "样板客户").code == 2
    assert run("tags", "retire", "直客").code == run("tags", "exclude", "制造业", "金融业").code == 0
    assert "改了1个客户" in run("tags", "merge", "碳中和", "需求/降低成本").out
    listed = {line["name"]: line for line in run("tags", "list", "--json").data}
    assert (listed["降低成本"]["uses"], listed["直客"]["state"], listed["制造业"]["excludes"]) == (1.0, "已停用", "金融业")
    assert run("tags", "retire", "直客", "--undo").code == 0
    shown = run("tags", "--lang", "en", "list").out
    assert "Went into Lower cost" in shown and "Direct customer" in shown and "Retired" not in shown
    computed = run("tags", "compute")
    assert "华南区域：1个客户" in computed.out
    assert "已写入3个标签" in run("tags", "compute", "--apply").out
    assert "都不需要改动" in run("tags", "compute").out
    assert run("validate", path).code == 1, "the row still says the old word, and is told the new one"


def test_feedback_is_listed_with_its_state(run: Run, tmp_path: Path) -> None:
    stored(run, tmp_path)
    said = run("feedback", "list")
    assert said.code == 1 and "已逾期" in said.out and "FK2025030001" in said.out and NAME in said.out
    assert run("feedback").out == run("feedback", "list", "--mine").out == said.out
    assert run("feedback", "groups").code == 0
    assert run("feedback", "groups", "--least", "1", "--json").out.strip() == "[]"


def test_a_team_sets_what_holds_for_everybody(run: Run, tmp_path: Path) -> None:
    stored(run, tmp_path)
    assert "review = double" in run("store", "set", "review", "double").out
    assert run("store", "settings", "--json").data["review"] == "double"
    assert run("store", "set", "review").code == 0
    assert run("store", "settings", "--json").data["review"] == "single"
    assert "single | double" in run("store", "set", "review", "maybe").err
    assert run("store", "set", "nothing", "1").code == 2
