"""Every command of the documentation: it exists with its options, and what can be run is run, in a small firm of its own.

Three kinds, by where a command stands:

- in a sentence, or in the text of a table: its name, action and options are looked up in the real parsers, and it is parsed; what it
  leaves out (a sentence names a part) or stands for (NAME, GX…) counts as there;
- first in a row of README.zh.md's table of commands: run row by row, with the words of ``STANDS_FOR`` and ``BESIDES``;
- in a block of code: parsed as it stands. A block that says who types it (```sh as 张三) is run by that person, all blocks of a page one
  after the other. A command that is in no such block needs a reason in ``NOT_RUN``.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.cli.documented import DOCUMENTS, ROOT, Block, blocks, fault, mentions, rows
from xlcrm.cli import COMMANDS
from xlcrm.model.rows import Cell
from xlcrm.sheets import template

NOT_RUN = {
    r"postgresql:|团队库": "needs a server of this name; tests/store and test_cli_login.py run these against real ones",
    r"folder:": "the fingerprint is compared at the terminal; test_cli_folder.py does",
    r"^restore FOLDER": "a pattern; the administrators' handbook restores",
    r"^(store use|whoami)": "is about a store of the two kinds above",
    r"^watch": "goes on until it is stopped; run with --once",
    r"^key": "asks for the printed passphrase or shows it once; test_cli_keys.py",
    r"^mail": "needs a mail server and its password; test_cli_mail.py",
    r"^addin": "changes the office program of the machine; tests/addin",
    r"^remind": "stands in a task of the system",
}
"""Commands (as written) that are parsed only, and why."""
STANDS_FOR = {
    "工作簿.xlsx": "客户.xlsx", "文件夹": "交来的表", "关键字": "海河", "客户": "CX2025030001", "保留的客户": "CX2025030001",
    "并入的客户": "CX2025030002", "字段": "联系方式", "编号": "", "姓名": "赵敏", "地址": "sqlite:///恢复.db",
}  # fmt: skip
"""What is typed for a word that stands for something; blank: it is left out."""
BESIDES = {
    "new": ["--from", "名单.csv"], "handover": ["--to", "李芳", "--reason", "离职交接"], "reveal": ["--reason", "回电"], "merge": ["--dry-run"],
    "void": ["--reason", "重复登记"], "erase": ["--propose", "--reason", "本人要求"], "watch": ["--once"],
}  # fmt: skip
"""What a row of the table leaves to the text beside it."""
ELSEWHERE = {
    "addin": "changes the office program of the machine; tests/addin",
    "demo": "takes seconds; test_cli_journey.py",
}
"""Rows that are not run."""


def _be(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Act as a colleague from now on."""
    monkeypatch.setenv("LOGNAME", name)
    monkeypatch.setenv("XLCRM_PERSON", name)


@pytest.fixture
def firm(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Seven colleagues, three customers of 张三's, a list, a folder of delivered lists, places for backups and a share."""
    _be(monkeypatch, "赵敏")
    for name, role in {
        "张三": "entry",
        "李芳": "entry",
        "李四": "reviewer",
        "王五": "steward",
        "孙七": "manager",
        "周八": "finance",
    }.items():
        assert run("people", "--add", name, "--roles", role, "--department", "销售部").code == 0
    names = ["深圳市海河电子有限公司", "南京青禾食品有限公司", "杭州云溪软件有限公司"]
    columns: dict[str, list[Cell]] = {
        "name": [*names], "contact": ["王小明", "李芳", "陈静"], "phone": ["13912345678", "025-84456677", "13700001111"],
        "industry": ["专用设备制造业", "食品制造业", "软件和信息技术服务业"], "size": ["中型企业(100-500人)"] * 3,
        "contact_title": ["采购总监", "总经理", "经理"], "source": ["展会拜访", "转介绍", "官网注册"],
        "first_contact": [datetime(2025, 3, 12)] * 3, "status": ["意向客户", "潜在客户", "意向客户"], "budget": [20.0, 5.0, 12.0],
    }  # fmt: skip
    template.build(tmp_path / "我的客户.xlsx", "zh", {"customer": columns})
    _be(monkeypatch, "张三")
    assert run("submit", "我的客户.xlsx").code == 0
    _be(monkeypatch, "赵敏")
    for place in ("交来的表/李芳", "备份", "共享"):
        (tmp_path / place).mkdir(parents=True)
    for place in ("名单.csv", "交来的表/李芳/客户.csv"):
        lines = [
            "单位,联系人,手机,状态",
            "上海远山贸易有限公司,赵强,13655556666,意向客户",
            "深圳市海河电子有限公司,王小明,13912345678,意向客户",
        ]
        (tmp_path / place).write_text("\n".join(lines), "utf-8")
    return run


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_command_that_is_named_exists(document: Path) -> None:
    text = document.read_text("utf-8")
    faults = [(" ".join(words), said) for words in mentions(text) if (said := fault(words, whole=False))]
    faults += [
        (" ".join(words), said) for block in blocks(text) for words in block.commands if (said := fault(words, whole=True))
    ]
    assert faults == []


def test_a_command_or_option_that_is_not_there_is_found() -> None:
    text = "`xlcrm sbumit a.xlsx`, `xlcrm new a.xlsx --form b.csv`, `xlcrm tags drop A` `xlcrm show` `xlcrm tasks [a.xlsx]`\n\n"
    text += "| `xlcrm audit verify` | `--until DAY`, `keep YEARS`, `burn LOG` |\n\n```\nxlcrm show\nExec=/bin/xlcrm rmind\n```\n"
    found = [" ".join(words) for words in mentions(text) if fault(words, whole=False)]
    found += [" ".join(words) for block in blocks(text) for words in block.commands if fault(words, whole=True)]
    assert found == ["sbumit a.xlsx", "new a.xlsx --form b.csv", "tags drop A", "audit burn LOG", "show", "rmind"]


def test_what_is_not_run_has_a_reason() -> None:
    found = [block for document in DOCUMENTS for block in blocks(document.read_text("utf-8")) if not _who(block)]
    said = {" ".join(words) for block in found for words in block.commands}
    assert {one for one in said if not any(re.search(reason, one) for reason in NOT_RUN)} == set()
    assert {reason for reason in NOT_RUN if not any(re.search(reason, one) for one in said)} == set(), "reasons for nothing"


def _who(block: Block) -> str:
    """Who types the commands of ``block``; "" where nobody is named."""
    return block.info.removeprefix("as ") if block.info.startswith("as ") else ""


def test_the_rows_of_the_readme_run(firm: Run) -> None:
    """Those of the Chinese one; the English one has the same commands in the same order."""
    chinese, english = (rows((ROOT / readme).read_text("utf-8")) for readme in ("README.zh.md", "README.md"))
    assert [words[0] for words in chinese] == [words[0] for words in english]
    assert {words[0] for words in chinese} == set(COMMANDS)
    for words in chinese:
        if words[0] not in ELSEWHERE:
            typed = [meant for word in words if (meant := STANDS_FOR.get(word, word))]
            said = firm(*typed, *BESIDES.get(words[0], ()))
            assert said.code in (0, 1), f"xlcrm {' '.join(typed)}: {said.err}"


_RUN = [document for document in DOCUMENTS if any(map(_who, blocks(document.read_text("utf-8"))))]


@pytest.mark.parametrize("document", _RUN, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_blocks_of_a_page_run(document: Path, firm: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    for block in blocks(document.read_text("utf-8")):
        for words in block.commands if _who(block) else ():
            _be(monkeypatch, _who(block))
            said = firm(*words)
            assert said.code in (0, 1), f"xlcrm {' '.join(words)}: {said.err}"
