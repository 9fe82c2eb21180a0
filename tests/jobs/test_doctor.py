"""环境检查: a machine in good order and one in bad for every check."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from xlcrm.catalogue import LANGUAGES, area
from xlcrm.cli import main
from xlcrm.jobs.doctor import CHECKS, Backup, Care, Machine, Room, examine, look
from xlcrm.jobs.doctor.look import EXCEL, OPENS_XLSX, SECURITY

WINDOWS = Machine()
MAC = Machine(system="Darwin", interpreter="/opt/x/bin/python", python="/opt/x/bin/python")
LINUX = Machine(system="Linux", addin_installed=False, addin_known=False, interpreter_exists=False, excel=False)

NOW = datetime(2025, 3, 12, 14, 30)


def ago(**units: float) -> datetime:
    return NOW - timedelta(**units)


FINE = Backup("/bak", True, ago(hours=20), ago(days=3))


def _kept(backup: Backup | None = None, **care: Any) -> Machine:
    """A Linux machine with a store that is kept as described."""
    return replace(LINUX, care=Care(now=NOW, backup=backup, schema=9, **care))


EXAMPLES: dict[str, tuple[list[Machine], list[Machine]]] = {  # code -> (in order, not in order)
    "wps": ([WINDOWS, MAC, LINUX], [replace(WINDOWS, wps_opens=True), replace(WINDOWS, excel=False, addin_installed=False)]),
    "macros_blocked": ([replace(WINDOWS, macros=1), replace(WINDOWS, macros=2)], [replace(WINDOWS, macros=3), replace(WINDOWS, macros=4), replace(WINDOWS, addins_off=True)]),
    "web_mark": ([WINDOWS, replace(WINDOWS, web_mark=True, addin_installed=False)], [replace(WINDOWS, web_mark=True)]),
    "addin_vanished": ([replace(WINDOWS, addin_known=False)], [replace(WINDOWS, addin_installed=False), replace(MAC, addin_installed=False)]),
    "addin_missing": ([LINUX, replace(WINDOWS, addin_installed=False)], [replace(WINDOWS, addin_installed=False, addin_known=False)]),
    "addin_version": ([replace(WINDOWS, addin_installed=False, addin_current=False)], [replace(WINDOWS, addin_current=False)]),
    "two_copies": ([WINDOWS], [replace(WINDOWS, copies=(r"C:\Office\XLSTART\xlcrm.xlam",))]),
    "interpreter_missing": ([LINUX], [replace(WINDOWS, interpreter_exists=False), replace(WINDOWS, interpreter="", interpreter_exists=False)]),
    "interpreter_other": ([replace(WINDOWS, interpreter=r"c:\XLCRM\scripts\python.exe"), MAC], [replace(WINDOWS, interpreter=r"C:\Python312\python.exe"), replace(MAC, interpreter="/usr/bin/python3")]),
    "xlwings_version": ([WINDOWS], [replace(WINDOWS, xlwings="0.30.0"), replace(LINUX, xlwings="")]),
    "pywin32_missing": ([replace(MAC, pywin32=False)], [replace(WINDOWS, pywin32=False)]),
    "book_online": ([replace(WINDOWS, book=r"C:\客户.xlsx")], [replace(WINDOWS, book="https://firm.sharepoint.com/sites/客户.xlsx"), replace(MAC, book="https://d.docs.live.net/1/a.xlsx")]),
    "book_unreadable": ([WINDOWS], [replace(LINUX, book_trouble="文件损坏", book_cure="换一份")]),
    "book_template": ([WINDOWS], [replace(LINUX, book_template="0")]),
    "mac_script": ([MAC, replace(WINDOWS, mac_script=False)], [replace(MAC, mac_script=False)]),
    "mac_permission": ([replace(MAC, mac_log="KeyError: 'x'")], [replace(MAC, mac_log="OSERROR: -1743"), replace(MAC, mac_log="Operation not permitted")]),
    "no_keyring": ([replace(LINUX, keyring=False, passphrase=True)], [replace(LINUX, keyring=False)]),
    "store_unreachable": ([replace(WINDOWS, store="sqlite:///a")], [replace(WINDOWS, store="sqlite:///a", store_trouble="坏了", store_cure="换一个")]),
    "mail_unready": ([WINDOWS], [replace(LINUX, mail_trouble="没有密码", mail_cure="输入密码")]),
    "log_unsound": ([_kept()], [_kept(sealed=False)]),
    "backup_never": ([_kept(), _kept(Backup(tried=ago(days=1))), _kept(Backup("/bak", False))], [_kept(Backup()), _kept(Backup(tried=ago(days=9))), _kept(Backup("/bak", tried=ago(days=1)))]),
    "backup_away": ([_kept(Backup()), _kept(FINE)], [_kept(replace(FINE, reached=False, last=None))]),
    "backup_old": ([_kept(FINE), _kept(replace(FINE, reached=False, last=None)), _kept(replace(FINE, last=ago(hours=36)))], [_kept(replace(FINE, last=ago(hours=37)))]),
    "backup_unreadable": ([_kept(FINE)], [_kept(replace(FINE, unreadable=2))]),
    "restore_failed": ([_kept(FINE)], [_kept(replace(FINE, failed="少了3行"))]),
    "restore_unproven": ([_kept(FINE), _kept(Backup("/bak")), _kept(replace(FINE, tried=ago(days=9), failed="少了3行"))], [_kept(replace(FINE, tried=None)), _kept(replace(FINE, tried=ago(days=9)))]),
    "log_unverified": ([_kept(begun=ago(days=30)), _kept(begun=ago(days=90), verified=ago(days=31))], [_kept(begun=ago(days=32)), _kept(begun=ago(days=90), verified=ago(days=32))]),
    "room_short": ([_kept(rooms=(Room("home", Path("/home"), 9, 9),))], [_kept(rooms=(Room("store", Path("/data"), 9, 10),))]),
    "reviews_overdue": ([_kept()], [_kept(unreviewed=1)]),
}  # fmt: skip


def test_every_check_has_a_good_and_a_bad_example() -> None:
    assert list(EXAMPLES) == list(CHECKS)


@pytest.mark.parametrize("code", CHECKS)
def test_examples(code: str) -> None:
    good, bad = EXAMPLES[code]
    assert good
    assert bad
    for machine in good:
        assert CHECKS[code](machine) is None, machine
    for machine in bad:
        assert CHECKS[code](machine) is not None, machine


@pytest.mark.parametrize("code", CHECKS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_trouble_names_cause_and_cure(code: str, language: str) -> None:
    for machine in EXAMPLES[code][1]:
        trouble = next(one for one in examine(machine) if one.code == code)
        for said in (trouble.title(language), trouble.cause(language), trouble.cure(language)):
            assert said.strip()
            assert "{" not in said


def test_machines_in_good_order_have_no_troubles() -> None:
    for machine in (WINDOWS, MAC, LINUX):
        assert examine(machine) == []


def test_no_text_is_left_over() -> None:
    wanted = {name for code in CHECKS for name in (code, f"{code}_cause", f"{code}_cure")}
    assert set(area("doctor")) - wanted == {
        *("all_well", "found", "line", "book", "state", "state_backup", "state_log", "never", "and", "stop")
    }


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XLCRM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XLCRM_PASSPHRASE", "天青色等烟雨")
    monkeypatch.delenv("XLCRM_STORE", raising=False)
    return tmp_path


def test_this_machine_is_described(home: Path) -> None:
    machine = look(book="客户.xlsx")
    assert machine.passphrase
    assert machine.book == "客户.xlsx"
    assert machine.xlwings == machine.xlwings_wanted


class Registry(ModuleType):
    """Windows' registry with the values given: (root, key, name) -> value."""

    HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE = "user", "machine"

    def __init__(self, values: dict[tuple[str, str, str], object]) -> None:
        super().__init__("winreg")
        self.values = values

    @contextmanager
    def OpenKey(self, root: str, key: str) -> Iterator[tuple[str, str]]:
        if not any(known[:2] == (root, key) for known in self.values):
            raise FileNotFoundError(key)
        yield root, key

    def QueryValueEx(self, opened: tuple[str, str], name: str) -> tuple[object, int]:
        if (*opened, name) not in self.values:
            raise FileNotFoundError(name)
        return self.values[*opened, name], 4


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({}, {"pywin32_missing", "wps"}),
        ({("machine", EXCEL, ""): "excel.exe"}, {"pywin32_missing", "addin_missing"}),
        (
            {
                ("machine", EXCEL, ""): "excel.exe",
                ("user", rf"Software\Policies\Microsoft\{SECURITY}", "VBAWarnings"): 4,
                ("user", rf"Software\Microsoft\{SECURITY}", "VBAWarnings"): 2,
                ("user", OPENS_XLSX, "ProgId"): "ET.Xlsx.6",
            },
            {"pywin32_missing", "addin_missing", "macros_blocked", "wps"},
        ),
    ],
)
def test_a_windows_machine_is_described_from_its_registry(
    home: Path, monkeypatch: pytest.MonkeyPatch, values: dict[tuple[str, str, str], object], found: set[str]
) -> None:
    monkeypatch.setattr("platform.system", lambda: "Windows")
    monkeypatch.setenv("APPDATA", str(home / "AppData" / "Roaming"))
    monkeypatch.setitem(sys.modules, "winreg", Registry(values))
    assert {trouble.code for trouble in examine(look())} == found


def test_the_command(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    assert main(["doctor"]) == 0
    assert "都正常" in capsys.readouterr().out
    broken = home / "store.db"
    broken.write_text("this is no store" * 100)
    assert main(["doctor", "https://firm.sharepoint.com/a.xlsx", "--store", f"sqlite:///{broken}", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert [one["code"] for one in found] == ["book_online", "store_unreachable"]
    assert all(one["cause"] and one["cure"] for one in found)
    assert main(["doctor", "https://firm.sharepoint.com/a.xlsx", "--lang", "en"]) == 1
    assert "Cure:" in capsys.readouterr().out
