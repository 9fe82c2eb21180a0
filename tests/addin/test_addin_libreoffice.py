"""The extension for LibreOffice: built from text, and installed through LibreOffice's own program."""

from __future__ import annotations

import ast
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest

from macros.libreoffice.build import SCHEME, TOOLBARS, WHO, build
from xlcrm import ribbon
from xlcrm.addin import libreoffice
from xlcrm.catalogue import text
from xlcrm.cli import main
from xlcrm.errors import UsageError
from xlcrm.ribbon.buttons import GROUPS, shown

ROOT = Path(__file__).parents[2]
REGISTRY = "{http://openoffice.org/2001/registry}"
LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"


def test_the_same_sources_give_the_same_bytes(tmp_path: Path) -> None:
    first, second = build(tmp_path / "a.oxt").read_bytes(), build(tmp_path / "b" / "b.oxt").read_bytes()
    assert first == second
    assert (ROOT / "workbook" / libreoffice.NAME).read_bytes() == first, "run make addin"
    assert (ROOT / "xlcrm" / "addin" / libreoffice.NAME).read_bytes() == first, "run make addin"


def test_every_part_is_sound_and_listed(tmp_path: Path) -> None:
    with zipfile.ZipFile(build(tmp_path / "x.oxt")) as package:
        assert package.testzip() is None
        names = set(package.namelist())
        for name in names:
            if name.endswith((".xcu", ".xml", ".svg")):
                ElementTree.fromstring(package.read(name))
        ast.parse(package.read("press.py"), feature_version=(3, 8))
        manifest = ElementTree.fromstring(package.read("META-INF/manifest.xml"))
    listed = {entry.attrib["{http://openoffice.org/2001/manifest}full-path"] for entry in manifest}
    assert listed <= names
    assert {f"icons/{button.name}.svg" for button in shown()} <= names


def test_every_command_is_a_button_in_both_languages(tmp_path: Path) -> None:
    with zipfile.ZipFile(build(tmp_path / "x.oxt")) as package:
        addons = ElementTree.fromstring(package.read("Addons.xcu"))
    commands: dict[str, list[dict[str, str]]] = {}
    for node in addons.iter("node"):
        values = {prop.attrib[f"{REGISTRY}name"]: prop for prop in node.findall("prop")}
        if "URL" in values and "Title" in values:
            titles = {value.attrib[LANGUAGE]: value.text or "" for value in values["Title"]}
            commands.setdefault(values["URL"].findtext("value") or "", []).append(titles)
    assert set(commands) - {f"{SCHEME}{WHO}"} == {f"{SCHEME}{button.name}" for button in shown()}
    for button in shown():
        assert callable(getattr(ribbon, button.name))
        both = commands[f"{SCHEME}{button.name}"]
        assert len(both) == 2, "once in the menu, once on the toolbar"
        spoken = {"zh-CN": button.label("zh"), "zh-TW": button.label("zh"), "en-US": button.label("en")}
        assert all(titles == spoken for titles in both)


def test_the_toolbars_themselves_are_called_in_both_languages(tmp_path: Path) -> None:
    with zipfile.ZipFile(build(tmp_path / "x.oxt")) as package:
        state, addons = (ElementTree.fromstring(package.read(name)) for name in ("CalcWindowState.xcu", "Addons.xcu"))
    names = [prop for prop in state.iter("prop") if prop.attrib[f"{REGISTRY}name"] == "UIName"]
    for name, title in zip(names, TOOLBARS, strict=True):
        zh, en = text(title, "zh"), text(title, "en")
        assert {value.attrib[LANGUAGE]: value.text for value in name} == {"zh-CN": zh, "zh-TW": zh, "en-US": en}
    assert sorted(group for groups in TOOLBARS.values() for group in groups) == sorted(GROUPS), "every group on one of them"
    named = {node.attrib[f"{REGISTRY}name"] for node in addons.iter("node")}
    placed = {node.attrib[f"{REGISTRY}name"].partition("addon_")[2] for node in state.iter("node")} - {""}
    assert len(placed) == len(TOOLBARS) and placed <= named, "where each stands"


@pytest.fixture
def unopkg(tmp_path: Path) -> Path:
    """A program in LibreOffice's place that writes down how it was called."""
    program = tmp_path / "program" / "unopkg"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\necho "$@" >> "{tmp_path}/called"\n[ ! -e "{tmp_path}/refuse" ] || {{ echo "ERROR: no" >&2; exit 1; }}\n'
    )
    program.chmod(0o755)
    return program


def test_installing_says_which_python_to_start(tmp_path: Path, unopkg: Path) -> None:
    home = tmp_path / "张三 的家"
    assert libreoffice.unopkg([tmp_path / "nowhere", unopkg.parent]) == unopkg
    assert libreoffice.interpreter(home) == ""
    libreoffice.install(unopkg, home, "/opt/xl crm/bin/python")
    assert libreoffice.interpreter(home) == "/opt/xl crm/bin/python"
    assert libreoffice.uninstall(unopkg, home)
    assert libreoffice.interpreter(home) == ""
    assert not libreoffice.uninstall(unopkg, home)
    called = (tmp_path / "called").read_text().splitlines()
    assert called[0].startswith("add --force --suppress-license ")
    assert called[0].endswith(libreoffice.NAME)
    assert called[1:] == ["remove org.xlcrm"]


def test_a_refusal_is_told(tmp_path: Path, unopkg: Path) -> None:
    (tmp_path / "refuse").touch()
    with pytest.raises(UsageError, match="ERROR: no"):
        libreoffice.install(unopkg, tmp_path, "python")
    with pytest.raises(UsageError):
        libreoffice.install(tmp_path / "missing", tmp_path, "python")
    (tmp_path / "file").touch()
    with pytest.raises(UsageError):
        libreoffice.tell(tmp_path / "file", "python")


def test_the_command_installs_and_tells(
    tmp_path: Path, unopkg: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XLCRM_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XLCRM_OFFICE", str(unopkg.parent))
    assert main(["addin", "status", "--libreoffice"]) == 1
    assert main(["addin", "install", "--libreoffice"]) == 0
    assert main(["addin", "status", "--libreoffice"]) == 0
    assert sys.executable in capsys.readouterr().out
    assert main(["addin", "uninstall", "--libreoffice"]) == 0
    assert main(["addin", "status", "--libreoffice"]) == 1


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"python": 5}', "\x00"])
def test_a_damaged_note_counts_as_none(tmp_path: Path, content: str) -> None:
    (tmp_path / libreoffice.CONFIG).write_text(content)
    assert libreoffice.interpreter(tmp_path) == ""
