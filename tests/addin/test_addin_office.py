"""LibreOffice loads the built files and runs our modules; a stub stands for xlwings' own, which its Basic cannot compile."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from macros.builder import __main__ as build
from macros.builder.ribbon import TAILS
from tests.addin.files import BUILT, WITH_MACROS
from xlcrm.addin import screen
from xlcrm.calc import bridge, soffice
from xlcrm.catalogue import text
from xlcrm.ribbon.buttons import BUTTONS
from xlcrm.ribbon.screen import control, visible

STUB = """Rem Attribute VBA_ModuleType=VBAModule
Option VBASupport 1
Public Function RunPython(PythonCommand As String)
    ThisComponent.Sheets(0).getCellByPosition(0, 0).String = PythonCommand
End Function
Public Function Interpreter() As String
    Interpreter = "{interpreter}"
End Function
Public Function GetConfigFilePath() As String
    GetConfigFilePath = "{folder}/xlcrm.conf"
End Function
Public Function ParentFolder(ByVal Folder As String) As String
    ParentFolder = "{folder}"
End Function
"""


@dataclass
class Loaded:
    """One of the built files in LibreOffice, with the stub in place; ``folder`` is where its settings lie."""

    document: Any
    name: str
    folder: Path
    sources: dict[str, str]

    @property
    def settings(self) -> Path:
        return self.folder / "xlcrm-ribbon.txt"

    @property
    def cell(self) -> str:
        return str(self.document.Sheets.getByIndex(0).getCellByPosition(0, 0).String)

    def __call__(self, procedure: str, *arguments: object) -> Any:
        where = f"vnd.sun.star.script:{self.name}.{procedure}?language=Basic&location=document"
        return self.document.getScriptProvider().getScript(where).invoke(arguments, (), ())[0]


@pytest.fixture(scope="module")
def office() -> Iterator[soffice.Office]:
    try:
        started = soffice.start()
    except bridge.OfficeMissing as missing:
        if os.environ.get("XLCRM_REQUIRE_ALL") == "1":
            pytest.fail(str(missing))
        pytest.skip(str(missing))
    yield started
    started.end(0)


@contextmanager
def opened(office: soffice.Office, path: Path, interpreter: str = "python") -> Iterator[Loaded]:
    options = bridge.options(Hidden=True, MacroExecutionMode=4, FilterName="Calc MS Excel 2007 VBA XML")
    document = office.service("frame.Desktop").loadComponentFromURL(bridge.file_url(path), "_blank", 0, options)
    name = document.BasicLibraries.ProjectName
    library = document.BasicLibraries.getByName(name)
    sources = {module: library.getByName(module) for module in library.ElementNames}
    library.replaceByName("xlwings", STUB.format(folder=path.parent, interpreter=interpreter))
    yield Loaded(document, name, path.parent, sources)
    document.close(True)


@pytest.fixture(scope="module", params=WITH_MACROS)
def run(request: pytest.FixtureRequest, office: soffice.Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    copy = shutil.copy(BUILT / request.param, tmp_path_factory.mktemp("office"))  # LibreOffice leaves a lock beside the file
    with opened(office, Path(copy)) as loaded:
        yield loaded


def test_libreoffice_decodes_the_same_sources(run: Loaded) -> None:
    for module in build.modules():
        assert _lines(run.sources[module.name]) == _lines(module.source), module.name


def _lines(source: str) -> list[str]:
    lines = source.replace("\r\n", "\n").split("\n")
    return [
        line.rstrip()
        for line in lines
        if line.strip() and not line.startswith(("Attribute ", "Rem Attribute", "Option VBASupport"))
    ]


def test_chinese_comes_out_of_ascii_sources(run: Loaded) -> None:
    for language in ("", "en", "zh"):  # LibreOffice does not say which language it speaks, so Chinese comes first
        speak(run, language)
        for key in ("title", "no_book", "bad_name", "no_python", "unset"):
            assert run("xlcrm_texts.xlcrm_text", key) == text(f"addin.vba_{key}", language or "zh")
    run.settings.unlink()


def speak(run: Loaded, language: str) -> None:
    """What Python writes for somebody who chose ``language``."""
    screen.write(run.settings, "张三", visible({"entry"}), language)


def test_every_button_calls_its_function(run: Loaded) -> None:
    for button in BUTTONS:
        run(f"xlcrm_buttons.xlcrm_{button.name}", run.document)
        assert run.cell == f"import xlcrm.ribbon; xlcrm.ribbon.{button.name}()"


@pytest.mark.parametrize(
    "name", ["客户.xlsx", "a=b.xlsx", "A&B 公司(1) '新'.xlsm", "增长20%.xlsx", "华信；上海.xlsx", "x^y!.xlsx"]
)
def test_ordinary_names_are_let_through(run: Loaded, name: str) -> None:
    assert run("xlcrm_main.xlcrm_safe_name", name) in (True, 1, -1)


@pytest.mark.parametrize("name", ['a".xlsx', "a$(x).xlsx", "a`x`.xlsx", "a|b.xlsx", "a\\b.xlsx", "%PATH%.xlsx", "a\nb.xlsx"])
def test_names_that_would_be_read_as_commands_are_refused(run: Loaded, name: str) -> None:
    assert run("xlcrm_main.xlcrm_safe_name", name) in (False, 0)


def test_the_ribbon_shows_what_python_wrote(run: Loaded) -> None:
    run.settings.unlink(missing_ok=True)
    assert run("xlcrm_ribbon.xlcrm_label_text") == text("addin.vba_unset")
    assert run("xlcrm_ribbon.xlcrm_wanted", control("submit"))
    assert not run("xlcrm_ribbon.xlcrm_wanted", control("export")), "before anybody is known, the daily buttons show"
    screen.write(run.settings, "张三｜数据管理专员｜销售部客户库", visible({"finance"}))
    assert run("xlcrm_ribbon.xlcrm_label_text") == "张三｜数据管理专员｜销售部客户库"
    for button in BUTTONS:
        shows = control(button.name) in visible({"finance"})
        for tab in TAILS.values():
            assert bool(run("xlcrm_ribbon.xlcrm_wanted", control(button.name) + tab)) is shows, button.name
    run.settings.unlink()


def test_one_tab_shows_in_the_language_of_the_person(run: Loaded) -> None:
    for language, shown in (("", "zh"), ("zh", "zh"), ("en", "en"), ("fr", "zh")):
        speak(run, language)
        for tab, tail in TAILS.items():
            assert bool(run("xlcrm_ribbon.xlcrm_tab_wanted", f"xlcrmTab{tail}")) is (tab == shown), (language, tab)
    run.settings.unlink()


@pytest.mark.parametrize(
    ("name", "interpreter", "called"),
    [("客户 20%.xlsm", "python", True), ("a=b.xlsm", "python", True), ("a|b.xlsm", "python", False), ("c.xlsm", "", False)],
)
def test_nothing_runs_for_a_hostile_name_or_without_an_interpreter(
    office: soffice.Office, tmp_path: Path, name: str, interpreter: str, called: bool
) -> None:
    with opened(office, Path(shutil.copy(BUILT / "xlcrm.xlam", tmp_path / name)), interpreter) as run:
        run("xlcrm_main.xlcrm_run", "validate")
        assert ("validate()" in run.cell) is called
