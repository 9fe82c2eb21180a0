"""Names, contacts, numbers and addresses taken apart."""

from __future__ import annotations

import pytest

from xlcrm.match import company, contact, places, reach, text
from xlcrm.match.normalise import normalise


@pytest.mark.parametrize(
    ("name", "place", "brand", "trade", "legal", "branch"),
    [
        ("深圳市海河电子有限公司", ("4403",), "海河", "电子", "limited", ""),
        ("海河电子（深圳）有限公司", ("4403",), "海河", "电子", "limited", ""),
        ("广东海河电子商务股份有限公司", ("44",), "海河", "电子商务", "stock", ""),
        ("湖南省长沙市天心区润和汽车销售服务有限公司", ("430103",), "润和", "汽车销售服务", "limited", ""),
        ("润和汽车销售服务有限公司长沙市分公司", (), "润和", "汽车销售服务", "limited", "长沙"),
        ("兴业达银行股份有限公司厦门支行", (), "兴业达", "银行", "stock", "厦门支行"),
        ("海河集团有限公司", (), "海河", "", "limited", ""),
        ("海河电子有限公司（曾用名：江川电子有限公司）", (), "海河", "电子", "limited", ""),
        ("临汾市机电设备有限公司", (), "临汾机电设备", "机电设备", "limited", ""),
        ("萍乡市中山实业有限公司", ("3603",), "中山", "实业", "limited", ""),
        ("新泰通信集团浙江有限公司", ("33",), "新泰", "通信", "limited", ""),
    ],
)
def test_company(name: str, place: tuple[str, ...], brand: str, trade: str, legal: str, branch: str) -> None:
    found = company.parse(name)
    assert (found.place, found.legal, found.branch) == (place, legal, branch)
    assert found.core.startswith(brand) or found.brand == brand
    assert found.core.endswith(trade)


def test_a_former_name_in_brackets_is_another_name() -> None:
    found = company.parse("海河电子有限公司（曾用名：江川电子有限公司）")
    assert found.core == "海河电子" and found.former == ("江川电子有限公司",)
    assert normalise({"name": ["海河电子有限公司（曾用名：江川电子有限公司）"]}).aliases == [("江川电子",)]


@pytest.mark.parametrize("remark", ["已注销", "（老客户）", " - 重点客户", "【停用】"])
def test_remarks_are_no_part_of_a_name(remark: str) -> None:
    assert company.parse("海河电子有限公司" + remark) == company.parse("海河电子有限公司")


@pytest.mark.parametrize("name", ["暂无", "无", "😀", "---", " ", "123", "（）"])
def test_placeholders_name_nobody(name: str) -> None:
    assert company.parse(name) is company.NOBODY


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("王小明", ("王", "王小明")),
        ("王小明 经理", ("王", "王小明")),
        ("王小明（采购）", ("王", "王小明")),
        ("王经理", ("王", "")),
        ("欧阳总监", ("欧阳", "")),
        ("小王", ("王", "")),
        ("王**", ("王", "")),
        ("周文总", ("周", "周文总")),
        ("*经理", ("", "")),
        ("前台", ("", "")),
        ("总经理", ("", "")),
        ("暂无", ("", "")),
        ("13912345678", ("", "")),
    ],
)
def test_contact(value: str, expected: tuple[str, str]) -> None:
    assert tuple(contact.parse(value)) == expected


def test_phones_without_extensions_and_placeholders() -> None:
    assert reach.phones("+862162345999;ext=12 +8613912348765") == ("+8613912348765", "+862162345999")
    for fake in ("+8613800138000", "+8611111111111", "+8612345678"):
        assert reach.phones(fake) == ()


def test_mails() -> None:
    assert reach.mails(" Li@Haihe.com.cn；test@qq.com") == ("li@haihe.com.cn",)
    assert reach.domain("li@haihe.com.cn") == "haihe.com.cn" and reach.domain("li@qq.com") == ""


def test_an_address_leaves_out_what_people_leave_out() -> None:
    full = reach.address("广东省深圳市南山区科技路８号Ａ座（东门）")
    assert full == reach.address("科技路8号a座东门") and full.doors == "8"
    assert reach.address("无") == reach.NOWHERE


def test_folding() -> None:
    assert text.fold(" ＡＢＣ【深圳】電子-科技 ") == "abc(深圳)电子科技"
    assert text.fold("ﷺ" * 10_000) and len(text.fold("华" * 10_000)) == text.LONGEST
    assert text.fold("\ud800华信") in ("华信", "\ud800华信")


def test_places() -> None:
    assert places.leading("湖南长沙市大华").codes == ("4301",)
    assert places.trailing("腾达科技深圳").rest == "腾达科技"
    assert places.whole("北京") is not None and places.whole("北京烤鸭") is None
    assert places.near(("4301",), ("43",)) and not places.near(("43",), ("44",))


def test_columns_may_be_missing_but_not_differ_in_length() -> None:
    assert len(normalise({})) == 0
    assert len(normalise({"phone": [None, "+8613912348765"]})) == 2
    with pytest.raises(ValueError, match="lengths"):
        normalise({"name": ["a"], "phone": []})
