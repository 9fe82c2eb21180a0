"""A company's name taken apart: place · brand · trade · legal form · branch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

import polars as pl

from xlcrm.match import pieces, places, text, trades, western
from xlcrm.match.pieces import NUMBERED, SURNAME
from xlcrm.match.text import choice
from xlcrm.match.trades import TRADE
from xlcrm.match.words import (
    ANCHORS,
    BRANCHES,
    DEPARTMENTS,
    GROUPS,
    INSTITUTIONS,
    LEGAL,
    NOTHING,
    OFFICES,
    SHOPS,
    SPOKEN_FORMS,
)


class Shape(StrEnum):
    """What sort of name it is: they carry different weight as evidence."""

    COMPANY = "company"
    INSTITUTION = "institution"
    SHOP = "shop"
    PERSON = "person"
    NONE = "none"


_FORMS = choice(LEGAL)
_TRADE_FIRST = f"^({TRADE}+)({text.HAN}{{1,3}}[^站局院校会学所区处科室])$"
_SPOKEN = f"^(.{{2,}}?)({choice(SPOKEN_FORMS)})$"
_COUNTED_SCHOOL = (
    r"^(.*?)第?([0-9]+|[一二三四五六七八九十]+)(中学|中|小学|小|人民医院|医院|院|幼儿园|幼)"
    r"((?:[东西南北新老总分]?[校院]区|.{2,4}[科处室部])?)$"
)
_GROUP = f"(.)(?:{choice(GROUPS)})$"
_ANCHORED = f"^(?<whole>.*(?:{choice(ANCHORS)}))(?<tail>.+)$"
_BRANCH = f"^(?<stem>.*?)(?<sort>{choice(BRANCHES)})$"
_ROAD = r"(?:[路街道巷桥站门村镇城]|大街|大道|广场|商场|小区|大厦)"
_COUNT = r"第?(?:[0-9]+|[一二三四五六七八九十]+)[号分]?"
_STORE = (
    rf"^(?:(?<chain>.{{2,}}{TRADE})(?<store>.{{1,5}}{_ROAD}|{_COUNT})"
    rf"|(?<chain2>.{{4,}})(?<store2>..{_ROAD})"
    r"|(?<chain3>.{2,}?)(?<store3>[0-9]+[号分]?))分?店$"
)
_DEPARTMENT = f"(?:{choice(DEPARTMENTS)})$"
_UNIT = "(?:车间|期|期项目部|项目部|分厂|工区|标段|大队|中队|支队|班组|分部)"
_ZONE = "[院校园]区"
_OFFICE = (
    rf"^(?:(?<body>.{{2,}}(?:院|校|学|中|站|馆|所))(?<office>.{{1,3}}{_ZONE})"
    rf"|(?<body2>.{{3,}}?)(?<office2>{choice(OFFICES)}|[0-9一二三四五六七八九十]+{_UNIT}|[东西南北新老总本]{_ZONE})"
    r"|(?<body3>.{4,})(?<office3>..科))$"
)
_COMPANY_BRANCH = f"(?:{choice(word for word in BRANCHES if word.endswith('公司'))})$"
_COUNTED = "建局院中分公航冶店厂小医幼化"
_NUMBERS = rf"[0-9]+|[一二三四五六七八九十]+[{_COUNTED}]|第[一二三四五六七八九十百]+"
# Without a company's name before them these end the names of customers of their own.
_WHOLES = ("店", "子公司", "门店", "经营部", "门市部", "服务站", "加油站", "信用社", "销售部")

PARTS = ("place", "short", "core", "spoken", "brand", "trade", "legal", "branch", "digits", "shape")


def parse(names: pl.Series) -> pl.DataFrame:
    """The parts of ``names``, columns ``PARTS``, "" where nothing is named.

    And what a name cell tells of other things: ``former`` names, a list; ``where`` the customer is; its ``owner``.
    """
    frame = pieces.taken(names).with_row_index("at")
    rest = pl.col("rest")
    frame = frame.with_columns(
        named=(rest.str.len_chars() >= 2) & ~rest.is_in(NOTHING) & rest.str.contains("[^0-9() ]"), folded=rest, branch=pl.lit("")
    )
    plain = rest.str.ends_with("公司") & ~rest.str.contains(_COMPANY_BRANCH)
    frame = _amended(frame, ~plain, _without_branch)
    frame = _amended(frame, pl.col("outlet") != "", _with_outlet)
    frame = frame.with_columns(rest=text.where(frame["rest"], ~frame["rest"].str.ends_with("公司"), _schools))
    # The legal form and the mark of a group
    frame = frame.with_columns(head=rest, rest=rest.str.replace(f"(?:{_FORMS})$", ""))
    form = pl.col("head").str.slice(rest.str.len_chars())
    frame = frame.with_columns(
        legal=pl.when(pl.col("stated") != "").then("stated").otherwise(form.replace_strict(LEGAL, default="")),
        rest=_without_group(frame["rest"]),
    )
    # The place before
    edge = places.leading(frame["rest"])
    frame = frame.with_columns(core=edge["rest"], short=edge["short"], place=edge["place"])
    frame = frame.with_columns(core=text.where(frame["core"], frame["legal"] == "", _turned))
    national = pl.col("core").str.contains("^中国.{3}")  # 中国建设银行, 蔡司(中国)
    frame = frame.with_columns(
        short=pl.when(national).then(pl.col("short") + "中国").otherwise("short"),
        core=pl.col("core").str.replace("^中国(.{3})", "$1"),
    )
    frame = _with_trade(frame)
    only = (pl.col("brand") == "") & (pl.col("short") != "")  # 临汾市机电设备: the place is all the brand there is
    spoken = pl.col("short") + pl.col("core")
    frame = frame.with_columns(
        core=pl.when(only).then(spoken).otherwise("core"),
        brand=pl.when(only).then(spoken).otherwise("brand"),
        place=pl.when(only).then(pl.lit("")).otherwise("place"),
    )
    frame = frame.with_columns(place=places.joined(frame["place"], frame["inside"]))
    # The place behind
    edge = places.trailing(frame["core"])
    frame = frame.with_columns(behind=edge["short"], beside=edge["rest"], there=edge["place"])
    frame = _amended(frame, pl.col("behind") != "", _without_place)
    frame = _amended(frame, ~pl.col("folded").str.contains(text.HAN), western.parts)
    core = pl.col("core")
    frame = frame.with_columns(core=pl.when(core != "").then(core).when(pl.col("head") != "").then("head").otherwise("folded"))
    frame = frame.with_columns(
        spoken=pl.when(core.str.starts_with(pl.col("short"))).then(core).otherwise(spoken),
        brand=pl.when(pl.col("brand") != "").then("brand").otherwise(core),
        digits=_numbers(frame["core"]),
        shape=_shape(),
    )
    blank = [pl.when("named").then(part).otherwise(pl.lit("")).alias(part) for part in PARTS if part != "shape"]
    shape = pl.when("named").then("shape").otherwise(pl.lit(Shape.NONE.value)).alias("shape")
    return frame.select(*blank, shape, "former", "where", "owner")


def _with_outlet(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.select("at", branch=_bare(frame["outlet"]))


def _bare(places_: pl.Series) -> pl.Series:
    """The place of a branch as people say it: 青岛市 and 青岛 are one."""
    edge = places.leading(places_, leave=0)
    return edge.select(pl.col("short") + pl.col("rest").str.replace("(..)[省市区县]$", "$1")).to_series()


def _schools(names: pl.Series) -> pl.Series:
    """Short forms of institutions written out."""
    names = names.str.replace("医[远源园员苑缘原]$|移院$|院医$", "医院")
    names = text.where(names, f"(?:{choice(SPOKEN_FORMS)})$", lambda odd: odd.to_frame("name").select(_written_out()).to_series())
    return text.where(names, _COUNTED_SCHOOL, lambda odd: odd.to_frame("name").select(_counted()).to_series())


def _written_out() -> pl.Expr:
    """市妇幼 is 市妇幼保健院."""
    name = pl.col("name")
    short = name.str.extract(_SPOKEN, 2)
    return (name.str.replace(_SPOKEN, "$1") + short.replace(SPOKEN_FORMS)).fill_null(name)


def _counted() -> pl.Expr:
    """市二院 is 市第二医院, 第17中学 is 第十七中学."""
    name = pl.col("name")
    count = name.str.extract(_COUNTED_SCHOOL, 2).replace(NUMBERED)
    kind = name.str.extract(_COUNTED_SCHOOL, 3).replace(
        {"中": "中学", "小": "小学", "院": "医院", "人民医院": "医院", "幼": "幼儿园"}
    )
    return name.str.extract(_COUNTED_SCHOOL, 1) + "第" + count + kind + name.str.extract(_COUNTED_SCHOOL, 4)


def _turned(cores: pl.Series) -> pl.Series:
    """图文店康达 is 康达图文店: in names without a legal form the trade may come first. 市第二医院 is 第二医院."""
    mixed = trades.without(cores) == cores
    cores = text.where(cores, mixed & trades.ahead(cores), lambda odd: odd.str.replace(_TRADE_FIRST, "$2$1"))
    return cores.str.replace(r"^[省市县区](第|.*(?:医院|中学|小学|学校|大学|学院|幼儿园|局|委员会|中心)$)", "$1")


def _without_group(names: pl.Series) -> pl.Series:
    return text.where(names, names.str.ends_with("集团"), lambda odd: odd.str.replace(_GROUP, "$1"))


def _amended(frame: pl.DataFrame, rows: pl.Expr, change: Callable[[pl.DataFrame], pl.DataFrame]) -> pl.DataFrame:
    """``frame`` with the rows under a condition changed by ``change``."""
    mask = frame.select(rows).to_series()
    return text.amended(frame, change(frame.filter(mask))) if mask.any() else frame


def _without_branch(frame: pl.DataFrame) -> pl.DataFrame:
    """The name of the whole, and what names the part of it ("" for the whole itself)."""
    frame = _groups(frame.select("at", "rest"), pl.col("rest"), f"(?:{choice(ANCHORS)}).", _ANCHORED)
    frame = _groups(frame, pl.coalesce("tail", "rest"), f"(?:{choice(BRANCHES)})$", _BRANCH)
    frame = _groups(frame, pl.when(pl.col("tail").is_null()).then("rest"), "店$", _STORE)
    frame = _groups(frame, pl.col("rest"), rf"(?:{choice(OFFICES)}|{_UNIT}|{_ZONE}|科)$", _OFFICE)
    frame = frame.with_columns(body=pl.coalesce("body", "body2", "body3"), office=pl.coalesce("office", "office2", "office3"))
    frame = frame.with_columns(
        chain=pl.coalesce("chain", "chain2", "chain3"), store=pieces.outlet(pl.coalesce("store", "store2", "store3"))
    )
    anchored = pl.col("tail").is_not_null()
    behind = places.trailing(frame["stem"].fill_null(""))
    sort = pl.col("sort").str.replace(f"(?:{choice(('分公司', '支公司'))})$", "")
    sort = pl.when(sort.str.len_chars() < pl.col("sort").str.len_chars()).then(pl.lit("")).otherwise("sort")
    frame = frame.with_columns(
        sort=sort,
        town=_bare(frame["stem"].fill_null("")),
        remainder=behind["rest"],
        district=behind["short"],
    )
    part = pl.col("stem").is_not_null()
    free = part & ~pl.col("sort").is_in(_WHOLES) & (pl.col("stem").str.len_chars() >= 4)
    department = pl.col("tail").str.contains(_DEPARTMENT) & ~pl.col("tail").str.contains(
        "(?:医院|[大中小]学|学校|公司|银行|幼儿园)$"
    )
    glued = pl.col("whole").str.ends_with("公司")
    chained = pl.col("chain").is_not_null()
    cases = (  # in this order: the name of the whole, the branch
        (anchored & part, pl.col("whole"), pl.col("town") + pl.col("sort")),
        (anchored & department, pl.col("whole"), pl.col("tail")),
        (pl.col("body").is_not_null(), pl.col("body"), pl.col("office")),
        (anchored & glued, pl.col("whole"), pl.lit("")),  # a remark glued to the name
        (anchored, pl.col("rest"), pl.lit("")),
        (chained, pl.col("chain"), pl.col("store")),  # one of a chain
        (free, pl.col("remainder"), pl.col("district") + pl.col("sort")),
    )
    return frame.select("at", rest=_first(cases, 1, pl.col("rest")), branch=_first(cases, 2, pl.lit("")))


def _groups(frame: pl.DataFrame, text: pl.Expr, ending: str, pattern: str) -> pl.DataFrame:
    """``frame`` with the named groups of a pattern in ``text`` as columns; slow, so only where a simple one fits before."""
    some = frame.select("at", found=text).filter(pl.col("found").str.contains(ending))
    found = some.with_columns(pl.col("found").str.extract_groups(pattern)).unnest("found")
    return frame.join(found, on="at", how="left", maintain_order="left")


def _first(cases: Sequence[tuple[pl.Expr, ...]], part: int, other: pl.Expr) -> pl.Expr:
    found = other
    for case in reversed(cases):
        found = pl.when(case[0]).then(case[part]).otherwise(found)
    return found


def _numbers(cores: pl.Series) -> pl.Series:
    found = text.where(cores, "[0-9一二三四五六七八九十]", lambda odd: "|" + odd.str.extract_all(_NUMBERS).list.join(","))
    return found.str.extract(r"^\|(.*)$").fill_null("").str.replace_all(f"[{_COUNTED}]", "")


def _without_place(frame: pl.DataFrame) -> pl.DataFrame:
    """The core without the place behind it, where more than a trade is left."""
    frame = frame.filter(trades.without(frame["beside"]) != "")
    place = places.joined(frame["place"], frame["there"])
    frame = frame.with_columns(place=place, core=_without_group(frame["beside"]))
    return _with_trade(frame)


def _with_trade(frame: pl.DataFrame) -> pl.DataFrame:
    """Brand and trade of the core; the brand is empty when it is made of trade words only, and never one character."""
    core = frame["core"]
    bare = trades.without(core)
    brand = _longer(bare, core)
    return frame.with_columns(brand=brand, trade=core.str.slice(brand.str.len_chars()))


def _longer(brands: pl.Series, cores: pl.Series) -> pl.Series:
    """``brands`` without those of one character: then a word of trade stays with its neighbour."""
    rows = (brands.str.len_chars() == 1).arg_true()
    short = cores.gather(rows)
    return brands.scatter(rows, short.str.head(2) + trades.without(short.str.slice(2))) if len(rows) else brands


def _shape() -> pl.Expr:
    core, head, legal = pl.col("core"), pl.col("head"), pl.col("legal")
    person = (
        core.str.contains(f"^{SURNAME}{text.HAN}{{1,2}}$") & (pl.col("trade") == "") & (pl.col("branch") == "") & (head == core)
    )
    return (
        pl.when((legal != "") & (legal != "shop"))
        .then(pl.lit(Shape.COMPANY.value))
        .when(head.str.contains(f"(?:{choice(INSTITUTIONS)})$"))
        .then(pl.lit(Shape.INSTITUTION.value))
        .when((legal == "shop") | core.str.contains(f"(?:{choice(SHOPS)})$"))
        .then(pl.lit(Shape.SHOP.value))
        .when(person)
        .then(pl.lit(Shape.PERSON.value))
        .otherwise(pl.lit(Shape.COMPANY.value))
    )
