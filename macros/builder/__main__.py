"""``make addin``: write the generated sources, the add-in, the two workbooks, and the wheel's copy of the add-in."""

from __future__ import annotations

from pathlib import Path

from macros.builder import package, project, ribbon, texts, xlwings_module
from macros.libreoffice.build import packed
from xlcrm.sheets import template

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "macros"
NAME = "xlcrm"
LANGUAGE = "zh"


def generated() -> dict[str, str]:
    """The sources that follow from the declarations: file name in macros/ -> text."""
    return {"xlcrm_texts.bas": texts.module(), "xlcrm_buttons.bas": ribbon.subs(), "customUI14.xml": ribbon.xml()}


def modules() -> list[project.Module]:
    """Every module of the project, in the order of their names."""
    own = {path.name: path.read_text("ascii") for path in SOURCES.glob("*.bas")}
    made = {name: text for name, text in generated().items() if name.endswith(".bas")}
    return [project.read(text) for _, text in sorted({**own, **made}.items())] + [project.read(xlwings_module.module())]


def main(root: Path = ROOT) -> list[Path]:
    """Write everything below ``root``; gives what was written."""
    files: dict[str, bytes] = {f"macros/{name}": text.encode() for name, text in generated().items()}
    parts, screen = modules(), ribbon.xml()
    files["workbook/xlcrm.xlam"] = files["xlcrm/addin/xlcrm.xlam"] = package.addin(parts, NAME, screen)
    files["workbook/xlcrm.oxt"] = files["xlcrm/addin/xlcrm.oxt"] = packed()
    files["workbook/xlcrm.xlsm"] = package.workbook(parts, NAME, screen, LANGUAGE)
    written = [root / name for name in (*files, "workbook/xlcrm.xlsx")]
    for path in written:
        path.parent.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (root / name).write_bytes(data)
    template.build(written[-1], LANGUAGE)
    return written


if __name__ == "__main__":
    for written in main():
        print(written.relative_to(ROOT), written.stat().st_size)
