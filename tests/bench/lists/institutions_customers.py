"""Invented customers of a B2B supplier: companies, hospitals, schools and bureaus, each with the other ways people write its name."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, replace
from pathlib import Path

from pypinyin import lazy_pinyin

_RAW = json.loads((Path(__file__).parent / "institutions_words.json").read_text(encoding="utf-8"))
WORDS: dict[str, list[str]] = {key: value.split() if isinstance(value, str) else value for key, value in _RAW.items()}
LEGAL = "有限公司"
Names = tuple[tuple[str, str], ...]  # (kind, name)
CAPITALS = {line.split()[0]: line.split()[2] for line in reversed(WORDS["cities"])}.values()  # the first city of each province


@dataclass(frozen=True)
class Place:
    """A city with one of its districts; `full` is how an institution of that district begins its name."""

    province: str
    short: str
    city: str
    area: str
    district: str

    @property
    def region(self) -> str:
        return self.province if self.province == "广西" else f"{self.province}省"

    @property
    def full(self) -> str:
        return self.district if self.district[-1] in "市县" else f"{self.city}市{self.district}"


@dataclass(frozen=True)
class Person:
    """A contact; `title` follows the surname when somebody writes 王主任."""

    name: str
    surname: str
    english: str
    title: str


@dataclass(frozen=True)
class Address:
    """Parts of an address; building and room may be empty."""

    place: Place
    road: str
    building: str = ""
    room: str = ""


@dataclass(frozen=True)
class Customer:
    """One customer and every way its name is written.

    light: the same full name in other writing; spoken: short forms; weak: names that need other fields to be believed
    (English, initials); former: (unmarked, marked) pairs of a renamed customer. guard 0: free; 1: a sibling is near, so typos
    only in generic words and more evidence; 2: the name alone tells it from a sibling, so only light forms.
    """

    name: str
    trade: str
    place: Place
    person: Person
    mobile: str
    landline: str
    mail: str
    address: Address
    light: Names = ()
    spoken: Names = ()
    weak: Names = ()
    former: tuple[str, str] | None = None
    extension: str = ""
    guard: int = 0
    shared_line: bool = False
    group: str = ""
    titles: str = "company_titles"
    placeholder: bool = False

    @property
    def domain(self) -> str:
        return self.mail.partition("@")[2]


def latin(text: str) -> str:
    """Pinyin in one word with a capital: 宏远 -> Hongyuan."""
    return "".join(lazy_pinyin(text)).capitalize()


class World:
    """Draws customers; never the same name, mobile or landline twice."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._used: set[str] = set()

    def fresh(self, key: str) -> bool:
        """True once per key."""
        if key in self._used:
            return False
        self._used.add(key)
        return True

    def place(self) -> Place:
        province, short, city, area, *districts = self.rng.choice(WORDS["cities"]).split()
        return Place(province, short, city, area, self.rng.choice(districts))

    def person(self, titles: str) -> Person:
        rng = self.rng
        surname = rng.choice(WORDS["surnames"][:30] if rng.random() < 0.7 else WORDS["surnames"])
        return Person(
            surname + rng.choice(WORDS["given"]),
            surname,
            f"{rng.choice(WORDS['english_given'])} {latin(surname)}",
            rng.choice(WORDS[titles]),
        )

    def mobile(self) -> str:
        while True:
            number = self.rng.choice(WORDS["mobile_prefixes"]) + f"{self.rng.randrange(10**8):08d}"
            if self.fresh(number):
                return number

    def landline(self, place: Place) -> str:
        digits = (
            8
            if len(place.area) == 3
            or place.area
            in {
                "0571",
                "0574",
                "0512",
                "0531",
                "0532",
                "0755",
                "0757",
                "0769",
                "0731",
                "0371",
                "0311",
                "0551",
                "0591",
                "0595",
                "0451",
                "0431",
                "0411",
            }
            else 7
        )
        while True:
            number = f"{place.area}-{self.rng.randrange(2, 9)}{self.rng.randrange(10 ** (digits - 1)):0{digits - 1}d}"
            if self.fresh(number):
                return number

    def address(self, place: Place, *, office: bool) -> Address:
        rng = self.rng
        road = f"{rng.choice(WORDS['roads'])}{rng.randrange(1, 999)}号"
        if not office or rng.random() < 0.4:
            return Address(place, road)
        floor = rng.randrange(2, 28)
        return Address(
            place,
            road,
            latin_free(rng) + rng.choice(WORDS["buildings"]),
            f"{rng.choice(['', 'A座', 'B座', '3幢'])}{floor}{rng.randrange(1, 20):02d}室",
        )

    def mail(self, person: Person, domain: str) -> str:
        local = self.rng.choice(
            [
                "".join(lazy_pinyin(person.name)),
                "".join(word[0] for word in lazy_pinyin(person.name)),
                person.english.replace(" ", ".").lower(),
            ]
        )
        free = self.rng.random()
        if free < 0.35 or not domain:
            return (
                f"{self.rng.randrange(10**8, 10**10)}@qq.com" if free < 0.2 else f"{local}{self.rng.randrange(10, 9999)}@163.com"
            )
        return f"{local}@{domain}"

    def customer(
        self,
        name: str,
        trade: str,
        place: Place,
        domain: str,
        titles: str,
        *,
        office: bool = False,
        light: Names = (),
        spoken: Names = (),
        weak: Names = (),
    ) -> Customer:
        """A customer of that name with a person, numbers, mail and address of its own."""
        person = self.person(titles)
        return Customer(
            name,
            trade,
            place,
            person,
            self.mobile(),
            self.landline(place),
            self.mail(person, domain),
            self.address(place, office=office),
            titles=titles,
            light=light,
            spoken=spoken,
            weak=weak,
        )

    def brand(self) -> str:
        return (
            self.rng.choice(WORDS["brand_first"])
            + self.rng.choice(WORDS["brand_second"])
            + (self.rng.choice(WORDS["brand_second"]) if self.rng.random() < 0.12 else "")
        )

    def company(self, place: Place | None = None, brand: str = "", trade: str = "", suffix: str = "") -> Customer:
        """A private company; suffix 集团 makes it a group."""
        rng = self.rng
        while True:
            where, word, line = place or self.place(), brand or self.brand(), trade or rng.choice(WORDS["trades"])
            if self.fresh(f"{where.city}{word}{line}{suffix}"):
                break
            if place and brand and trade:
                place = None
        activity, industry, english = line.split()
        return self._company(where, word, activity, industry, english, suffix)

    def _company(self, place: Place, brand: str, word: str, trade: str, english: str, suffix: str) -> Customer:
        rng = self.rng
        city, english = place.city, english.replace("-", " ")
        core = brand + word + suffix
        form = rng.choice([LEGAL] * 6 + ["有限责任公司", "股份有限公司"])
        front = rng.random() < 0.75
        name = f"{city}{core}{form}" if front else f"{core}（{city}）{form}" if rng.random() < 0.6 else f"{city}市{core}{form}"
        light = [
            ("legal", name.replace(form, "有限责任公司" if form == LEGAL else LEGAL)),
            ("legal_drop", name.replace(form, "公司")),
            ("order", f"{core}（{city}）{form}" if front else f"{city}{core}{form}"),
            ("place_add", f"{place.province if rng.random() < 0.5 else place.region}{city}{core}{form}"),
        ]
        latin_name = f"{latin(city)} {latin(brand)} {english}{' Group' if suffix else ''} Co., Ltd."
        light.append(("bilingual", f"{name} {latin_name}"))
        spoken = [
            ("short", brand + word),
            ("short", city + brand),
            *[("place_drop", f"{core}{form}")] * 3,
            ("short", f"{city}{brand}{word}"),
            ("english", latin_name),
            ("english", latin_name.replace(" Co., Ltd.", "")),
        ]
        weak = [
            ("brand_only", brand),
            ("initials", "".join(letter[0] for letter in lazy_pinyin(city + brand)).upper()),
            ("initials", "".join(letter[0] for letter in lazy_pinyin(brand + word)).upper()),
            ("english", f"{latin(brand)} {english}"),
        ]
        domain = f"{latin(brand).lower()}{rng.choice(['', '', latin(city).lower(), english.split()[0].lower()[:4]])}.{rng.choice(['com', 'cn', 'com.cn'])}"
        return self.customer(
            name, trade, place, domain, "company_titles", office=True, light=tuple(light), spoken=tuple(spoken), weak=tuple(weak)
        )

    def foreign(self, entry: str = "", place: Place | None = None) -> Customer:
        """A subsidiary of a foreign maker; the place in brackets is part of its identity."""
        brand, english = (entry or self.rng.choice(WORDS["foreign"])).split()
        english = english.replace("-", " ")
        while True:
            where = place or self.place()
            seat = "中国" if self.rng.random() < 0.1 else where.city
            if self.fresh(f"{brand}{seat}"):
                break
            place = None
        legal = self.rng.choice([LEGAL, "贸易有限公司", "投资有限公司", LEGAL])
        roman = "China" if seat == "中国" else latin(seat)
        name = f"{brand}（{seat}）{legal}"
        tail = {"贸易有限公司": "Trading Co., Ltd.", "投资有限公司": "Investment Co., Ltd.", LEGAL: "Co., Ltd."}[legal]
        full = f"{english} ({roman}) {tail}"
        light = (("bilingual", f"{full} {name}"), ("bilingual", f"{name}（{full}）"), ("order", f"{seat}{brand}{legal}"))
        spoken = (
            ("english", full),
            ("english", f"{english} Ltd., {roman}"),
            ("short", f"{brand}{seat}"),
            ("short", f"{english} {seat}"),
        )
        return self.customer(
            name,
            "制造业",
            where,
            f"{english.split()[0].lower()}.com",
            "company_titles",
            office=True,
            light=light,
            spoken=spoken,
            weak=(("english", english), ("brand_only", brand)),
        )

    def state(self, pattern: str = "", place: Place | None = None) -> Customer:
        """A city's unit of a state enterprise: a customer of its own; or a construction bureau with its number."""
        while True:
            where = place or self.place()
            full, short, roman, trade = (
                part.replace("{省}", where.province).replace("{市}", where.city)
                for part in (pattern or self.rng.choice(WORDS["state"])).split("|")
            )
            if self.fresh(full):
                break
            place = None
        return self.customer(
            full,
            trade,
            where,
            "",
            "company_titles",
            light=(("bracket", f"{full}（{short}）"),),
            spoken=(("short", short),),
            weak=(("english", roman),),
        )

    def builder(self, number: str, place: Place) -> Customer | None:
        """The branch of a numbered construction bureau in one city; None if it exists already."""
        if not self.fresh(f"中建{number}局{place.city}"):
            return None
        full = f"中国建筑第{number}工程局有限公司{place.city}分公司"
        spoken = (("short", f"中建{number}局{place.city}分公司"), ("short", f"中建{number}局{place.city}公司"))
        return self.customer(
            full, "建筑业", place, "", "company_titles", light=(("bracket", f"{full}（中建{number}局）"),), spoken=spoken
        )

    def _institution(
        self, name: str, trade: str, place: Place, titles: str, spoken: list[str], domain: str, former: str = ""
    ) -> Customer:
        light = [("place_add", f"{place.region}{name}")] if not name.startswith(place.province) else []
        if name.startswith(f"{place.city}市"):
            light.append(("place_form", name.replace(f"{place.city}市", place.city, 1)))
        marked = (former, f"{name}（原{former}）") if former else None
        return replace(
            self.customer(
                name, trade, place, domain, titles, light=tuple(light), spoken=tuple(("short", short) for short in spoken)
            ),
            former=marked,
        )

    def hospital(self, place: Place | None = None, kind: str = "") -> Customer:
        while True:
            where = place or self.place()
            table = (
                kind
                or self.rng.choices(
                    ["hospitals", "district_hospitals", "province_hospitals"], [10, 5, 6 if where.city in CAPITALS else 0]
                )[0]
            )
            name, *spoken = (
                text.replace("{省}", where.province)
                .replace("{简}", where.short)
                .replace("{市}", where.city)
                .replace("{区}", where.full)
                for text in self.rng.choice(WORDS[table]).split("|")
            )
            if self.fresh(name):
                break
            place = None
        former = f"{where.city}市{self.rng.choice(['铁路', '建设', '纺织', '工人'])}医院"
        if table != "hospitals" or "人民医院" not in name or self.rng.random() < 0.8 or not self.fresh(former):
            former = ""
        return self._institution(
            name,
            "卫生和社会工作",
            where,
            "hospital_titles",
            spoken,
            f"{''.join(w[0] for w in lazy_pinyin(name))[:8]}.org.cn",
            former,
        )

    def school(self, place: Place | None = None, number: str = "") -> Customer:
        rng = self.rng
        while True:
            where = place or self.place()
            draw = rng.random()
            if number or draw < 0.4:
                digit, level = number or rng.choice(WORDS["numbers"]), rng.choice(["中学", "中学", "小学"])
                name, spoken = (
                    f"{where.city}市第{digit}{level}",
                    [f"{where.city}{digit}{level[0]}", f"市{digit}{level[0]}", f"{where.city}第{digit}{level}"],
                )
            elif draw < 0.85:
                name, short = rng.choice(WORDS["district_schools"]).replace("{区}", where.full).split("|")
                spoken = [short]
            else:
                kind, short = rng.choice(WORDS["city_schools"]).split("|")
                name, spoken = f"{where.city}{'' if '学院' in kind else '市'}{kind}", [where.city + short]
            if self.fresh(name):
                break
            place = None
        return self._institution(
            name, "教育", where, "school_titles", spoken, f"{''.join(w[0] for w in lazy_pinyin(name))[:8]}.edu.cn"
        )

    def university(self) -> Customer | None:
        """A university of a province; None when that one exists already."""
        where = self.place()
        kind, short = self.rng.choice(WORDS["university_kinds"]).split("|")
        name = f"{self.rng.choice([where.province, where.city])}{kind}"
        if not self.fresh(name):
            return None
        former = name.replace("大学", "学院") if self.rng.random() < 0.3 else ""
        head = where.short if name.startswith(where.province) else where.city
        return self._institution(
            name, "教育", where, "school_titles", [head + short], f"{''.join(w[0] for w in lazy_pinyin(name))}.edu.cn", former
        )

    def bureau(self, place: Place | None = None, kind: str = "") -> Customer:
        rng = self.rng
        while True:
            where = place or self.place()
            full, short = (kind or rng.choice(WORDS["bureaus"])).split("|")
            level = rng.choice([f"{where.city}市", where.full, where.full])
            if self.fresh(level + full):
                break
            place = None
        spoken = [level + short] + ([f"市{short}"] if level == f"{where.city}市" else [where.district + short])
        return self._institution(
            level + full, "公共管理和社会组织", where, "bureau_titles", spoken, f"{latin(where.city).lower()}.gov.cn"
        )

    def part(self, base: Customer, unit: str, *, line: bool = True, address: bool = True) -> Customer:
        """A department, campus or branch of `base`: a customer of its own with its own person, sharing switchboard and address if told so."""
        person = self.person(base.titles)
        light = [
            ("join", f"{base.name}-{unit}"),
            ("join", f"{base.name} {unit}"),
            ("bracket", f"{base.name}（{unit}）"),
            *((kind, text + unit) for kind, text in base.light if kind.startswith("place")),
        ]
        return replace(
            base, name=base.name + unit, person=person, mobile=self.mobile(), mail=self.mail(person, base.domain if base.domain not in {"qq.com", "163.com"} else ""),
            landline=base.landline if line else self.landline(base.place), shared_line=line, extension=f"{self.rng.randrange(100, 9000)}" if line and self.rng.random() < 0.5 else "",
            address=base.address if address else self.address(base.place, office=False), light=tuple(light), guard=1, former=None,
            spoken=tuple((kind, text + unit) for kind, text in base.spoken if kind == "short"), weak=(),
        )  # fmt: skip


def latin_free(rng: random.Random) -> str:
    """A Chinese building name's first word: 恒隆 before 国际大厦."""
    return rng.choice(WORDS["brand_first"]) + rng.choice(WORDS["brand_second"])
