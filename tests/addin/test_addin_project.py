"""The VBA project: what stands in the built files is our text, and that text cannot be turned against the user."""

from __future__ import annotations

import re
import shutil
import subprocess
import warnings
from pathlib import Path

import pytest
import xlwings

from macros.builder import __main__ as build
from macros.builder import compound, project, xlwings_module
from tests.addin.files import ALL, BUILT, ROOT, WITH_MACROS, part, parts, tool
from tests.addin.lint import Compound, decompress, lint
from xlcrm.addin import install, places

MODULES = {module.name: module.source for module in build.modules()}


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    build.main(folder)
    return folder


@pytest.mark.parametrize("name", ALL)
def test_a_new_build_gives_the_committed_parts(name: str, rebuilt: Path) -> None:
    made, committed = parts(rebuilt / "workbook" / name), parts(BUILT / name)
    assert [part for part in made if made[part] != committed.get(part)] == [], "run `make addin`"
    assert list(made) == list(committed)


def test_the_generated_sources_and_the_wheels_copy_are_committed(rebuilt: Path) -> None:
    for name in build.generated():
        assert (rebuilt / "macros" / name).read_bytes() == (ROOT / "macros" / name).read_bytes(), "run `make addin`"
    assert install.shipped() == (BUILT / places.NAME).read_bytes()


def test_two_builds_give_the_same_bytes(rebuilt: Path, tmp_path: Path) -> None:
    for path in build.main(tmp_path):
        assert path.read_bytes() == (rebuilt / path.relative_to(tmp_path)).read_bytes(), path.name


@pytest.mark.parametrize("name", WITH_MACROS)
def test_the_project_keeps_to_the_letter_of_the_specifications(name: str) -> None:
    problems, sources = lint(part(name, "xl/vbaProject.bin"))
    assert problems == []
    assert {module: sources[module].replace("\r\n", "\n") for module in MODULES} == MODULES
    assert set(sources) - set(MODULES) == _code_names(name)


def test_the_types_of_the_ribbon_are_referenced() -> None:
    """IRibbonControl and IRibbonUI stand in the Office object library."""
    directory = decompress(Compound(part("xlcrm.xlam", "xl/vbaProject.bin")).streams["VBA/dir"])
    assert b"{2DF8D04C-5BFA-101B-BDE5-00AA0044DE52}" in directory


def _code_names(name: str) -> set[str]:
    xml = b"".join(
        content for path, content in parts(BUILT / name).items() if re.fullmatch(r"xl/(workbook|worksheets/sheet\d+)\.xml", path)
    )
    return {found.decode() for found in re.findall(rb'codeName="(\w+)"', xml)}


@pytest.mark.parametrize("name", WITH_MACROS)
def test_olevba_reads_the_same_sources(name: str) -> None:
    with warnings.catch_warnings():  # of its dependency pyparsing
        warnings.simplefilter("ignore")
        from oletools.olevba import VBA_Parser
    parser = VBA_Parser(str(BUILT / name))
    found = {module.rsplit(".", 1)[0]: code for _, _, module, code in parser.extract_all_macros()}
    parser.close()
    for module, source in MODULES.items():
        assert found[module].replace("\r\n", "\n").strip() == source.strip(), module


@pytest.mark.parametrize("size", [0, 1, 63, 64, 4095, 4096, 4097, 80_000])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 12])
def test_compound_files_hold_any_streams(size: int, count: int) -> None:
    streams = {f"VBA/stream{number}": bytes([number]) * size for number in range(count)} | {"PROJECT": b"x" * size}
    file = Compound(compound.write(streams))
    assert file.problems == []
    assert file.streams == streams


def test_the_linter_notices_damage() -> None:
    good = compound.write({"A": b"a" * 100, "B/C": b"c" * 5000})
    assert Compound(good).problems == []
    directory = good.index("Root Entry".encode("utf-16-le"))
    for at in (24, directory + 2, directory + 128 + 67, len(good) - 512):  # version, a name, a colour, the FAT
        bad = bytearray(good)
        bad[at] ^= 0x41
        assert Compound(bytes(bad)).problems, f"a flipped bit at {at} went unnoticed"


def test_sources_are_ascii_named_and_short_of_line() -> None:
    assert {module.name for module in build.modules()} == {
        "xlwings",
        "xlcrm_main",
        "xlcrm_ribbon",
        "xlcrm_buttons",
        "xlcrm_texts",
    }
    for bad in ('Attribute VB_Name = "x"\n\'客户\n', "Option Explicit\n", 'Attribute VB_Name = "x"\n' + "'" * 1100):
        with pytest.raises(ValueError, match=r"."):
            project.read(bad)


def test_no_opened_workbook_chooses_what_runs() -> None:
    """Everything in xlwings' module that reads settings from a sheet or a folder, or runs embedded code, is gone."""
    code = _code(MODULES["xlwings"])
    for gone in (".conf\")", "GetConfigFromSheet", "GetDirectoryConfigFilePath", "LICENSE_KEY", "xlwings.pro", "embedded",
                 "PYTHONPATH\")", "LoadLibrary", "XLPy", "import_udfs", "\"python\")", "UDF SERVER", "ThisWorkbook"):  # fmt: skip
        assert gone not in code, gone
    assert 'NO_EXTRA_PATH As String = "false;;;;;"' in code
    # Of the active workbook only its name travels (quoted, and checked by xlcrm_safe_name), and error texts go into it.
    uses = [line.strip() for line in code.split("\n") if "ActiveWorkbook" in line]
    assert len([line for line in uses if ".Name" in line]) == 2, uses
    assert all(".Name" in line or "Error" in line for line in uses), uses
    assert set(re.findall(r'GetConfig\("([^"]+)"', code)) - {"CONDA PATH", "CONDA ENV", "TEMP DIR", "SHOW_ERROR_POPUPS"} == {
        "INTERPRETER_WIN", "INTERPRETER_MAC", "SHOW CONSOLE"}  # fmt: skip
    assert 'Case "INTERPRETER_WIN", "INTERPRETER_MAC", "SHOW CONSOLE"' in code
    assert "cmd.exe" not in code.replace('Environ("SystemRoot") & "\\System32\\cmd.exe', "")


def test_what_was_cut_from_xlwings_is_not_missed() -> None:
    original = xlwings_module.SOURCE.read_text("ascii")
    ours = _code(MODULES["xlwings"])
    defined = re.compile(r"(?m)^\s*(?:Public |Private )?(?:Function|Sub) (\w+)")
    gone = set(defined.findall(original)) - set(defined.findall(ours))
    assert len(gone) > 15
    for name in gone:
        assert not re.search(rf"\b{name}\b", ours), f"{name} was cut but is still used"
    assert len(re.findall(r"(?m)^\s*#If", ours)) == len(re.findall(r"(?m)^\s*#End If", ours))
    for kind in ("Function", "Sub"):
        begun = len(re.findall(rf"(?m)^\s*(?:Public |Private )?{kind} ", ours))
        assert begun == len(re.findall(rf"(?m)^End {kind}", ours))
    assert f'XLWINGS_VERSION As String = "{xlwings.__version__}"' in ours
    assert xlwings.__version__ == places.XLWINGS
    assert "BSD 3-clause license" in MODULES["xlwings"], "the notice stays"
    assert "Zoomer Analytics" in MODULES["xlwings"]


def test_another_xlwings_stops_the_build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    changed = tmp_path / "xlwings_custom_addin.bas"
    changed.write_text(xlwings_module.SOURCE.read_text("ascii").replace("Function GetConfig(", "Function GetSettings("), "ascii")
    monkeypatch.setattr(xlwings_module, "SOURCE", changed)
    with pytest.raises(ValueError, match="GetConfig"):
        xlwings_module.module()


@pytest.mark.parametrize("name", ALL)
def test_the_open_xml_sdk_finds_no_error(name: str) -> None:
    local = ROOT / "node_modules" / ".bin" / "ooxml-validator"
    validator = tool(str(local) if local.exists() else shutil.which("ooxml-validator"), "ooxml-validator")
    answer = subprocess.run([validator, str(BUILT / name)], capture_output=True, text=True, timeout=120, check=False)
    assert '"ok": true' in answer.stdout, answer.stdout


def test_the_content_types_tell_addin_workbook_and_plain_workbook_apart() -> None:
    kinds = {
        "xlcrm.xlam": b"addin.macroEnabled.main",
        "xlcrm.xlsm": b"sheet.macroEnabled.main",
        "xlcrm.xlsx": b"spreadsheetml.sheet.main",
    }
    for name, kind in kinds.items():
        assert kind in part(name, "[Content_Types].xml")
    assert not [path for path in parts(BUILT / "xlcrm.xlsx") if "vba" in path or "customUI" in path]


def _code(source: str) -> str:
    """``source`` without comments."""
    return "\n".join(re.sub(r"^\s*'.*|\s'[^\"]*$", "", line) for line in source.split("\n"))
