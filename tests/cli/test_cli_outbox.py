"""提交 while the team's store is away: the rows wait sealed on this machine and go out exactly once."""

from __future__ import annotations

import os
import shutil
import zlib
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest

from tests.cli.conftest import Run
from tests.crypto.test_crypto import PlaintextKeyring, Safe
from tests.jobs.conftest import cells, customer, put
from tests.store.cluster import ADMIN, Cluster
from tests.store.proxy import Proxy
from xlcrm import app, ribbon
from xlcrm.addin import libreoffice
from xlcrm.jobs.settings import Settings, save
from xlcrm.model.rows import Cell
from xlcrm.sheets import template
from xlcrm.sheets.files import open_book
from xlcrm.sheets.memory import MemoryBook

PLANTED = ("深圳市海河电子有限公司", "王小明", "13912345678", "李芳", "84456677")


@pytest.fixture
def way(cluster: Cluster) -> Iterator[Proxy]:
    proxy = Proxy(cluster.folder / f".s.PGSQL.{cluster.port}")
    yield proxy
    proxy.close()


@pytest.fixture
def database(cluster: Cluster) -> str:
    return cluster.database()


@pytest.fixture
def store(run: Run, way: Proxy, database: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """A team's store, reached once by this machine, over a way that can break."""
    url = f"postgresql://{ADMIN}@127.0.0.1:{way.port}/{database}"
    assert run("store", "init", url).code == 0
    monkeypatch.setenv("XLCRM_STORE", url)
    return url


def outbox(folder: Path) -> list[Path]:
    return sorted((folder / "home" / "outbox").glob("*.parcel"))


def planted(folder: Path) -> list[str]:
    """The words of the workbook that stand in the files of ``folder``."""
    everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    return [word for word in PLANTED if word.encode() in everything or word.encode("utf-16-le") in everything]


def statuses(book: Path) -> list[Cell]:
    return cells(open_book(book), "submit_status")


def numbers(book: Path) -> list[Cell]:
    return cells(open_book(book), "number")


def edit(path: Path, row: int, **values: Cell) -> None:
    book = open_book(path)
    put(book, row, "customer", **values)
    book.save()


def test_while_the_store_is_away_rows_wait_sealed_and_the_sheet_says_so(
    run: Run, store: str, way: Proxy, clean: Path, tmp_path: Path
) -> None:
    way.cut = "away"
    said = run("submit", clean)
    assert said.code == 1 and "2行已加密存在本机" in said.out and "请勿重复提交" in said.out, said.err
    assert statuses(clean) == ["待发送", "待发送"]
    (parcel,) = outbox(tmp_path)
    content = parcel.read_bytes()
    assert not planted(tmp_path / "home") and zlib.compress(b"x")[:2] not in content[:60]
    listed = run("outbox", "list")
    assert listed.code == 1 and "干净.xlsx  2行" in listed.out
    validated = run("validate", clean)
    assert validated.code == 0 and "没有核对同事的名字" in validated.err
    assert statuses(clean) == ["待发送", "待发送"]
    still = run("outbox", "send", "--lang", "en")
    assert still.code == 1 and "does not answer" in still.err and len(outbox(tmp_path)) == 1
    way.cut = ""
    sent = run("outbox", "send")
    assert sent.code == 0 and "新增2" in sent.out and "发件箱是空的" in sent.out
    assert not planted(tmp_path / "home") and not any(word in said.out + sent.out for word in PLANTED)
    assert run("store", "status", "--json").data["records"]["customer"] == 2
    again = run("submit", clean)
    assert again.code == 0 and "无变化2" in again.out and not planted(tmp_path / "home")
    assert statuses(clean) == ["已提交", "已提交"] and all(numbers(clean))
    edit(clean, 0, remark="住在海河边")
    assert run("submit", clean).code == 0
    receipt = open_book(clean).setting("receipt")
    assert receipt and not any(word in receipt for word in PLANTED)


def test_rows_wait_also_while_the_server_is_only_just_starting_or_ends_every_login(
    run: Run, store: str, way: Proxy, cluster: Cluster, clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("people", "--add", "李芳", "--account", "outboxer")
    cluster.run("ALTER ROLE outboxer PASSWORD 'geheim'")
    monkeypatch.setenv("XLCRM_STORE", store.replace(ADMIN, "outboxer:geheim"))
    assert run("whoami").code == 0, "reached once"
    way.logins = 100
    said = run("submit", clean)
    assert said.code == 1 and "2行已加密存在本机" in said.out and "连接中断" in said.out + said.err
    way.logins, way.starting = 0, 2
    said = run("submit", clean)
    assert said.code == 1 and "2行已加密存在本机" in said.out and len(outbox(tmp_path)) == 1
    assert run("submit", clean).code == 0 and all(numbers(clean)) and not outbox(tmp_path)


@pytest.mark.parametrize("back", ["send", "submit", "refresh"])
@pytest.mark.parametrize("moment", ["before", "during", "after"])
def test_a_connection_that_breaks_around_the_commit_stores_every_row_exactly_once(
    run: Run,
    store: str,
    way: Proxy,
    cluster: Cluster,
    database: str,
    clean: Path,
    tmp_path: Path,
    moment: str,
    back: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    way.cut = moment
    said = run("submit", clean)
    assert said.code == 1 and "2行已加密存在本机" in said.out and way.cuts == 1, said.err
    stored = cluster.run("SELECT count(*) FROM xlcrm.customer", database=database)[0][0]
    assert stored == (2 if moment == "after" else 0)
    way.cut = ""
    if back == "send":
        assert run("outbox", "send").code == 0
    if back == "refresh":
        save(app.settings_path(), Settings("赵敏"))
        book = open_book(clean)
        assert ribbon.refresh(book), book.said
        assert statuses(clean) == ["已提交", "已提交"]
    done = run("submit", clean)
    assert done.code == 0, done.out + done.err
    assert outbox(tmp_path) == []
    assert statuses(clean) == ["已提交", "已提交"] and len(set(numbers(clean))) == 2
    found = cluster.run("SELECT number FROM xlcrm.customer ORDER BY 1", database=database)
    assert [row[0] for row in found] == sorted(map(str, numbers(clean)))
    writes = "SELECT count(*) FROM xlcrm.entry WHERE \"table\" = 'customer' AND version_to = 1"
    assert cluster.run(writes, database=database) == [(2,)]
    with app.opened(store) as opened:
        assert not opened.verify().faults
    assert not caplog.records, "no library speaks to the person"


def test_sending_again_what_went_out_stores_nothing_twice(run: Run, store: str, way: Proxy, clean: Path, tmp_path: Path) -> None:
    """As after a crash between the commit and taking the parcel out of the box."""
    way.cut = "away"
    run("submit", clean)
    (parcel,) = outbox(tmp_path)
    shutil.copy(parcel, tmp_path / "copy")
    way.cut = ""
    for expected in ("新增2", "无变化2"):
        sent = run("outbox", "send")
        assert sent.code == 0 and expected in sent.out
        shutil.copy(tmp_path / "copy", parcel)
    assert "无变化2" in run("submit", clean).out and outbox(tmp_path) == []
    assert run("store", "status", "--json").data["records"]["customer"] == 2


def test_what_was_edited_while_waiting_goes_out_as_it_is_now(
    run: Run, store: str, way: Proxy, clean: Path, tmp_path: Path
) -> None:
    way.cut = "away"
    run("submit", clean)
    edit(clean, 0, remark="电话里说的")
    said = run("submit", clean)
    assert "2行已加密存在本机" in said.out and len(outbox(tmp_path)) == 1
    edit(clean, 1, name="南京青禾食品股份有限公司")
    way.cut = ""
    done = run("submit", clean)
    assert done.code == 0 and "新增2" in done.out and outbox(tmp_path) == []
    assert "南京青禾食品股份有限公司" in run("show", "青禾").out
    assert "电话里说的" in run("show", "海河").out


def test_rows_taken_out_of_the_sheet_are_not_lost(run: Run, store: str, way: Proxy, clean: Path, tmp_path: Path) -> None:
    way.cut = "away"
    run("submit", clean)
    book = open_book(clean)
    rows = book.read(book.tables()[0])
    book.write(rows, {key: [None, column[1]] for key, column in rows.columns.items()})
    book.save()
    way.cut = ""
    done = run("submit", clean)
    assert done.code == 0 and "新增2" in done.out
    assert sorted(map(str, cells(open_book(clean), "name"))) == ["南京青禾食品有限公司", "深圳市海河电子有限公司"]
    assert outbox(tmp_path) == []


def test_what_the_world_has_overtaken_comes_back_as_a_finding(
    run: Run, store: str, way: Proxy, cluster: Cluster, database: str, clean: Path, tmp_path: Path
) -> None:
    way.cut = "away"
    run("submit", clean)
    theirs = tmp_path / "同事.xlsx"
    row: dict[str, list[Cell]] = {
        "name": ["深圳海河电子有限公司"],
        "contact": ["王小明"],
        "phone": ["13912345678"],
        "industry": ["专用设备制造业"],
    }
    template.build(theirs, "zh", {"customer": row})
    direct = cluster.url(database)
    run("submit", theirs, "--store", direct)
    way.cut = ""
    sent = run("outbox", "send")
    assert sent.code == 1 and "新增1" in sent.out and "待处理1" in sent.out and "再提交一次" in sent.out
    assert "深圳市海河电子有限公司" in sent.out and "可能与" in sent.out, sent.out
    assert run("outbox", "list", "--json").data[0]["returned"][0][1] == "深圳市海河电子有限公司"
    other = run("submit", theirs)
    assert "发件箱" not in other.err, "what came back waits for a person, not for the next press elsewhere"
    back = run("submit", clean)
    assert back.code == 1 and "待处理1" in back.out
    assert statuses(clean) == ["待确认重复", "已提交"] and outbox(tmp_path) == []


def test_another_workbooks_rows_go_out_with_the_next_submission(
    run: Run, store: str, way: Proxy, clean: Path, tmp_path: Path
) -> None:
    way.cut = "away"
    run("submit", clean)
    second = tmp_path / "第二份.xlsx"
    template.build(second, "zh", {"customer": {"name": ["成都锦程物流有限公司"], "contact": ["张伟"], "phone": ["13812345670"]}})
    way.cut = ""
    done = run("submit", second)
    assert "“干净.xlsx”的2行已发送：新增2" in done.err and "新增1" in done.out
    assert outbox(tmp_path) == [] and "无变化2" in run("submit", clean).out


def test_rows_with_something_wrong_are_refused_at_once(run: Run, store: str, way: Proxy, clean: Path, tmp_path: Path) -> None:
    edit(clean, 0, phone="1391234")
    way.cut = "away"
    said = run("submit", clean)
    assert "1行已加密存在本机" in said.out and "退回1行" in said.out
    assert statuses(clean) == ["已退回", "待发送"]
    edit(clean, 0, phone="13912345678")
    way.cut = ""
    assert "新增2" in run("submit", clean).out and outbox(tmp_path) == []


def test_customers_that_have_a_number_wait_with_what_was_changed_in_them(run: Run, store: str, way: Proxy, clean: Path) -> None:
    run("submit", clean)
    edit(clean, 0, remark="改过")
    way.cut = "away"
    said = run("submit", clean, "--json")
    assert said.data["kept"] == {"rows": 2, "new": 0, "known": 2, "refused": 0}
    assert statuses(clean) == ["已提交", "已提交"]
    way.cut = ""
    assert "更新1" in run("outbox", "send").out
    assert "改过" in run("show", "海河").out
    assert "无变化2" in run("submit", clean).out


def test_a_store_that_was_never_reached_keeps_nothing(run: Run, way: Proxy, clean: Path, tmp_path: Path) -> None:
    content = clean.read_bytes()
    way.cut = "away"
    said = run("submit", clean, "--store", f"postgresql://{ADMIN}@127.0.0.1:{way.port}/nothing", "--lang", "en")
    assert said.code == 2 and "does not answer" in said.err
    assert clean.read_bytes() == content and outbox(tmp_path) == []


def test_without_a_key_to_seal_with_nothing_is_kept(
    run: Run, store: str, way: Proxy, clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(PlaintextKeyring())
    monkeypatch.delenv("XLCRM_KEY")
    way.cut = "away"
    said = run("submit", clean, "--lang", "en")
    keyring.set_keyring(before)
    assert said.code == 2 and "no key to seal" in said.err and len(said.err.splitlines()) == 2
    assert statuses(clean) == [None, None] and outbox(tmp_path) == []


def test_a_parcel_of_another_key_stays_closed_and_can_be_dropped(
    run: Run, store: str, way: Proxy, clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    way.cut = "away"
    run("submit", clean)
    mine = os.environ["XLCRM_KEY"]
    monkeypatch.delenv("XLCRM_KEY")
    before = keyring.get_keyring()
    keyring.set_keyring(Safe())
    for line in (run("outbox", "list").out, run("outbox", "send").out):
        assert "XLCRM_KEY" in line and "打不开" in line and "没有丢" in line
    keyring.set_keyring(before)
    monkeypatch.setenv("XLCRM_KEY", mine)
    assert "2行" in run("outbox", "list").out, "as soon as the variable is back"
    monkeypatch.setenv("XLCRM_KEY", "00" * 64)
    listed = run("outbox", "list", "--lang", "en")
    assert "1 in the outbox were sealed by XLCRM_KEY" in listed.out and "not lost" in listed.out
    assert run("outbox", "drop", "1").code == 1, "nobody to ask"
    unknown = run("outbox", "drop", "2", "--lang", "en")
    assert unknown.code == 2 and "There is no number 2" in unknown.err
    assert len(outbox(tmp_path)) == 1
    assert run("outbox", "drop", "all", "--yes").code == 0
    assert outbox(tmp_path) == [] and run("outbox", "list").code == 0


def test_what_another_key_sealed_is_told_and_stored_once_from_its_workbook(
    run: Run, store: str, way: Proxy, clean: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = os.environ["XLCRM_KEY"]
    way.cut = "away"
    monkeypatch.setenv("XLCRM_KEY", "00" * 64)
    assert "2行已加密存在本机" in run("submit", clean).out
    monkeypatch.setenv("XLCRM_KEY", mine)
    way.cut = ""
    done = run("submit", clean)
    assert done.code == 0 and "新增2" in done.out and "用XLCRM_KEY封存" in done.err and "没有丢" in done.err
    monkeypatch.setenv("XLCRM_KEY", "00" * 64)
    assert len(outbox(tmp_path)) == 1 and "2行" in run("outbox", "list").out
    monkeypatch.setenv("XLCRM_KEY", mine)
    assert run("outbox", "drop", "1", "--yes").code == 0
    assert run("store", "status", "--json").data["records"]["customer"] == 2


def test_what_waited_for_a_customer_that_was_erased_meanwhile_brings_nothing_back(
    run: Run, store: str, way: Proxy, cluster: Cluster, database: str, clean: Path
) -> None:
    run("submit", clean)
    number = str(numbers(clean)[0])
    edit(clean, 0, remark="住在海河边", phone="13987654321")
    way.cut = "away"
    assert "2行已加密存在本机" in run("submit", clean).out
    erased = run("erase", number, "--reason", "本人书面要求", "--confirm", number, "--store", cluster.url(database))
    assert erased.code == 0, erased.err
    way.cut = ""
    assert "更新0，无变化2" in run("outbox", "send").out
    assert "更新0，无变化2" in run("submit", clean).out and statuses(clean) == ["已作废", "已提交"]
    named = "SELECT number, name, remark, phone FROM xlcrm.customer WHERE life = 'erased'"
    assert cluster.run(named, database=database) == [(number, None, None, None)]
    told = "SELECT count(*) FROM xlcrm.entry WHERE before || after LIKE '%海河%'"
    assert cluster.run(told, database=database) == [(0,)]
    assert run("store", "status", "--json").data["records"]["customer"] == 1


def test_the_button_keeps_and_sends_as_the_command_does(run: Run, store: str, way: Proxy) -> None:
    save(app.settings_path(), Settings("赵敏"))
    (app.home() / libreoffice.CONFIG).write_text("{}")
    assert ribbon.validate(MemoryBook({"customer": [customer()]}))
    shown = (app.home() / libreoffice.SCREEN).read_text("utf-8")
    assert "赵敏｜" in shown
    book = MemoryBook({"customer": [customer()]})
    way.cut = "away"
    assert ribbon.submit(book)
    assert (app.home() / libreoffice.SCREEN).read_text("utf-8") == shown, "who works here is not known anew"
    assert "1行已加密存在本机" in book.said[-1] and cells(book, "submit_status") == ["待发送"]
    way.cut = ""
    assert ribbon.refresh(book)
    assert "的1行已发送：新增1" in book.said[-1]
    assert cells(book, "submit_status") == ["已提交"] and str(cells(book, "number")[0]).startswith("CX")
    assert ribbon.submit(book) and "无变化1" in book.said[-1]
