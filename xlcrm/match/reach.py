"""Where a customer is reached in writing: e-mail and street addresses; placeholders are no evidence."""

from __future__ import annotations

import polars as pl

from xlcrm.match import places, text
from xlcrm.match.phones import listed
from xlcrm.match.text import choice
from xlcrm.match.words import FAKE_MAIL, NOTHING

MAIL = r"[a-z0-9][^\s,;，；、<>()（）/|:：]*@[^\s,;，；、<>()（）/|:：]*[a-z0-9]"
_FAKE_MAIL = f"^(?:{choice(FAKE_MAIL)})@|@(?:test|example)\\."
_AREA = r"^.[^州县区盟旗市]{0,12}[州县区盟旗市]"
_STREET = r"^(?:.{2,8}?(?:自治州|自治县|地区|[盟州]))?(?:.{1,7}?[市县区旗])?"
_LANDMARK = (
    r"(号|室|铺|楼|栋|座|[0-9])[ (,]*[^0-9号室铺楼栋座]{1,10}?"
    r"(?:旁边?|对面|门口|附近|[东西南北]侧|隔壁|楼下|[东西南北正后侧]门|桥头|天桥下|路口|交叉口|往[东西南北].{0,8})\)?$"
)


def mails(values: pl.Series) -> pl.Series:
    """The mail addresses in cells, lower case, without placeholders, sorted. 12345678 alone is a number at qq.com."""
    frame = pl.DataFrame({"mail": values}).with_row_index("at").filter(pl.col("mail") != "")
    if not frame.height:
        return pl.repeat([], len(values), dtype=pl.List(pl.String), eager=True)
    mail = text.where(frame["mail"], r"[^\x00-\x7f]", lambda wide: wide.str.normalize("NFKC")).str.to_lowercase()
    mail = mail.str.replace(r"^ *([1-9][0-9]{4,9}) *$", "$1@qq.com")
    frame = frame.with_columns(mail=mail.str.extract_all(MAIL)).explode("mail").drop_nulls()
    return listed(frame.filter(~pl.col("mail").str.contains(_FAKE_MAIL)), "mail", len(values))


def addresses(values: pl.Series) -> pl.DataFrame:
    """What ``values`` say: ``area`` codes of places; ``street`` without them, people leave them out; ``doors`` its numbers."""
    plain = text.where(
        text.plain(values), "#|[幢]", lambda odd: odd.str.replace_all("([0-9])#", "${1}号").str.replace_all("幢", "栋")
    )
    plain = text.where(plain, r"[旁面口近侧壁下门头北东南西米)]$|往", lambda odd: odd.str.replace(_LANDMARK, "$1"))
    frame = pl.DataFrame({"plain": plain, "area": pl.repeat("", len(plain), dtype=pl.String, eager=True)}).with_row_index("at")
    parted = frame.filter(pl.col("plain").str.contains("[ ,，;；、].*"))
    if parted.height:
        frame = text.amended(frame, _whole(parted))
    street = pl.col("street")
    frame = frame.with_columns(street=text.words(frame["plain"]).str.slice(0, text.LONGEST))
    frame = frame.with_columns(
        street=pl.when(street.is_in(NOTHING) | (street.str.len_chars() < 4)).then(pl.lit("")).otherwise(street)
    )
    edge = places.leading(frame["street"], leave=3)
    frame = frame.with_columns(street=edge["rest"], area=places.joined(edge["place"], frame["area"]))
    district = places.district(frame["street"], frame["area"])
    frame = frame.with_columns(street=district["rest"], area=district["place"])
    frame = frame.with_columns(street=text.where(frame["street"], _AREA, _nearer))
    return frame.select("street", "area", doors=street.str.extract_all("[0-9]+").list.join(","))


def _nearer(streets: pl.Series) -> pl.Series:
    """``streets`` without the counties and towns before them that are in no table."""
    shorter = streets.str.replace(_STREET, "")
    return streets.to_frame("street").select(pl.when(shorter.str.len_chars() >= 5).then(shorter).otherwise("street")).to_series()


def _whole(frame: pl.DataFrame) -> pl.DataFrame:
    """Addresses in pieces put together, those that are places only apart: 婺城区,金华市,枫林路3号."""
    pieces = frame.select("at", piece=pl.col("plain").str.replace_all("[,，;；、]", " ").str.split(" ")).explode("piece")
    pieces = pieces.filter(pl.col("piece") != "")
    pieces = pieces.with_columns(all=places.whole(pieces["piece"])["all"])
    rest = pieces.filter(~pl.col("all")).group_by("at", maintain_order=True).agg(plain=pl.col("piece").str.join(" "))
    # People go from the wide to the narrow, or from the narrow to the wide.
    named = pieces.filter("all").group_by("at", maintain_order=True).agg(down="piece", up=pl.col("piece").reverse())
    down, up = (places.leading(named[way].list.join(""), leave=0)["place"] for way in ("down", "up"))
    area = named.select("at", area=pl.when(up.str.len_chars() > down.str.len_chars()).then(up).otherwise(down))
    whole = frame.select("at").join(rest, on="at", how="left").join(area, on="at", how="left")
    return whole.with_columns(pl.col("plain", "area").fill_null(""))
