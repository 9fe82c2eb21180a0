"""The ribbon: what it shows, and that every callback leads to a Sub and every Sub to a function."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest
from lxml import etree

from macros.builder import __main__ as build
from macros.builder import package
from macros.builder.ribbon import NAMESPACE, TAILS
from tests.addin.files import WITH_MACROS, part
from xlcrm.addin import places
from xlcrm.model.context import Person
from xlcrm.model.vocabularies import vocabulary
from xlcrm.ribbon.buttons import BUTTONS, EVERYBODY, GROUPS
from xlcrm.ribbon.screen import control, group_control, keep, visible

MODULES = {module.name: module.source for module in build.modules()}
SIGNATURES = {
    "onAction": "control As IRibbonControl",
    "getVisible": "control As IRibbonControl, ByRef returnedVal",
    "getLabel": "control As IRibbonControl, ByRef returnedVal",
    "onLoad": "ribbon As IRibbonUI",
}


@pytest.fixture(scope="module", params=WITH_MACROS)
def ribbon(request: pytest.FixtureRequest) -> etree._Element:
    relations = etree.fromstring(part(request.param, "_rels/.rels"))
    assert [one.get("Target") for one in relations if one.get("Type") == package.RELATION] == [package.RIBBON]
    return etree.fromstring(part(request.param, package.RIBBON))


def elements(ribbon: etree._Element, name: str) -> list[etree._Element]:
    return list(ribbon.iter(f"{{{NAMESPACE}}}{name}"))


def test_the_groups_and_buttons_of_the_declaration_stand_in_their_order(ribbon: etree._Element) -> None:
    labels = [group.get("label") for group in elements(ribbon, "group")]
    assert labels[:7] == ["录入", "检查提交", "我的", "变更", "数据管理", "报表", "系统"]
    tabs = elements(ribbon, "tab")
    assert [tab.get("label") for tab in tabs] == ["客户管理", "Customers"]
    for tab, (language, tail) in zip(tabs, TAILS.items(), strict=True):
        found = {group.get("id"): [one.get("id") for one in group if one.get("onAction")] for group in elements(tab, "group")}
        assert found == {
            group_control(group) + tail: [control(one.name) + tail for one in BUTTONS if one.group == group] for group in GROUPS
        }
        shown = {one.get("id"): one for one in elements(tab, "button")}
        for button in BUTTONS:
            one = shown[control(button.name) + tail]
            assert one.get("label") == one.get("screentip") == button.label(language)
            assert one.get("supertip") == button.tip(language)
            assert (one.get("size") == "large") == button.large
            assert one.get("enabled") is None
            assert one.get("onAction") == f"xlcrm_buttons.xlcrm_{button.name}"


def test_ids_and_the_keytips_of_a_tab_are_unique(ribbon: etree._Element) -> None:
    for attribute, whole in (("id", ribbon), *(("keytip", tab) for tab in elements(ribbon, "tab"))):
        found = [one.get(attribute) for one in whole.iter() if one.get(attribute)]
        assert len(found) == len(set(found))


def test_every_callback_is_a_sub_with_the_right_signature(ribbon: etree._Element) -> None:
    callbacks = {(str(name), str(value)) for one in ribbon.iter() for name, value in one.attrib.items() if name in SIGNATURES}
    assert {name for name, _ in callbacks} == set(SIGNATURES)
    assert not {name for one in ribbon.iter() for name in map(str, one.attrib) if name.startswith(("on", "get"))} - set(
        SIGNATURES
    )
    for name, value in callbacks:
        module, sub = value.split(".")
        assert f"Public Sub {sub}({SIGNATURES[name]})\n" in MODULES[module], value


def test_every_sub_calls_a_function_that_exists() -> None:
    ribbon = importlib.import_module("xlcrm.ribbon")
    called = dict(
        re.findall(r'(?m)^Public Sub xlcrm_(\w+)\(control As IRibbonControl\)\n    xlcrm_run "(\w+)"$', MODULES["xlcrm_buttons"])
    )
    assert called == {button.name: button.name for button in BUTTONS}
    for button in BUTTONS:
        assert callable(getattr(ribbon, button.name)), button.name
    assert 'RunPython "import xlcrm.ribbon; xlcrm.ribbon." & action & "()"' in MODULES["xlcrm_main"]


def test_every_picture_is_one_that_office_holds(ribbon: etree._Element) -> None:
    known = set((Path(__file__).parent / "imagemso.txt").read_text("ascii").split())
    used = {str(one.get("imageMso")) for one in ribbon.iter() if one.get("imageMso")}
    assert used <= known, used - known
    for tab in elements(ribbon, "tab"):
        pictures = [one.get("imageMso") for one in elements(tab, "button")]
        assert len(pictures) == len(set(pictures)), "two buttons look alike"


def test_procedures_have_names_of_their_own() -> None:
    """Excel looks a macro up by name in every open project; VBA takes no two public names alike."""
    names = [name for source in MODULES.values() for name in re.findall(r"(?m)^(?:Public )?(?:Sub|Function) (\w+)", source)]
    assert len(names) == len({name.lower() for name in names})


def test_a_role_sees_what_it_can_use() -> None:
    entry, steward = visible({"entry"}), visible({"steward"})
    assert group_control("check") in entry
    assert control("submit") in entry
    assert control("export") not in entry
    assert control("export") in steward
    assert control("new_customer") not in visible({"finance"})
    assert control("help") in visible({"finance"})
    for role in (option.code for option in vocabulary("role").options):
        assert role in EVERYBODY
        ids = visible({role})
        assert len(ids) == len(set(ids))
        for group in GROUPS:
            inside = [control(one.name) for one in BUTTONS if one.group == group]
            assert (group_control(group) in ids) == any(one in ids for one in inside), "a group shows with its buttons"
    assert len(visible(EVERYBODY)) < 48, "the constant must fit into a line of VBA"


def test_a_click_tells_the_ribbon_who_works_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "张 三"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    monkeypatch.setattr("platform.system", lambda: "Windows")
    monkeypatch.delenv("XLCRM_LANG", raising=False)
    person = Person("r", "zhangsan", "张三", "", frozenset({"entry"}))
    keep(person, "销售部", "zh")
    assert not home.exists(), "without the add-in nothing is written"
    where = places.find("Windows", home, {})
    assert where is not None
    where.config.parent.mkdir(parents=True)
    where.config.write_text("")
    keep(person, "销售部", "zh")
    label, shown, language = where.screen.read_text("ascii").splitlines()
    assert language == "language="
    assert "".join(chr(int(unit)) for unit in label.removeprefix("label=").split()) == "张三｜录入员｜销售部客户库"
    assert shown == f"visible={' '.join(visible({'entry'}))}"
    monkeypatch.setenv("XLCRM_LANG", "en")
    keep(person, "销售部", "zh")
    assert where.screen.read_text("ascii").splitlines()[2] == "language=en"
    monkeypatch.setenv("XLCRM_LANG", "en\r\nvisible=x")
    keep(person, "销售部", "zh")
    assert where.screen.read_text("ascii").splitlines()[1:] == [shown, "language="]
