"""Names, contacts, numbers and addresses taken apart."""

from __future__ import annotations

import polars as pl
import pytest

from xlcrm.match import normalise as engine
from xlcrm.match import places, text
from xlcrm.match.normalise import KEYS, SCHEMA, normalise


def parts(**cells: str | None) -> dict[str, object]:
    """The parts of one row."""
    return normalise({key: [cell] for key, cell in cells.items()}).frame.row(0, named=True)


@pytest.mark.parametrize(
    ("name", "place", "brand", "trade", "legal", "branch"),
    [
        ("深圳市海河电子有限公司", "4403", "海河", "电子", "limited", ""),
        ("海河电子（深圳）有限公司", "4403", "海河", "电子", "limited", ""),
        ("海河电子有限公司（莲池）", "130606", "海河", "电子", "limited", ""),
        ("广东海河电子商务股份有限公司", "44", "海河", "电子商务", "stock", ""),
        ("湖南省长沙市天心区润和汽车销售服务有限公司", "430103", "润和", "汽车销售服务", "limited", ""),
        ("润和汽车销售服务有限公司长沙市分公司", "", "润和", "汽车销售服务", "limited", "长沙"),
        ("润和汽车销售服务有限公司（长沙分公司）", "", "润和", "汽车销售服务", "limited", "长沙"),
        ("兴业达银行股份有限公司厦门支行", "", "兴业达", "银行", "stock", "厦门支行"),
        ("海河集团有限公司", "", "海河", "", "limited", ""),
        ("临汾市机电设备有限公司", "", "临汾机电设备", "机电设备", "limited", ""),
        ("萍乡市中山实业有限公司", "3603", "中山", "实业", "limited", ""),
        ("新泰通信集团浙江有限公司", "33", "新泰", "通信", "limited", ""),
        ("管城区海河电子有限公司", "410104", "海河", "电子", "limited", ""),
        ("腾远光学（中国）投资有限公司", "", "腾远", "光学投资", "limited", ""),
        ("中国腾远光学投资有限公司", "", "腾远", "光学投资", "limited", ""),
        # typing errors in the legal form would leave the trade unread
        ("海河电子有 限公司", "", "海河", "电子", "limited", ""),
        ("海河电子有限么司", "", "海河", "电子", "limited", ""),
        ("海河电子股份游限公司", "", "海河", "电子", "stock", ""),
        ("海河电子有限责任公思一车间", "", "海河", "电子", "limited", "一车间"),
        # shops
        ("大同饲料店（个体工商户）", "", "大同", "饲料店", "shop", ""),
        ("饲料店-大同(个体)", "", "大同", "饲料店", "shop", ""),
        ("图文店康达", "", "康达", "图文店", "", ""),
        ("手机店（聚源）", "", "聚源", "手机店", "", ""),
        ("阿玲 通讯器材经营部", "", "阿玲", "通讯器材经营部", "", ""),
        # outlets of a chain
        ("同德康大药房 长江路店", "", "同德康", "大药房", "", "长江路"),
        ("同德康大药房长江路分店", "", "同德康", "大药房", "", "长江路"),
        ("川小碗快餐（8店）", "", "川小碗", "快餐", "", "八"),
        ("快餐-川小碗-八店", "", "川小碗", "快餐", "", "八"),
        ("川小碗快餐第8分店", "", "川小碗", "快餐", "", "八"),
        # institutions
        ("兰州市第二人民医院西院区", "6201", "第二", "医院", "", "西院区"),
        ("市二医院西院区", "", "第二", "医院", "", "西院区"),
        ("第17中学-后勤处", "", "第十七中学", "", "", "后勤处"),
        ("市十七中后勤处", "", "第十七中学", "", "", "后勤处"),
        ("芜湖市中心血站滨江院区", "3402", "中心血站", "", "", "滨江院区"),
        ("深圳市儿童医院总务科", "4403", "儿童", "医院", "", "总务科"),
        # western names
        ("Blue Harbor Trading Co., Ltd.", "", "blue harbor", "trading", "limited", ""),
        ("BLUE HARBOR TRADING (SHANGHAI) CO LTD", "31", "blue harbor", "trading", "limited", ""),
        ("Norden GmbH", "", "norden", "", "limited", ""),
        ("Norden Ltd., China", "", "norden", "", "limited", ""),
        ("O’Brien & Sons Inc", "", "obrien sons", "", "stock", ""),
        ("ABC精工（无锡）有限公司", "3202", "abc精工", "", "limited", ""),
    ],
)
def test_name(name: str, place: str, brand: str, trade: str, legal: str, branch: str) -> None:
    found = parts(name=name)
    assert {key: found[key] for key in ("place", "trade", "legal", "branch")} == {
        "place": place,
        "trade": trade,
        "legal": legal,
        "branch": branch,
    }
    assert found["brand"] == brand or str(found["core"]).startswith(brand)
    assert str(found["core"]).endswith(trade)


@pytest.mark.parametrize(
    ("name", "core", "aliases"),
    [
        ("海河电子有限公司（曾用名：江川电子有限公司）", "海河电子", ["江川电子"]),
        ("海河电子有限公司 原名江川电子有限公司", "海河电子", ["江川电子"]),
        ("老孟家建材商行（原利群）", "老孟家建材商行", ["利群"]),
        ("海河电子（广州）有限公司（Haihe Electronics (Guangzhou) Co., Ltd.）", "海河电子", ["haihe electronics"]),
        ("海河电子有限公司 Haihe Electronics Co., Ltd.", "海河电子", ["haihe electronics"]),
        ("国信电网有限公司青岛分公司（青岛国信）", "国信电网", ["国信"]),
    ],
)
def test_other_names_in_the_cell(name: str, core: str, aliases: list[str]) -> None:
    found = parts(name=name)
    assert (found["core"], found["aliases"]) == (core, aliases)


def test_former_and_short_names_in_columns_of_their_own() -> None:
    found = parts(name="海河电子有限公司", former_name="江川电子有限公司", short_name="海河")
    assert found["aliases"] == ["江川电子", "海河"]


@pytest.mark.parametrize(
    "remark",
    [
        "已注销",
        "（老客户）",
        " - 重点客户",
        "【停用】",
        "（欠300）",
        "-王姐介绍",
        "（请勿联系）",
        "2024年签约",
        " 2025年续签",
        "（VIP）",
        "-A类",
        "★",
        "。",
    ],
)
def test_remarks_are_no_part_of_a_name(remark: str) -> None:
    assert parts(name="海河电子有限公司" + remark) == parts(name="海河电子有限公司")


@pytest.mark.parametrize("remark", ["【欠款】", "[VIP]", "(新客户)", "★"])
def test_remarks_before_a_name(remark: str) -> None:
    assert parts(name=remark + "海河电子有限公司") == parts(name="海河电子有限公司")


@pytest.mark.parametrize("name", ["暂无", "无", "😀", "---", " ", "123", "（）", "王先生"])
def test_placeholders_and_titles_name_nobody(name: str) -> None:
    found = parts(name=name)
    assert (found["core"], found["shape"]) == ("", "none")


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("海河电子有限公司", "company"),
        ("市第一中学", "institution"),
        ("老陈家面馆", "shop"),
        ("张晓梅", "person"),
        ("聚源", "company"),
    ],
)
def test_shape(name: str, shape: str) -> None:
    assert parts(name=name)["shape"] == shape


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("王小明", ("王", "王小明")),
        ("王小明 经理", ("王", "王小明")),
        ("王 小明", ("王", "王小明")),
        ("王小明（采购）", ("王", "王小明")),
        ("王小明-张总介绍", ("王", "王小明")),
        ("王小明 13912348765（微信同号）", ("王", "王小明")),
        ("王小明/李强", ("王", "王小明")),
        ("采购部王小明", ("王", "王小明")),
        ("王经理", ("王", "")),
        ("李科长", ("李", "")),
        ("王老板娘", ("王", "")),
        ("欧阳总监", ("欧阳", "")),
        ("小王", ("王", "")),
        ("老王", ("王", "")),
        ("王**", ("王", "")),
        ("周文总", ("周", "周文总")),
        ("*经理", ("", "")),
        ("前台", ("", "")),
        ("收银台", ("", "")),
        ("总经理", ("", "")),
        ("暂无", ("", "")),
        ("13912345678", ("", "")),
        ("Mr. John Smith", ("smith", "john smith")),
        ("Smith, John", ("smith", "john smith")),
    ],
)
def test_contact(value: str, expected: tuple[str, str]) -> None:
    found = parts(contact=value)
    assert (found["surname"], found["person"]) == expected


@pytest.mark.parametrize(
    ("cell", "numbers"),
    [
        ("+862162345999;ext=12 +8613912348765", ["+8613912348765", "+862162345999"]),
        ("0571-88881239转802", ["+8657188881239"]),
        ("0510-8084070-807", ["+865108084070"]),
        ("（0755）28063478；018665521552", ["+8618665521552", "+8675528063478"]),
        ("86-138 1234 5679/+86-571-8888 1239", ["+8613812345679", "+8657188881239"]),
        ("0351-8887712 15714263429", ["+8615714263429", "+863518887712"]),
        ("0312—5157849", ["+863125157849"]),
        ("１８３１０５５５０００(微信同号)", ["+8618310555000"]),
        ("13865433221.0", ["+8613865433221"]),
        ("'13865433221", ["+8613865433221"]),
        ("400-728-7414", ["+864007287414"]),
        ("+1 415 555 2671", ["+14155552671"]),
        ("62345999", ["+8662345999"]),
        *((fake, []) for fake in ("13800138000", "11111111111", "12345678", "000", "暂无", "0571")),
    ],
)
def test_phones(cell: str, numbers: list[str]) -> None:
    assert parts(phone=cell)["phones"] == numbers


def test_a_number_without_area_code_gets_that_of_the_place() -> None:
    assert parts(phone="88881239", address="浙江省杭州市文三路8号")["phones"] == ["+8657188881239"]
    assert parts(phone="88881239", name="杭州海河电子有限公司")["phones"] == ["+8657188881239"]


def test_values_in_the_wrong_column() -> None:
    right = parts(name="海河电子有限公司", contact="王小明", phone="13912348765", email="li@haihe.com")
    for cells in (
        {"name": "王小明", "contact": "海河电子有限公司", "phone": "13912348765", "email": "li@haihe.com"},
        {"name": "海河电子有限公司 13912348765", "contact": "王小明", "email": "li@haihe.com"},
        {"name": "海河电子有限公司", "contact": "王小明 13912348765", "email": "li@haihe.com"},
        {"name": "海河电子有限公司", "contact": "王小明", "phone": "li@haihe.com", "email": "13912348765"},
    ):
        assert parts(**cells) == right
    told = parts(name="海河电子有限公司 南京市科技路8号")
    assert (told["core"], told["street"], told["area"]) == ("海河电子", "科技路8号", "3201")


def test_mails() -> None:
    assert parts(email=" Li@Haihe.com.cn；test@qq.com")["mails"] == ["li@haihe.com.cn"]
    assert parts(email="12345678")["mails"] == ["12345678@qq.com"]


@pytest.mark.parametrize(
    "address",
    [
        "科技路8号a座",
        "深圳市南山区科技路8号A座",
        "广东深圳南山科技路8号A座",
        "南山区,深圳市,科技路8号A座",
        "科技路8#A座 小学门口",
        "广东省 深圳市 南山区 科技路８号Ａ座（加油站旁）",
    ],
)
def test_an_address_leaves_out_what_people_leave_out(address: str) -> None:
    found = parts(address=address)
    assert (found["street"], found["doors"]) == ("科技路8号a座", "8")


def test_the_places_of_an_address() -> None:
    assert parts(address="广东省深圳市南山区科技路8号")["area"] == "440305"
    assert parts(address="南山区,深圳市,科技路8号")["area"] == "440305"
    assert parts(address="科技路8号")["area"] == "" and parts(address="无")["street"] == ""
    assert parts(address="西大街67-1204室")["doors"] == "67,1204"


def test_persons_as_customers() -> None:
    known = parts(name="张晓梅", kind="person")
    assert (known["core"], known["shape"], known["surname"], known["person"]) == ("张晓梅", "person", "张", "张晓梅")
    assert parts(name="张先生", kind="person")["shape"] == "none"
    # told by the contact beside it
    assert parts(name="程哥", contact="程海军")["core"] == "程海军"
    assert parts(name="学军", contact="钟学军")["core"] == "钟学军"
    assert parts(name="金冠", contact="王小明")["shape"] == "company"
    owner = parts(name="凤鸣水产(王艳)")
    assert (owner["core"], owner["person"]) == ("凤鸣水产", "王艳")


def test_persons_of_other_countries() -> None:
    found = parts(
        given_name="Anna Maria",
        family_name="O’Neill",
        birth_date="1931-02-07",
        identity="7739222",
        postcode="4350",
        district="Madora Bay",
        street="Weddin Circuit",
        house_number="12",
    )
    assert (found["core"], found["person"], found["surname"], found["shape"]) == (
        "anna maria oneill",
        "anna maria oneill",
        "oneill",
        "person",
    )
    assert (found["born"], found["identity"], found["postcode"], found["locality"]) == (
        "19310207",
        "7739222",
        "4350",
        "madora bay",
    )
    assert "weddin circuit" in str(found["street"]) and found["doors"] == "12"


@pytest.mark.parametrize("address", [None, "人民路3号"])
def test_a_place_as_the_store_keeps_it_is_no_street(address: str | None) -> None:
    coded = parts(name="海河电子有限公司", province="51", city="5101", district="510107", address=address)
    named = parts(name="海河电子有限公司", province="四川省", city="成都市", district="武侯区", address=address)
    assert coded == named | {"locality": "510107"} and coded["area"] == ("" if address else "510107")
    assert parts(name="海河电子有限公司", province="51")["area"] == "51"


@pytest.mark.parametrize(
    "date", ["19310207", "1931-02-07", "1931/2/7", "1931年2月7日", "07/02/1931", "1931.2.7", "1931-02-07 00:00:00", "19310207.0"]
)
def test_dates_of_birth(date: str) -> None:
    assert parts(name="张晓梅", birth_date=date)["born"] == "19310207"


def test_an_identity_number_tells_the_date_of_birth() -> None:
    assert parts(name="张晓梅", identity="11010519491231002X")["born"] == "19491231"
    assert parts(name="张晓梅", identity="000000")["identity"] == ""


def test_folding() -> None:
    assert text.fold(pl.Series([" ＡＢＣ【深圳】電子-科技 "])).to_list() == ["abc(深圳)电子科技"]
    assert text.fold(pl.Series(["Wal-Mart  (China) Stores"])).to_list() == ["wal mart(china)stores"]
    assert text.fold(pl.Series(["華" * 10_000])).str.len_chars().to_list() == [text.LONGEST]
    assert text.series(["\ud800华信", None]).to_list() == ["华信", None]


def test_places() -> None:
    assert places.leading(pl.Series(["湖南长沙市大华", "鼓楼区大华", "大华"]))["place"].to_list() == ["4301", "", ""]
    assert places.leading(pl.Series(["鄂尔多斯市达拉特旗内蒙古自治区大华"]))["rest"].to_list() != ["大华"]
    assert places.trailing(pl.Series(["腾达科技深圳"]))["rest"].to_list() == ["腾达科技"]
    assert places.whole(pl.Series(["北京", "北京烤鸭", "莲池"]))["all"].to_list() == [True, False, True]


def test_columns_may_be_missing_but_not_differ_in_length() -> None:
    assert len(normalise({})) == 0
    assert len(normalise({"phone": [None, "+8613912348765"]})) == 2
    with pytest.raises(ValueError, match="lengths"):
        normalise({"name": ["a"], "phone": []})


def test_nothing_is_null_and_the_columns_are_those_of_the_schema() -> None:
    frame = normalise({key: [None, ""] for key in KEYS}).frame
    assert frame.schema == pl.Schema(SCHEMA)
    assert frame.null_count().sum_horizontal().item() == 0


def test_a_row_means_the_same_in_any_company(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [
        "深圳市海河电子有限公司",
        "饲料店-大同",
        "Norden Ltd., China",
        "",
        "市二医院西院区",
        "凤鸣水产(王艳)",
        "张晓梅",
        "海河电子（原江川电子）",
    ] * 3
    columns = {
        "name": names,
        "contact": ["王经理", "", "张 三(采购)"] * 8,
        "phone": ["88881239", "13912348765/13912348766"] * 12,
        "address": ["杭州市文三路8号", "", "南山区,深圳市,科技路8号"] * 8,
    }
    whole = normalise(columns).frame.rows()
    assert whole == [normalise({key: [cells[row]] for key, cells in columns.items()}).frame.row(0) for row in range(len(names))]
    monkeypatch.setattr(engine, "SLICE", 5)
    assert normalise(columns).frame.rows() == whole


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "",
            "   ",
            "😀🎉",
            "王",
            "店",
            "第",
            "市",
            "12店",
            "有限公司",
            "分公司",
            "（）",
            "()()(王)",
            "(原)",
            "原名",
            "\x00\ud800",
            "\u200b",
            "|",
            "1 " * 5000,
        ),
        *(
            "a" * 10_000,
            "华" * 10_000,
            "(" * 10_000,
            "公司" * 5_000,
            "ﷺ" * 5_000,
            "北京" * 3_000,
            "-" * 5_000,
            "(a" * 3_000,
            "1" * 10_000,
            "a@" * 4_000,
            "张三、" * 2_000,
            "路1号" * 3_000,
        ),
    ],
)
def test_bad_cells_are_bounded(cell: str) -> None:
    frame = normalise({key: [cell, cell, "海河电子有限公司"] for key in KEYS}).frame
    assert frame.null_count().sum_horizontal().item() == 0
    for column, sort in SCHEMA.items():
        lengths = frame[column].str.len_chars() if sort == pl.String else frame[column].list.len()
        assert lengths.max() <= 3 * text.LONGEST  # type: ignore[operator]
