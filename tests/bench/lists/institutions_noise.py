"""From a customer to the rows people typed: each copy must still be recognisable from a row before it.

Evidence is counted in points shared by two rows (see POINTS); a full name needs 1.5, a short form 2.5, English or initials 3.5, a
silent old name 5 with contact and address. A copy below that is drawn again, so every cluster can be followed by a careful clerk.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field

from opencc import OpenCC
from pypinyin import lazy_pinyin

from tests.bench.lists.institutions_customers import WORDS, Address, Customer, World

POINTS = {
    "mobile": 1.0,
    "mobile_near": 1.0,
    "landline": 2.0,
    "switchboard": 0.5,
    "contact": 0.5,
    "surname": 0.5,
    "mail": 1.5,
    "domain": 0.5,
    "address": 1.0,
}
NEED = {3: 1.5, 2: 2.5, 1: 3.5, 0: 5.0}
GENERIC = "有限公司责任股份医院科技机械设备贸易工程服务分公司"
DIGITS = "一二三四五六七八九十"
_TRADITIONAL = OpenCC("s2t")
_WIDE = str.maketrans("0123456789-", "０１２３４５６７８９－")


def _homophones() -> dict[str, str]:
    """Characters of the word tables that sound the same: 宏 -> 红鸿."""
    sounds: dict[str, str] = defaultdict(str)
    for char in sorted({c for words in WORDS.values() for word in words for c in word if "一" <= c <= "鿿" and c not in DIGITS}):
        sounds[lazy_pinyin(char)[0]] += char
    return {char: chars.replace(char, "") for chars in sounds.values() for char in chars if len(chars) > 1}


HOMOPHONES = _homophones()
SHAPES = {pair[0]: pair[1] for pair in WORDS["shapes"] if pair[0] != pair[1]}


@dataclass
class Row:
    """Cells of one row, what of it can be recognised, and what was done to it."""

    cells: dict[str, str]
    strength: int
    anchors: set[str] = field(default_factory=set)
    kinds: list[str] = field(default_factory=list)


def shared_points(left: Row, right: Row) -> float:
    """Points of evidence that both rows show."""
    return sum(POINTS[anchor] for anchor in left.anchors & right.anchors)


def enough(left: Row, right: Row, guard: int) -> bool:
    """True if a clerk who sees both rows would call them one customer."""
    strength = min(left.strength, right.strength)
    both = left.anchors & right.anchors
    if strength == 0 and not {"contact", "address", "mobile"} <= both:
        return False
    if strength <= 1 and not both & {"mobile", "landline", "mail"}:
        return False
    return shared_points(left, right) >= NEED[strength] + (1 if guard and strength < 3 else 0)


def typo(rng: random.Random, text: str, *, generic_only: bool) -> tuple[str, str]:
    """One slip of an input method, of the eye or of the fingers; numbers are left alone because they tell customers apart."""
    spots = [
        i for i, char in enumerate(text) if "一" <= char <= "鿿" and char not in DIGITS and (char in GENERIC or not generic_only)
    ]
    rng.shuffle(spots)
    draw = rng.random()
    for i in spots:
        if draw < 0.5 and text[i] in HOMOPHONES:
            return text[:i] + rng.choice(HOMOPHONES[text[i]]) + text[i + 1 :], "homophone"
        if 0.5 <= draw < 0.75 and text[i] in SHAPES:
            return text[:i] + SHAPES[text[i]] + text[i + 1 :], "shape"
        if 0.75 <= draw < 0.9 and len(text) > 6:
            return text[:i] + text[i + 1 :], "missing_char"
        if draw >= 0.9 and i + 1 in spots:
            return text[:i] + text[i + 1] + text[i] + text[i + 2 :], "transposed_char"
    return text, "same"


def dress(rng: random.Random, name: str) -> tuple[str, str]:
    """The same name in other clothes: spaces, brackets, width, traditional characters, remarks."""
    kind = rng.choices(["same", "space", "halfwidth", "traditional", "remark", "edge", "fullwidth"], [62, 6, 8, 5, 13, 4, 2])[0]
    if kind == "space":
        spot = rng.randrange(1, len(name))
        return f"{name[:spot]} {name[spot:]}", kind
    if kind == "halfwidth" and "（" in name:
        return name.replace("（", "(").replace("）", ")"), kind
    if kind == "traditional":
        return _TRADITIONAL.convert(name), kind
    if kind == "remark":
        return (
            (name + rng.choice(WORDS["remarks"]), kind)
            if rng.random() < 0.8
            else (f"{rng.choice(['★', '【重点】', '[VIP]'])}{name}", kind)
        )
    if kind == "edge":
        return rng.choice([f" {name}", f"{name}　", f"{name}。", f"{name}\n"]), kind
    if kind == "fullwidth" and name.isascii():
        return "".join(chr(ord(c) + 0xFEE0) if c.isalnum() else c for c in name), kind
    return name, "same"


def _name(rng: random.Random, customer: Customer, *, first: bool) -> tuple[str, int, str]:
    """Written name, strength of it, kind."""
    draw = rng.random()
    if first:
        draw *= 0.5
    name, strength, kind = customer.name, 3, "same"
    if draw > 0.86 and customer.weak and customer.guard < 2:
        (kind, name), strength = rng.choice(customer.weak), 1
    elif draw > 0.62 and customer.spoken and customer.guard < 2:
        (kind, name), strength = rng.choice(customer.spoken), 2
    elif 0.42 < draw < 0.62 and customer.light:
        kind, name = rng.choice(customer.light)
    elif 0.32 < draw < 0.42:
        name, kind = typo(rng, name, generic_only=customer.guard > 0)
        strength = 3 if customer.guard else 2
    name, dressed = dress(rng, name)
    return name, strength, "+".join(k for k in (kind, dressed) if k != "same") or "same"


def _mobile(rng: random.Random, number: str) -> tuple[str, str]:
    kind = rng.choices(["plain", "spaced", "prefix", "wide", "wechat", "transposed"], [60, 16, 10, 3, 6, 5])[0]
    if kind == "spaced":
        gap = rng.choice([" ", "-", "  "])
        return f"{number[:3]}{gap}{number[3:7]}{gap}{number[7:]}", kind
    if kind == "prefix":
        return rng.choice(["+86 ", "86-", "0086", "+86"]) + number, kind
    if kind == "wide":
        return number.translate(_WIDE), kind
    if kind == "wechat":
        return number + rng.choice(["（微信同号）", "(微信)", " 手机"]), kind
    if kind == "transposed":
        spots = [i for i in range(3, 10) if number[i] != number[i + 1]]
        if spots:
            i = rng.choice(spots)
            return number[:i] + number[i + 1] + number[i] + number[i + 2 :], kind
    return number, "plain"


def _landline(rng: random.Random, number: str, extension: str) -> tuple[str, str]:
    area, local = number.split("-")
    text, kind = rng.choice(
        [
            (number, "plain"),
            (number, "plain"),
            (f"({area}){local}", "bracketed"),
            (f"{area}-{local[:4]} {local[4:]}", "spaced"),
            (area + local, "joined"),
            (local, "no_area"),
            (f"+86-{area[1:]}-{local}", "prefix"),
        ]
    )
    if extension and rng.random() < 0.75:
        return text + rng.choice([f"转{extension}", f"-{extension}", f"*{extension}", f" 转 {extension}"]), kind + "+extension"
    return text, kind


def _phones(rng: random.Random, customer: Customer, row: Row, mobile: str, *, other: bool) -> str:
    line = "switchboard" if customer.shared_line else "landline"
    wanted = rng.choices(["mobile", "landline", "both", "none"], [42, 25, 22, 11])[0]
    cells = []
    if wanted in {"mobile", "both"}:
        text, kind = _mobile(rng, mobile)
        cells.append(text)
        if not other:
            row.anchors |= {"mobile_near"} if kind == "transposed" else {"mobile", "mobile_near"}
        row.kinds.append("other_mobile" if other else kind)
    if wanted in {"landline", "both"}:
        text, kind = _landline(rng, customer.landline, "" if other else customer.extension)
        cells.append(text)
        row.anchors.add(line)
        row.kinds.append(kind)
    if wanted == "none":
        row.kinds.append("blank")
        return rng.choice(["", "", "", "13800138000", "暂无", "12345678"])
    if wanted == "both":
        rng.shuffle(cells)
    return rng.choice(["/", "；", " ", "、", ";"]).join(cells)


def write_address(rng: random.Random, address: Address) -> str:
    """An address, whole or shortened; the road with its number or the building with its room always stays."""
    place = address.place
    district = "" if rng.random() < 0.25 else place.district
    head = rng.choice([f"{place.region}{place.city}市", f"{place.city}市", place.city, f"{place.province}{place.city}", ""])
    if address.building and rng.random() < 0.25:
        return head + address.building + address.room
    return head + district + address.road + (address.building + address.room if rng.random() < 0.8 else "")


def _draft(world: World, customer: Customer, written: tuple[str, int, str], *, first: bool = False) -> Row:
    """One row as somebody might have typed it, under a name already `written` (name, strength, kind)."""
    rng = world.rng
    name, strength, kind = written
    row = Row({}, strength, kinds=[])
    other = not first and strength == 3 and not customer.shared_line and rng.random() < 0.07
    person = world.person(customer.titles) if other else customer.person
    mobile = f"13{rng.randrange(10**9):09d}" if other else customer.mobile
    form = rng.choices(["same", "title", "english", "blank", "spaced"], [66, 15, 4, 10, 5])[0]
    contact = {
        "same": person.name,
        "title": person.surname + person.title,
        "english": person.english,
        "blank": rng.choice(["", "", "前台", "暂无", "采购部"]),
        "spaced": f"{person.name[:1]} {person.name[1:]}",
    }[form]
    if form != "blank" and not other:
        row.anchors |= {"contact", "surname"} if form in {"same", "spaced"} else {"surname"}
    phone = _phones(rng, customer, row, mobile, other=other)
    mail = world.mail(person, customer.domain if customer.domain not in {"qq.com", "163.com"} else "") if other else customer.mail
    if rng.random() < 0.45:
        mail = rng.choice(
            ["", "", "", "", "无", f"info@{customer.domain}" if customer.domain not in {"qq.com", "163.com"} else "test@test.com"]
        )
    elif mail == customer.mail:
        row.anchors |= {"mail", "domain"}
    elif mail.partition("@")[2] == customer.domain:
        row.anchors.add("domain")
    address = ""
    if customer.guard == 2 or rng.random() < 0.72:
        address = write_address(rng, customer.address)
        row.anchors.add("address")
    if customer.placeholder:
        contact, phone = rng.choice(["前台", "采购部", "联系人"]), "13800138000"
        row.anchors -= {"mobile", "mobile_near", "contact", "surname", "landline"}
        form, row.kinds = "placeholder", ["placeholder"]
    row.kinds = [kind, "+".join(row.kinds) or "same", "other" if other else form]
    row.cells = {"客户名称": name, "联系人": contact, "手机/固话": phone, "邮箱": mail, "地址": address}
    _misplace(rng, row)
    trade = "" if rng.random() < 0.25 else customer.trade
    row.cells |= {
        "所属行业": trade,
        "更新日期": f"{rng.randrange(2023, 2026)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}",
    }
    return row


def _misplace(rng: random.Random, row: Row) -> None:
    """Now and then a value stands in the wrong column."""
    cells, draw = row.cells, rng.random()
    if draw < 0.008 and "contact" in row.anchors:
        cells["客户名称"], cells["联系人"] = cells["联系人"], cells["客户名称"]
        row.kinds.append("swap_name_contact")
    elif draw < 0.016 and cells["手机/固话"]:
        cells["邮箱"], cells["手机/固话"] = cells["手机/固话"], cells["邮箱"]
        row.kinds.append("swap_phone_mail")
    elif draw < 0.026 and cells["地址"]:
        cells["客户名称"], cells["地址"] = f"{cells['客户名称'].strip()} {cells['地址']}", ""
        row.kinds.append("address_in_name")
    elif draw < 0.034 and cells["手机/固话"] and cells["联系人"]:
        cells["联系人"], cells["手机/固话"] = f"{cells['联系人']} {cells['手机/固话']}", ""
        row.kinds.append("phone_in_contact")


def rows_of(world: World, customer: Customer, size: int) -> list[Row]:
    """`size` rows of one customer; the first has its full name and at least 3 points, each other one is tied to a row before it."""
    rng = world.rng
    while True:
        first = _draft(world, customer, _name(rng, customer, first=True), first=True)
        points = sum(POINTS[anchor] for anchor in first.anchors)
        if first.strength == 3 and (points >= 3 or customer.placeholder):
            break
    first.kinds = ["base", *first.kinds]
    rows = [first]
    if customer.former and size > 1:
        old, marked = customer.former
        if rng.random() < 0.75:
            rows.append(_tied(world, customer, [first], (marked, 3, "former_marked"), least=3))
            rows.append(_tied(world, customer, rows[1:], (old, 2, "former")))
        else:
            rows.append(Row(first.cells | {"客户名称": old}, 0, set(first.anchors), ["former_silent", "same", "same"]))
            if not {"contact", "address", "mobile"} <= first.anchors:
                rows.pop()
    while len(rows) < size:
        if rng.random() < 0.05:
            rows.append(_again(rng.choice(rows)))
        else:
            rows.append(_tied(world, customer, rows, _name(rng, customer, first=False)))
    return rows[:size]


def _tied(world: World, customer: Customer, rows: list[Row], written: tuple[str, int, str], least: float = 0) -> Row:
    """A row under that name, of `least` points, whose other cells tie it to one of `rows`; else one of `rows` once more."""
    for _ in range(60):
        row = _draft(world, customer, written)
        if sum(POINTS[anchor] for anchor in row.anchors) >= least and any(
            enough(row, earlier, customer.guard) for earlier in rows
        ):
            return row
    return _again(rows[0])


def _again(row: Row) -> Row:
    return Row(dict(row.cells), row.strength, set(row.anchors), ["exact", "same", "same"])
