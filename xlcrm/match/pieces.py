"""A name cell taken apart at its brackets, dashes and blanks: what is the name, and what was written beside it.

凤鸣水产(王艳) names the owner, 川小碗-八店 an outlet, 海河电子(深圳) a place, 宏达【欠款】 nothing.
"""

from __future__ import annotations

import polars as pl

from xlcrm.match import places, text, trades
from xlcrm.match.text import choice
from xlcrm.match.trades import TRADE
from xlcrm.match.words import (
    COMPOUND_SURNAMES,
    DEPARTMENTS,
    FORMER,
    GROUPS,
    LEGAL,
    OFFICES,
    REMARK_MARKS,
    REMARKS,
    SURNAMES,
)

SURNAME = f"(?:{choice(COMPOUND_SURNAMES)}|[{SURNAMES}])"

_SEPARATOR = r" *[-—–―_/\\|,，;；:：。!！?？~～、·•*#]+ *"
_PIECE = r"\([^()]*(?:\)|$)|[^()|]+"
_ONES = ("", *"一二三四五六七八九")
_TENS = ("", "十", *(f"{digit}十" for digit in _ONES[2:]))
NUMBERED = {str(10 * ten + one): tens + ones for ten, tens in enumerate(_TENS) for one, ones in enumerate(_ONES) if ten or one}
"""Numerals up to 99 as they are written in names: 17 -> 十七."""
_ROAD = r"(?:路|街|巷|道|桥|大道|大街|广场|商场|商城|市场|小区|大厦|中心|天地|万达|站|门|村|镇|城|机场|医院|学校)"
_NUMBERED_STREET = r"(?:路|街|道|巷|村|镇).{0,8}[0-9]+ ?[号弄幢栋楼座室]"
_COUNTED = "第?[0-9一二三四五六七八九十]+[号#]?分?店"
_OUTLET = (
    rf"^(?:{_COUNTED}|.{{1,8}}{_ROAD}(?:分店|店|门店|分部|点)"
    r"|.{1,8}(?:分店|校区|院区|园区|厂区|分公司|分部|分校|分院))$"
)
_BRACKETED_OUTLET = r"^.{2,8}店$"
_WHOLES = ("厂", "店", "社", "行", "局", "所", "院")  # names of their own end like this too
_PART = rf"^(?:.{{1,6}}(?:{choice(word for word in DEPARTMENTS if word not in _WHOLES)})|{choice(OFFICES)})$"
_ADDRESS = rf"{_NUMBERED_STREET}|[0-9]+号.*[楼座室]|[0-9a-z][座栋幢楼][0-9]+室?$|[0-9]{{3,}}室$"
_PART_MISSPELT = "分(?:公[思斯四私]|[么共工龚]司|司公)$|公分司$"
_WHOLE = "^(.{2,}(?:有限|责任|股份)公司)"
_BESIDE = f"{_WHOLE}(.{{1,8}}?[^分支子总])公司$"
_PARTS = (  # 长分沙公司, 长沙份公司, 长沙公司: behind a company's name they are its branch in 长沙
    (f"{_WHOLE}(.+)分(.{{1,3}})公司$", "$1$2$3分公司"),
    (f"{_WHOLE}(.+)[份芬纷汾奋粉氛坟]公司$", "$1$2分公司"),
    (f"{_WHOLE}(.{{1,6}}[^分支子总])公司$", "$1$2分公司"),
)
_CUT = f"{_WHOLE}(.{{2,6}})分[公司]$"
_PARTED = "(?:分公司|支公司|分行|支行|分店|分部)$"
_WHERE = rf"^.{{1,9}}(?:{_ROAD}|旁|对面|附近|隔壁|口|侧|楼|号|室|铺|[0-9])$"


def _misspelt(form: str) -> str:
    """One character wrong or missing, or two in the wrong order."""
    wrong = [form[:at] + "." + form[at + 1 :] for at in range(len(form))]
    swapped = [form[:at] + form[at + 1] + form[at] + form[at + 2 :] for at in range(len(form) - 1)]
    missing = [form[:at] + form[at + 1 :] for at in range(1, len(form) - 2)]
    return "|".join(wrong[1:] + swapped + missing)


_MISSPELT = {form: _misspelt(form) for form in ("股份有限公司", "有限责任公司")} | {
    "有限公司": "[^份]限公司|有[^份任]公司|有限[^份责]司|有限公[^司园寓开]|限有公司|有公限司|有限司公"
}
# A blank may be a slip: it parts only what is told by itself to be no part of the name, or the trade before it
_BEHIND = (
    rf" +((?:{_COUNTED}|[^ ]{{1,6}}{_ROAD}分?店|(?:{choice(FORMER)})[^ ]+"
    rf"|[0-9]{{4}}年[^ ]*|[^ ]*(?:{choice(REMARK_MARKS)})[^ ]{{0,2}}|.*{_NUMBERED_STREET}.*))$"
)
_AHEAD = rf"^({TRADE}+) +"
# A western name behind the Chinese one, or before it
_WESTERN = (
    r"^(?<name>.*\p{Han}[^a-z]*?)[ (/|-]+(?<other>[a-z][a-z0-9'’ .,&()/-]{4,}[a-z.)])[ )]*$"
    r"|^(?<before>[a-z][a-z0-9'’ .,&()/-]{3,}[a-z.)])[ /|-]+(?<behind>[^a-z]*\p{Han}[^a-z]*公司[^a-z]*)$"
)
_FORMER = rf"^(?:{choice(FORMER)})[|:]?(.{{2,}})$"
_LONG_REMARKS = choice(word for word in REMARKS if len(word) > 1)
_REMARK = (
    rf"{choice(REMARK_MARKS)}|[0-9](?:年|月|元|块|万|折)|^[a-e0-9]类"
    rf"|^(?:{_LONG_REMARKS}|中国|china|{choice(GROUPS)})*$"
)
_BARE = rf"^(?:{choice(word for word in REMARKS if len(word) == 1)})$"
_ORGANISED = r"(?:公司|集团|厂|合作社|医院|学校|大学|店|行|部)$"
_GLUED = (
    rf"(?:{_LONG_REMARKS}"
    r"|(?:19|20)[0-9]{2}年.{0,8}|欠(?:款|费|[0-9一二三四五六七八九十百千万]+)(?:元|块)?|.?(?:总|姐|哥|经理|老师|老板)介绍|请勿.{0,4})+$"
)

_PLAIN = ("number", "at", "piece", "trade", "first")
BESIDE = ("inside", "stated", "outlet", "where", "owner")


def taken(names: pl.Series) -> pl.DataFrame:
    """Columns ``rest`` (the name alone, folded), ``former`` (list of other names), and of what stood beside it:
    ``inside`` codes of places, ``stated`` sort of legal form, ``outlet``, ``where`` it is, ``owner``; "" where nothing is."""
    plain = text.plain(names)
    frame = pl.DataFrame({"rest": plain.str.slice(0, text.LONGEST)}).with_row_index("at")
    frame = frame.with_columns(*(pl.lit("").alias(column) for column in BESIDE), former=pl.lit([], pl.List(pl.String)))
    odd = frame.select("at", plain=plain).filter(pl.col("plain").str.contains(text.ODD))
    if odd.height:
        western = odd.filter(pl.col("plain").str.contains(_WESTERN))
        western = western.select("at", pl.col("plain").str.extract_groups(_WESTERN)).unnest("plain")
        marked = (
            odd.join(western, on="at", how="left", maintain_order="left")
            .select(pl.coalesce("name", "behind", "plain"))
            .to_series()
        )
        marked = text.where(marked, "[㐀-鿿] +[㐀-鿿0-9]", _told_apart)
        marked = text.words(marked.str.replace_all(_SEPARATOR, "|"), "()|").str.slice(0, text.LONGEST)
        frame = frame.with_columns(rest=_spelt(frame["rest"].scatter(odd["at"], marked)))
        some = frame.filter(pl.col("rest").str.contains(r"[()|]"))
        if some.height:
            frame = text.amended(frame, _sorted(some))
        if western.height:
            other = western.select("at", western=pl.concat_list(pl.coalesce("other", "before").str.strip_chars(" ()")))
            frame = frame.join(other, on="at", how="left", maintain_order="left")
            frame = frame.with_columns(former=pl.col("former").list.concat(pl.col("western").fill_null([]))).drop("western")
    else:
        frame = frame.with_columns(rest=_spelt(frame["rest"]))
    rest = frame["rest"]
    return frame.with_columns(rest=text.where(rest, ~rest.str.ends_with("公司"), _unglued)).drop("at")


def _told_apart(names: pl.Series) -> pl.Series:
    """``names`` with the blanks that part them marked."""
    names = names.str.replace(_BEHIND, "|$1")
    return text.where(names, trades.ahead(names), lambda led: led.str.replace(_AHEAD, "$1|"))


def _spelt(names: pl.Series) -> pl.Series:
    """Typing errors in the legal form and in 分公司 taken back: they would hide the trade before and the branch behind."""
    names = text.where(
        names, "股[^份]有限公司|[^股]份有限公司", lambda odd: odd.str.replace("股[^份]有限公司|[^股]份有限公司", "股份有限公司")
    )
    names = text.where(names, ~names.str.contains("有限(?:责任)?公司|[店铺行馆部]$"), _formed)
    names = text.where(names, _PART_MISSPELT, lambda odd: odd.str.replace(_PART_MISSPELT, "分公司"))
    names = text.where(names, _CUT, lambda odd: odd.str.replace(_CUT, "$1$2分公司"))
    return text.where(names, _BESIDE, _parted)


def _parted(names: pl.Series) -> pl.Series:
    for pattern, branch in _PARTS:
        names = names.str.replace(pattern, branch)
    return names


def _formed(names: pl.Series) -> pl.Series:
    for form, pattern in _MISSPELT.items():
        names = names.str.replace(pattern, form)
    return names


def _unglued(names: pl.Series) -> pl.Series:
    """``names`` without remarks at their end."""
    bare = names.str.replace(_GLUED, "")
    return names.to_frame("name").select(pl.when(bare.str.len_chars() < 2).then("name").otherwise(bare)).to_series()


def _sorted(frame: pl.DataFrame) -> pl.DataFrame:
    """The rows of ``frame`` with every piece of the name in its column."""
    pieces = frame.select("at", piece=pl.col("rest").str.extract_all(_PIECE)).explode("piece").drop_nulls()
    pieces = (
        pieces.with_row_index("number")
        .with_columns(
            bracketed=pl.col("piece").str.starts_with("("),
            piece=pl.col("piece").str.strip_chars("()| ").str.replace_all(r"\|", ""),
        )
        .filter(pl.col("piece") != "")
    )
    piece = pl.col("piece")
    pieces = pieces.with_columns(trade=trades.without(pieces["piece"]) == "", first=pl.col("at").is_first_distinct())
    ended = pl.when(pl.col("first")).then(piece.str.ends_with("公司"))
    parted = pl.when(pl.col("first")).then(piece.str.contains(_PARTED))
    pieces = pieces.with_columns(after=ended.forward_fill().fill_null(False), parted=parted.forward_fill().fill_null(False))
    aside = pl.col("bracketed") | ~pl.col("first")
    pieces = pl.concat((pieces.filter(~aside).select(*_PLAIN, *_plain()), _aside(pieces.filter(aside)))).sort("number")

    named = _joined(pieces, "rest", "named")
    whole = (
        frame.select("at")
        .join(_joined(pieces.filter(pl.col("sort").is_in(["rest", "trade"])), "", "ordered"), on="at", how="left")
        .join(named, on="at", how="left")
        .join(_joined(pieces, "trade", "trade"), on="at", how="left")
        .join(pieces.filter("first").select("at", any="piece", led=pl.col("sort") == "trade"), on="at", how="left")
    )
    for sort in ("stated", "outlet", "where", "owner"):
        one = pieces.filter(pl.col("sort") == sort).unique("at", keep="first", maintain_order=True)
        whole = whole.join(one.select("at", pl.col("piece").alias(sort)), on="at", how="left")
    inside = pieces.filter((pl.col("sort") == "inside") & (pl.col("inside") != ""))
    whole = whole.join(inside.group_by("at", maintain_order=True).agg(pl.col("inside").str.join(",")), on="at", how="left")
    former = pieces.filter(pl.col("sort") == "former").group_by("at", maintain_order=True).agg("former")
    whole = whole.join(former, on="at", how="left").with_columns(pl.col(pl.String).fill_null(""), pl.col("former").fill_null([]))
    company = pl.col("named").str.contains("公司|(?:^| )ltd")
    brand = pl.when((pl.col("named") == "") & (pl.col("owner") != "")).then("owner").otherwise("named")  # 文具店(金辉)
    turned = pl.col("led") & (brand != "") & ~company  # 饲料店-大同
    rest = pl.when(turned).then(brand + " " + pl.col("trade")).otherwise("ordered")
    whole = whole.with_columns(
        rest=pl.when(rest == "").then("any").otherwise(rest),
        owner=pl.when(pl.col("named") == "").then(pl.lit("")).otherwise("owner"),
        stated=pl.col("stated").replace_strict(LEGAL, default=""),
        outlet=outlet(pl.col("outlet")),
    )
    return whole.with_columns(rest=text.tight(whole["rest"])).select("at", "rest", "former", *BESIDE)


def _joined(pieces: pl.DataFrame, sort: str, name: str) -> pl.DataFrame:
    some = pieces.filter(pl.col("sort") == sort) if sort else pieces
    return some.group_by("at", maintain_order=True).agg(pl.col("piece").str.join(" ").alias(name))


def _plain() -> list[pl.Expr]:
    sort = pl.when("trade").then(pl.lit("trade")).otherwise(pl.lit("rest"))
    return [sort.alias("sort"), pl.lit("").alias("inside"), pl.lit(None, pl.String).alias("former")]


def _aside(pieces: pl.DataFrame) -> pl.DataFrame:
    """``pieces`` in brackets or behind the first one, with their ``sort``."""
    piece, bracketed = pl.col("piece"), pl.col("bracketed")
    whole = places.whole(pieces["piece"])
    pieces = pieces.with_columns(place=whole["all"], inside=whole["place"], formerly=piece.str.extract(_FORMER))
    cases = (
        ("former", pl.col("formerly").is_not_null() & (bracketed | (piece.str.len_chars() > 2))),
        ("inside", pl.col("place")),
        ("stated", bracketed & piece.is_in(list(LEGAL))),
        ("trade", pl.col("trade")),
        ("former", bracketed & pl.col("after") & piece.str.contains(_PARTED) & pl.col("parted")),
        ("outlet", piece.str.contains(_OUTLET) & ~piece.str.contains("公司.")),
        ("outlet", bracketed & piece.str.contains(_BRACKETED_OUTLET)),
        ("where", piece.str.contains(_ADDRESS)),
        ("remark", (bracketed | ~piece.str.contains(_ORGANISED)) & piece.str.contains(_REMARK)),
        ("remark", piece.str.contains(_BARE)),
        ("outlet", piece.str.contains(_PART)),
        ("remark", bracketed & piece.str.contains(r"^\p{Han}$")),
        ("where", bracketed & piece.str.contains(_WHERE)),
        ("former", bracketed & pl.col("after")),
        ("owner", bracketed & piece.str.contains(f"^{SURNAME}..?$")),
    )
    sort = pl.coalesce(*(pl.when(condition).then(pl.lit(name)) for name, condition in cases), pl.lit("rest"))
    return pieces.with_columns(sort.alias("sort"), former=pl.coalesce("formerly", "piece")).select(
        *_PLAIN, "sort", "inside", "former"
    )


def outlet(piece: pl.Expr) -> pl.Expr:
    """An outlet as people would say it: 长江路分店 and 长江路店 are one, 八店 and 8号店 too."""
    bare = piece.str.replace("(?:分公司|支公司|分店|店|门店|分部|点)$", "")
    counted = bare.str.replace("^第", "").str.replace("[号#分]$", "")
    return pl.when(counted.str.contains("^[0-9一二三四五六七八九十]+$")).then(counted.replace(NUMBERED)).otherwise(bare)
