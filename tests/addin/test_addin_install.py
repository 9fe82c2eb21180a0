"""Installing on simulated homes of Windows, macOS and Linux: Chinese names, blanks, no administrator."""

from __future__ import annotations

from pathlib import Path

import pytest

from xlcrm.addin import config, install, places, screen
from xlcrm.cli import main
from xlcrm.errors import UsageError

PYTHON = "D:\\xlcrm\\Scripts\\python.exe"
NAMES = ("张 三", "zhang san", "O'Neill", "李四")


def user(tmp_path: Path, system: str, name: str, encoding: str = "cp936") -> tuple[places.Places, install.User]:
    home = tmp_path / "Users" / name
    home.mkdir(parents=True)
    roaming = home / "AppData" / "Roaming"
    environ = {"APPDATA": str(roaming), "LOCALAPPDATA": str(home / "AppData" / "Local"), "USERPROFILE": str(home)}
    program = (
        roaming / "uv" / "tools" / "xlcrm" / "Scripts" / "python.exe"
        if system == "Windows"
        else home / ".local/uv/xlcrm/bin/python"
    )
    program.parent.mkdir(parents=True)
    program.write_text("")
    where = places.find(system, home, environ if system == "Windows" else {})
    assert where is not None
    return where, install.User(home, environ if system == "Windows" else {}, encoding, str(program))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("system", ["Windows", "Darwin"])
def test_install_status_uninstall(system: str, name: str, tmp_path: Path) -> None:
    where, mine = user(tmp_path, system, name)
    assert not install.state(where, mine).installed
    assert not install.state(where, mine).known
    named = install.install(where, mine)
    assert where.addin.read_bytes() == install.shipped()
    assert named.isascii(), "a name that the code page cannot spell is written as a variable"
    assert where.config.read_bytes().endswith(b'"\r\n')
    found = install.state(where, mine)
    assert (found.installed, found.current, found.known, found.script, found.copies) == (True, True, True, True, ())
    if system == "Darwin":
        assert found.interpreter == mine.interpreter
        assert named.startswith("$HOME/")
        assert where.script is not None
        assert b"VbaHandler" in where.script.read_bytes()
    else:
        assert found.interpreter.replace("\\", "/") == mine.interpreter
        assert named.startswith("%APPDATA%\\")
        assert "XLSTART" in str(where.addin)
    assert set(install.uninstall(where)) == {where.addin, where.config}
    assert install.uninstall(where) == []
    assert not install.state(where, mine).installed


def test_installing_again_replaces_an_old_version_and_keeps_other_settings(tmp_path: Path) -> None:
    where, mine = user(tmp_path, "Windows", "张 三")
    where.addin.parent.mkdir(parents=True)
    where.addin.write_bytes(b"old")
    where.config.parent.mkdir(parents=True)
    where.config.write_bytes('"SHOW CONSOLE","True"\r\n"INTERPRETER_WIN","C:\\旧\\python.exe"\r\n'.encode("cp936"))
    assert not install.state(where, mine).current
    assert install.state(where, mine).interpreter == "C:\\旧\\python.exe"
    install.install(where, mine)
    assert install.state(where, mine).current
    assert config.read(where.config, "cp936")["SHOW CONSOLE"] == "True"
    assert not list(where.addin.parent.glob("~*")), "nothing half-written stays"


def test_a_second_copy_is_found(tmp_path: Path) -> None:
    where, mine = user(tmp_path, "Windows", "李四")
    install.install(where, mine)
    copy = where.others[0] / places.NAME
    copy.parent.mkdir(parents=True)
    copy.write_bytes(b"x")
    assert install.state(where, mine).copies == (copy,)


def test_a_path_that_the_code_page_cannot_spell(tmp_path: Path) -> None:
    where, mine = user(tmp_path, "Windows", "zhang", "cp1252")
    elsewhere = install.User(mine.home, mine.environ, "cp1252", "D:\\软件\\xlcrm\\python.exe")
    with pytest.raises(UsageError) as raised:
        install.install(where, elsewhere)
    assert raised.value.key == "addin.unreadable_path"
    assert not where.addin.exists(), "nothing is installed that cannot work"


def test_a_path_outside_the_profile_is_written_as_it_is(tmp_path: Path) -> None:
    where, mine = user(tmp_path, "Windows", "张 三")
    assert config.portable("Windows", "D:/软件/python.exe", mine.home, mine.environ) == "D:\\软件\\python.exe"
    assert config.portable("Darwin", "/opt/xlcrm/bin/python", mine.home, {}) == "/opt/xlcrm/bin/python"
    assert config.expanded("Windows", "D:\\软件\\python.exe", mine.home, mine.environ) == "D:\\软件\\python.exe"
    assert where.system == "Windows"


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    where, mine = user(tmp_path, "Windows", "李四")
    where.addin.parent.parent.mkdir(parents=True)
    where.addin.parent.write_text("a file stands in the way")
    with pytest.raises(UsageError) as raised:
        install.install(where, mine)
    assert raised.value.key == "addin.unwritable"


def test_an_addin_that_excel_holds_open(tmp_path: Path) -> None:
    """A folder in its place can neither be replaced nor unlinked, as an open file on Windows."""
    where, mine = user(tmp_path, "Windows", "李四")
    (where.addin / "inside").mkdir(parents=True)
    with pytest.raises(UsageError) as raised:
        install.install(where, mine)
    assert raised.value.key == "addin.in_use"
    assert not list(where.addin.parent.glob("~*"))
    with pytest.raises(UsageError):
        install.uninstall(where)


def test_the_screen_file_is_ascii_and_written_once(tmp_path: Path) -> None:
    path = tmp_path / "xlcrm-ribbon.txt"
    screen.write(path, "张三｜录入员", ("xlcrmHelp", "xlcrmSubmit"))
    assert (
        path.read_bytes().decode("ascii")
        == f"label={screen.units('张三｜录入员')}\r\nvisible=xlcrmHelp xlcrmSubmit\r\nlanguage=\r\n"
    )
    assert "".join(chr(int(unit)) for unit in screen.units("张三｜录入员").split()) == "张三｜录入员"
    before = path.stat().st_mtime_ns
    screen.write(path, "张三｜录入员", ("xlcrmHelp", "xlcrmSubmit"))
    assert path.stat().st_mtime_ns == before
    screen.write(tmp_path / "missing" / "file.txt", "x", ())  # stays silent


@pytest.fixture
def windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = tmp_path / "Users" / "王 五"
    home.mkdir(parents=True)
    monkeypatch.setattr("platform.system", lambda: "Windows")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setenv("APPDATA", str(home / "AppData" / "Roaming"))
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    monkeypatch.setattr("sys.executable", PYTHON)
    monkeypatch.chdir(tmp_path)
    Path(PYTHON).write_text("")  # here a name with backslashes is a plain name
    return home


def test_the_commands_tell_what_they_did(windows: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["addin", "status"]) == 1
    assert main(["addin", "install"]) == 0
    assert main(["addin", "status"]) == 0
    said = capsys.readouterr().out
    assert "加载项没有安装" in said
    assert str(windows / "AppData" / "Roaming" / "Microsoft" / "Excel" / "XLSTART" / "xlcrm.xlam") in said
    assert PYTHON in said
    Path(PYTHON).unlink()
    assert main(["addin", "status"]) == 1
    assert "已不存在" in capsys.readouterr().out
    (windows / "AppData" / "Roaming" / "Microsoft" / "Excel" / "XLSTART" / "xlcrm.xlam").write_bytes(b"old")
    assert main(["addin", "status"]) == 1
    assert main(["addin", "uninstall"]) == 0
    assert main(["addin", "uninstall"]) == 0
    said = capsys.readouterr().out
    assert "与当前版本不同" in said
    assert "不用卸载" in said


def test_without_excel_the_command_says_so(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platform.system", lambda: "Linux")
    assert main(["addin", "install"]) == 2
    assert "没有 Excel" in capsys.readouterr().err
