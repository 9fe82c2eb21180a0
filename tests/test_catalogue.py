"""Every sentence exists in both languages, every error has a hint, and nothing in the catalogue is dead."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path
from string import Formatter

import pytest

import xlcrm
from xlcrm.catalogue import text
from xlcrm.errors import XlcrmError

PACKAGE = Path(xlcrm.__file__).parent
AREAS = sorted(path.stem for path in (PACKAGE / "catalogue").glob("[a-z]*.py"))
SOURCES = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py") if path.parent.name != "catalogue")


def texts(area: str) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = import_module(f"xlcrm.catalogue.{area}").TEXTS
    return found


@pytest.mark.parametrize("area", AREAS)
def test_both_languages_say_the_same_things(area: str) -> None:
    for name, both in texts(area).items():
        zh, en = both
        assert zh.strip(), name
        assert en.strip(), name
        wanted = [{field for _, field, _, _ in Formatter().parse(one) if field} for one in both]
        assert wanted[0] == wanted[1], f"{area}.{name}: different values"
        assert not re.search(r"[一-鿿]", en.replace("示例", "")) or area in ("demo", "template", "findings", "jobs", "match"), name


@pytest.mark.parametrize("key", sorted(set(re.findall(r'(?:Error|raise \w+)\(\s*"([a-z_]+\.[a-z_]+)"', SOURCES))))
def test_every_error_has_a_sentence_and_a_hint(key: str) -> None:
    area, name = key.split(".")
    assert name in texts(area)
    assert f"{name}.hint" in texts(area)


def test_an_error_speaks_both_languages() -> None:
    error = XlcrmError("cli.missing", path="客户.xlsx")
    assert error.sentence() == "找不到文件：客户.xlsx"
    assert error.hint("en") == text("cli.missing.hint", "en")
    assert "客户.xlsx" in str(error)


def test_an_unknown_key_is_a_fault_of_ours() -> None:
    with pytest.raises(KeyError):
        text("nowhere.nothing")
    with pytest.raises(KeyError):
        text("cli.nothing")
