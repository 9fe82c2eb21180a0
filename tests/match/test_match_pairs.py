"""Pairs written by hand: what is one customer, what is not, and what is offered as another contact."""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pytest

from xlcrm.errors import UsageError
from xlcrm.match import compare, score
from xlcrm.match.engine import Pair, against
from xlcrm.match.letters import Rows
from xlcrm.match.levels import FIELDS, POSITION, number
from xlcrm.match.normalise import normalise
from xlcrm.match.train import LEAST, Pairs, train

P, Q = "+8613912348765", "+8613700012346"
Row = dict[str, str]


def row(name: str, contact: str = "", phone: str = "", **more: str) -> Row:
    return {"name": name, "contact": contact, "phone": phone, **more}


def judge(a: Row, b: Row) -> Pair | None:
    """The engine's pair of two rows, or None when it stays silent."""
    keys = {*a, *b}
    one = normalise({key: [a.get(key)] for key in keys})
    other = normalise({key: [b.get(key)] for key in keys})
    found = against(one, other, [(0, 0)])
    return found[0] if found else None


ONE = [
    # the documents' own sample: one name with its place in brackets, same contact and phone
    (row("澄泰科技有限公司", "周岚", P), row("澄泰科技(北京)有限公司", "周岚", P)),
    (row("深圳市澄泰电子有限公司", "周岚", P), row("澄泰电子（深圳）有限公司", "周岚", P)),
    (row("蘇州匯豐達機電設備有限公司", "周岚", P), row("苏州汇丰达机电设备有限公司", "周岚", P)),
    (row("ＡＢＣ精工（无锡）有限公司", "周岚", P), row("abc精工(无锡)有限公司", "周经理", P)),
    (row("杭州宏睿自动化设备有限公司", "王小明", P), row("杭州宏睿自动化设备有限公司", "王经理", Q)),
    (row("杭州宏睿自动化设备有限公司", "王小明", P), row("杭州 宏睿自动化设备 有限公司", "", P)),
    (row("杭州宏睿自动化设备有限公司", "王小明", P), row("宏睿自动化", "王小明", P)),
    (row("青岛海之源食品股份有限公司", "孙丽", P), row("青岛海之元食品有限公司", "孙丽", P)),
    (row("青岛海之源食品有限公司（已注销）", "孙丽", P), row("青岛海之源食品有限公司老客户", "孙女士", "")),
    (row("河北省石家庄市鹿泉区丰禾种植专业合作社", "孙丽", P), row("鹿泉区丰禾种植专业合作社", "孙丽", P)),
    (row("远图软件有限公司", "孙丽", P, uscc="91110000600037341L"), row("途远信息", "李强", Q, uscc="91110000600037341L")),
    (row("新锐达贸易有限公司", "孙丽", P, former_name="锐达贸易有限公司"), row("锐达贸易有限公司", "孙丽", "")),
    (row("徐州中昊建材有限公司", "孙丽", P), row("徐州中昊建材有限公司", "孙莉", "+8613912348766")),
    (row("Blue Harbor Trading Co., Ltd.", "John Smith", P), row("BLUE HARBOR TRADING CO LTD", "John Smith", P)),
    (row("张晓梅", "", P, kind="person"), row("张晓梅", "", P, kind="person")),
    (row("张先生", "", P, kind="person"), row("张立新", "", P, kind="person")),
    (row("武汉恒嘉贸易有限公司", "罗立新", P), row("罗立新", "武汉恒嘉贸易有限公司", P)),  # filled in the wrong way round
    (row("老陈家面馆", "陈芳", P), row("老陈家面馆（陈芳）", "陈老板", P)),
    (row("家家乐超市青蓉路店", "陈芳", P), row("家家乐超市青蓉路分店", "陈芳", "")),
]

APART = [
    (row("澄泰科技有限公司", "周岚", P), row("澄泰装饰工程有限公司", "周岚", P)),  # sister company of another trade
    (row("澄泰科技有限公司", "周岚", P), row("远山物流有限公司", "周岚", P)),  # an agent who serves both
    (row("澄泰科技有限公司", "周岚", P), row("澄泰科技有限公司武汉分公司", "周岚", P)),  # head office and branch
    (row("澄泰科技有限公司南宁分公司", "周岚", P), row("澄泰科技有限公司南昌分公司", "李强", P)),
    (row("建兴银行股份有限公司厦门支行", "周岚", P), row("建兴银行股份有限公司泉州支行", "李强", Q)),
    (row("永固财产保险有限公司宜昌中心支公司", "周岚", P), row("永固财产保险有限公司湘潭中心支公司", "李强", Q)),
    (row("北京华辰商贸有限公司", "周岚", P), row("上海华辰商贸有限公司", "李强", Q)),  # one name, two places
    (row("中建一局集团有限公司", "周岚", P), row("中建二局集团有限公司", "周岚", P)),
    (row("市第一人民医院", "周岚", P), row("市第二人民医院", "李强", P)),
    (row("省立医院检验科", "周岚", P), row("省立医院放射科", "李强", Q)),
    (row("家家乐超市人民路店", "周岚", P), row("家家乐超市解放路店", "李强", P)),
    (row("天津市利华工贸有限公司", "周岚", P), row("天津市利亨工贸有限公司", "李强", Q)),  # one character of two
    (
        row("远图软件有限公司", "孙丽", P, uscc="91110000600037341L"),
        row("远图软件有限公司", "孙丽", P, uscc="914403001922038216"),
    ),
    (row("张伟", "张伟", P, kind="person"), row("张伟", "张伟", Q, kind="person")),  # a common name is no evidence
    (row("张伟", "", P, kind="person"), row("李娜", "", P, kind="person")),  # one household, two persons
    (row("实验小学教务处", "陈芳", "+8628123456780"), row("实验小学总务处", "李强", "+8628123456780")),  # a switchboard
    (
        row("美佳面馆", "陈芳", P, address="成都市人民路8号"),
        row("美佳面馆", "", Q, address="合肥市建设街2号"),
    ),  # shops of one name
    (row("老陈家面馆", "陈芳", P), row("老陈家面馆", "陈老板", Q)),
    (row("安康达药房", "陈芳", "+864001234567"), row("安康堂药房", "李强", "+864001234567")),  # a service number
    (row("聚源商贸有限公司", "周岚", "+8613800138000"), row("恒通物流有限公司", "周岚", "+8613800138000")),
    (row("", "", ""), row("", "", "")),
    (row("😀😀", "", ""), row("😀😀", "", "")),
]

OTHER_CONTACT = [
    (row("杭州宏睿自动化设备有限公司", "王小明", P), row("杭州宏睿自动化设备有限公司", "李强", Q)),
    (row("杭州宏睿自动化设备有限公司", "王小明", P), row("杭州市宏睿自动化设备有限公司", "李强", P)),
    (row("澄泰科技有限公司", "周岚", P), row("澄泰科技有限公司", "李强", Q)),
]


@pytest.mark.parametrize(("a", "b"), ONE)
def test_one_customer(a: Row, b: Row) -> None:
    pair = judge(a, b)
    assert pair is not None and pair.probability >= 0.5 and pair.advice in ("merge", "ask")


@pytest.mark.parametrize(("a", "b"), APART)
def test_two_customers(a: Row, b: Row) -> None:
    assert judge(a, b) is None


@pytest.mark.parametrize(("a", "b"), OTHER_CONTACT)
def test_the_same_name_with_another_contact_is_offered_as_a_contact(a: Row, b: Row) -> None:
    pair = judge(a, b)
    assert pair is not None and pair.advice == "contact"


@pytest.mark.parametrize(("a", "b"), ONE + APART + OTHER_CONTACT)
def test_neither_row_comes_first(a: Row, b: Row) -> None:
    one, other = judge(a, b), judge(b, a)
    assert (one and (one.probability, one.advice, one.evidence)) == (other and (other.probability, other.advice, other.evidence))


def test_the_sample_of_the_documents_is_merged_without_asking() -> None:
    pair = judge(*ONE[0])
    assert pair is not None and pair.advice == "merge" and pair.probability > 0.99


def test_doubtful_pairs_are_asked_about() -> None:
    pair = judge(row("北京华辰商贸有限公司", "周岚", P), row("上海华辰商贸有限公司", "周岚", P))
    assert pair is not None and pair.advice == "ask"
    nameless = judge(row("", "周岚", P), row("", "周岚", P))
    assert nameless is not None and nameless.advice == "ask"


def levels_of(one: Row, other: Row) -> dict[str, str]:
    keys = {*one, *other}
    table = compare.encode(normalise({key: [one.get(key), other.get(key)] for key in keys}))
    levels, _ = compare.compare(table, np.array([0]), np.array([1]))
    back, _ = compare.compare(table, np.array([1]), np.array([0]))
    assert (levels == back).all()
    return {field: names[at] for (field, names), at in zip(FIELDS.items(), levels[0].tolist(), strict=True)}


@pytest.mark.parametrize(
    ("one", "other", "field", "level"),
    [
        (row("杭州宏睿自动化设备有限公司"), row("杭州宏瑞自动化设备有限公司"), "name", "sound"),
        (row("Blue Harbor Trading"), row("Harbor Blue Trading"), "name", "swapped"),
        (row("老陈家灯具店"), row("老陈家灯饰店"), "name", "kin"),
        (row("海河电子", "孙丽"), row("海河电子", "孙莉"), "contact", "sound"),
        (row("海河电子", "董丽华"), row("海河电子", "毛丽华"), "contact", "given"),
        (row("海河电子", "孙丽"), row("海河电子", "孙建国"), "contact", "surname"),
        (row("海河电子", "王小明"), row("海河电子", "王经理"), "contact", "title"),
        (row("海河电子", "张伟"), row("海河电子", "Wei Zhang"), "contact", "sound"),
        (row("海河电子", "张伟"), row("海河电子", "Tom Zhang"), "contact", "title"),
        (row("海河电子", "John Smith"), row("海河电子", "Smith John"), "contact", "swapped"),
        (row("海河电子", "John Smith"), row("海河电子", "J Smith"), "contact", "initial"),
        (row("海河电子", phone="13912348765"), row("海河电子", phone="13912348766"), "phone", "near"),
        (row("海河电子", address="西湖区文三路8号201室"), row("海河电子", address="西湖区文三路8号1503室"), "address", "house"),
        (
            row("孙丽", kind="person", birth_date="1990-03-12"),
            row("孙丽", kind="person", birth_date="1990-12-03"),
            "born",
            "near",
        ),
        (row("澄泰科技有限公司二车间"), row("澄泰科技有限公司三车间"), "branch", "differ"),
        (row("澄泰科技有限公司西安分公司"), row("澄泰科技有限公司汐安分公司"), "branch", "near"),
        (row("澄泰科技有限公司南宁分公司"), row("澄泰科技有限公司南昌分公司"), "branch", "differ"),
        (row("澄泰科技有限公司台州分公司"), row("澄泰科技有限公司台分公司"), "branch", "near"),
        (row("澄泰科技有限公司长沙分公司"), row("澄泰科技有限公司长分沙公司"), "branch", "same"),
        (row("澄泰科技有限公司长沙分公司"), row("澄泰科技有限公司长沙汾公司"), "branch", "same"),
        (row("澄泰科技有限公司长沙分公司"), row("澄泰科技有限公司长沙公司"), "branch", "same"),
        (row("澄泰科技有限公司长沙分公司"), row("澄泰科技有限公司长沙分司"), "branch", "same"),
        (row("省医药有限公司沁河大药店"), row("省医药有限公司寝河大药店"), "branch", "near"),
    ],
)
def test_levels(one: Row, other: Row, field: str, level: str) -> None:
    assert levels_of(one, other)[field] == level


def decided(count: int, opposite: bool = False) -> Pairs:
    """Decisions of a team whose customers share contacts: the same contact says nothing, the same address all."""
    rng = np.random.default_rng(4)
    levels = np.zeros((count, len(FIELDS)), np.uint8)
    same = rng.random(count) < 0.5
    levels[:, POSITION["name"]] = number("name", "part")
    levels[:, POSITION["contact"]] = number("contact", "same")
    fits = same if not opposite else rng.random(count) < 0.5
    levels[:, POSITION["address"]] = np.where(fits, number("address", "house"), number("address", "missing"))
    return Pairs(levels, np.zeros_like(levels, np.int32), same)


def test_decisions_change_the_weights_where_held_back_ones_agree() -> None:
    lesson = train(decided(300), score.shipped())
    assert lesson.weights is not None and lesson.after < lesson.before
    assert lesson.weights.level["address"]["house"] > score.shipped().level["address"]["house"]
    assert lesson.weights.level["born"] == score.shipped().level["born"]  # nothing was said about it


def test_too_few_or_one_sided_decisions_teach_nothing() -> None:
    assert train(decided(LEAST - 1), score.shipped()).refused == "match.train.few"
    pairs = decided(300)
    assert train(Pairs(pairs.levels, pairs.rarity, np.ones(300, bool)), score.shipped()).refused == "match.train.few"


def test_weights_survive_being_written() -> None:
    assert score.loads(score.dumps(score.shipped())) == score.shipped()
    for broken in ("", "[]", "{}", score.dumps(score.shipped()).replace('"near"', '"nearish"')):
        with pytest.raises(UsageError):
            score.loads(broken)


def test_the_share_of_duplicates_is_told_by_the_list() -> None:
    names = [f"{chr(0x4E00 + 37 * at)}{chr(0x5100 + 11 * at)}精密机械有限公司" for at in range(400)]
    phones = [f"139{at:08d}" for at in range(400)]
    table = compare.encode(normalise({"name": names * 2, "phone": phones * 2}))
    left = np.arange(400)
    shipped = score.shipped()

    def share(one: Rows, other: Rows) -> float:
        return score.estimate(score.evidence(*compare.compare(table, one, other), shipped), shipped).share

    assert share(left, (left + 7) % 400) < shipped.share < share(left, left + 400)
    assert share(left[:1], left[:1] + 400) == pytest.approx(shipped.share, abs=0.03)


def test_the_pairs_in_the_documentation_are_what_the_engine_says() -> None:
    docs = Path(__file__).parents[2] / "docs"
    made = runpy.run_path(str(docs / "pairs.py"))["lines"]()
    assert "\n".join(made) in (docs / "matching.md").read_text("utf-8")
