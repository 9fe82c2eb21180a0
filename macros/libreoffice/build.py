"""Builds ``workbook/xlcrm.oxt``, LibreOffice's toolbars and menu 客户管理: ``python -m macros.libreoffice.build [TARGET]``.

The same sources give the same bytes. Buttons, names and tips come from xlcrm's own table of buttons.
"""

from __future__ import annotations

import io
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import xlcrm
from xlcrm.catalogue import text
from xlcrm.ribbon.buttons import Button, shown

SOURCES = Path(__file__).with_name("oxt")
TARGET = Path(__file__).parents[2] / "workbook" / "xlcrm.oxt"
CALC = "com.sun.star.sheet.SpreadsheetDocument"
SCHEME, WHO = "org.xlcrm:", "who"  # as in press.py
EVERY_DAY, MORE = "ribbon.title", "ribbon.toolbar_more"
TOOLBARS = {EVERY_DAY: ("entry", "check", "mine"), MORE: ("change", "data", "report", "system")}
"""The names of the toolbars and the groups on them: in one row the last buttons would not fit on a laptop's screen."""
MOMENT = (2025, 1, 1, 0, 0, 0)  # of every file inside: the bytes must not depend on the clock


def build(target: Path = TARGET) -> Path:
    """Write the extension to ``target`` and give it back. OSError where that cannot be written."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(packed())
    return target


def packed() -> bytes:
    """The extension as bytes."""
    files = {path.relative_to(SOURCES).as_posix(): path.read_bytes() for path in SOURCES.rglob("*") if _source(path)}
    files["Addons.xcu"] = "\n".join(addons()).encode()
    files["CalcWindowState.xcu"] = "\n".join(window_state()).encode()
    files["description.xml"] = description().encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, MOMENT)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            package.writestr(entry, files[name], zipfile.ZIP_DEFLATED, 9)
    return made.getvalue()


def _source(path: Path) -> bool:
    return path.is_file() and path.suffix in (".py", ".svg", ".xml", ".xcu")


def addons() -> Iterator[str]:
    """Addons.xcu: the menu, the toolbars and the pictures of their commands."""
    buttons = shown()
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield "<!-- Made from xlcrm/ribbon/buttons.py by macros/libreoffice/build.py -->"
    yield (
        '<oor:component-data xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
        ' oor:name="Addons" oor:package="org.openoffice.Office">'
    )
    yield '<node oor:name="AddonUI">'
    yield '<node oor:name="OfficeMenuBar"><node oor:name="org.xlcrm.menu" oor:op="replace">'
    yield _title("ribbon.title") + _value("Target", "_self") + _value("Context", CALC)
    yield '<node oor:name="Submenu">'
    yield from _items(buttons)
    yield "</node></node></node>"
    yield '<node oor:name="OfficeToolBar">'
    for title, groups in TOOLBARS.items():
        yield f'<node oor:name="{_toolbar(title)}" oor:op="replace">'
        if title == EVERY_DAY:
            yield _item("y", f"{SCHEME}{WHO}", "addin.vba_unset")  # LibreOffice sorts by length first: in front
            yield f'<node oor:name="z" oor:op="replace">{_value("URL", "private:separator")}</node>'
        yield from _items([button for button in buttons if button.group in groups])
        yield "</node>"
    yield "</node>"
    yield '<node oor:name="Images">'
    for button in buttons:
        picture = _value("ImageSmallURL", f"%origin%/icons/{button.name}.svg") + _value(
            "ImageBigURL", f"%origin%/icons/{button.name}.svg"
        )
        named = _value("URL", _command(button)) + f'<node oor:name="UserDefinedImages">{picture}</node>'
        yield f'<node oor:name="org.xlcrm.image.{button.name}" oor:op="replace">{named}</node>'
    yield "</node></node></oor:component-data>"
    yield ""


def window_state() -> Iterator[str]:
    """CalcWindowState.xcu: where the toolbars stand at first: below the standard ones, words beside the pictures."""
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield (
        '<oor:component-data xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"'
        ' oor:name="CalcWindowState" oor:package="org.openoffice.Office.UI">'
    )
    yield '<node oor:name="UIElements"><node oor:name="States">'
    shape = {"Docked": ("boolean", "true"), "DockingArea": ("int", "0"), "Visible": ("boolean", "true"), "Style": ("int", "2")}
    for row, title in enumerate(TOOLBARS, 3):  # 0 to 2 are LibreOffice's own
        yield f'<node oor:name="private:resource/toolbar/addon_{_toolbar(title)}" oor:op="replace">'
        yield _title(title, "UIName") + _value("DockPos", f"0,{row}")
        for name, (kind, value) in shape.items():
            yield f'<prop oor:name="{name}" oor:type="xs:{kind}"><value>{value}</value></prop>'
        yield "</node>"
    yield "</node></node></oor:component-data>"
    yield ""


def _toolbar(title: str) -> str:
    return f"org.xlcrm.toolbar{[*TOOLBARS].index(title) or ''}"


def _items(buttons: Sequence[Button]) -> Iterator[str]:
    """The commands in their order, a line between two groups."""
    group = buttons[0].group
    for number, button in enumerate(buttons):
        if button.group != group:
            line = _value("URL", "private:separator")
            yield f'<node oor:name="m{number:02}a" oor:op="replace">{line}</node>'
        group = button.group
        yield _item(f"m{number:02}b", _command(button), f"ribbon.{button.name}")


def _item(name: str, url: str, key: str) -> str:
    said = _title(key) + _value("Target", "_self") + _value("Context", CALC)
    return f'<node oor:name="{name}" oor:op="replace">{_value("URL", url)}{said}</node>'


def _command(button: Button) -> str:
    return f"{SCHEME}{button.name}"


def _value(name: str, value: str) -> str:
    return f'<prop oor:name="{name}" oor:type="xs:string"><value>{escape(value)}</value></prop>'


def _title(key: str, name: str = "Title") -> str:
    """A name in both languages; LibreOffice falls back to English in any other."""
    zh, en = (escape(text(key, language)) for language in ("zh", "en"))
    languages = f'<value xml:lang="en-US">{en}</value><value xml:lang="zh-CN">{zh}</value><value xml:lang="zh-TW">{zh}</value>'
    return f'<prop oor:name="{name}" oor:type="xs:string">{languages}</prop>'


def description() -> str:
    """description.xml: what the extension manager shows."""
    zh, en = (escape(text("ribbon.title", language)) for language in ("zh", "en"))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<description xmlns="http://openoffice.org/extensions/description/2006">\n'
        '  <identifier value="org.xlcrm"/>\n'
        f'  <version value="{xlcrm.__version__}"/>\n'
        f'  <display-name><name lang="en">xlcrm: {en}</name><name lang="zh-CN">xlcrm {zh}</name></display-name>\n'
        "</description>\n"
    )


if __name__ == "__main__":
    print(build(*map(Path, sys.argv[1:2])))
