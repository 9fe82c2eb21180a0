"""Invented customers of every kind and the town that hands out their names, people, phones and places, each once."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

WORDS: dict[str, Any] = json.loads(Path(__file__).with_name("mixed_words.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Name:
    """The parts of a customer's name in writing order; a part may be empty."""

    region: str = ""
    brand: str = ""
    trade: str = ""
    suffix: str = ""
    unit: str = ""  # branch, department or outlet

    def text(self, *without: str) -> str:
        return "".join(getattr(self, part) for part in ("region", "brand", "trade", "suffix", "unit") if part not in without)


@dataclass(frozen=True)
class Place:
    """An address: city is one entry of the cities table."""

    city: dict[str, Any]
    district: str
    road: str
    number: int
    detail: str


@dataclass(frozen=True)
class Customer:
    """One customer as it really is; `fixed` names the parts (of Name, or phone) that no copy may lose."""

    world: str
    name: Name
    person: str
    mobile: str
    landline: str
    place: Place
    trade: str
    mail: str
    group: str = ""
    fixed: frozenset[str] = frozenset()
    spoken: str = ""
    english: str = ""
    former: str = ""
    remark: str = ""  # told of the contact
    plain: bool = False  # the first row must show name, contact and phone as they are


class Town:
    """Hands out people, phones, places and names from one random generator, each phone and each brand in a city once."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.used: set[str] = set()
        self.families = 0

    def fresh(self, draw: Callable[[], str]) -> str:
        """The first drawn text that was never handed out."""
        while (text := draw()) in self.used:
            pass
        self.used.add(text)
        return text

    def group(self, label: str) -> str:
        self.families += 1
        return f"{label}-{self.families}"

    def mobile(self) -> str:
        return self.fresh(lambda: self.rng.choice(WORDS["mobile_heads"]) + f"{self.rng.randrange(10**8):08d}")

    def landline(self, city: dict[str, Any]) -> str:
        digits = 8 if len(city["code"]) == 3 else self.rng.choice((7, 8))

        def draw() -> str:
            return f"{city['code']}-{self.rng.randrange(2, 9)}{self.rng.randrange(10 ** (digits - 1)):0{digits - 1}d}"

        return self.fresh(draw)

    def person(self) -> str:
        if self.rng.random() < 0.2:
            return str(self.rng.choice(WORDS["common"]))
        given = "".join(self.rng.choices(WORDS["given"], k=1 if self.rng.random() < 0.2 else 2))
        return str(self.rng.choice(WORDS["surnames"])) + given

    def place(self, city: dict[str, Any], home: bool = False) -> Place:
        rng = self.rng
        if home:
            flat = f"{rng.randrange(1, 4)}单元{rng.randrange(1, 19)}0{rng.randrange(1, 5)}室"
            detail = f"{rng.choice(WORDS['estates'])}{rng.randrange(1, 40)}幢{flat}"
        elif rng.random() < 0.5:
            detail = f"{rng.choice(WORDS['buildings'])}{rng.choice('ABC')}座{rng.randrange(2, 27)}{rng.randrange(1, 25):02d}室"
        else:
            detail = rng.choice(("", f"{rng.randrange(1, 9)}号楼", f"{rng.randrange(1, 9)}幢{rng.randrange(1, 6)}楼"))
        return Place(city, rng.choice(city["districts"]), rng.choice(WORDS["roads"]), rng.randrange(1, 900), detail)

    def brand(self, city: dict[str, Any], syllables: int = 0) -> str:
        def draw() -> str:
            size = syllables or self.rng.choice((2, 2, 2, 3))
            rest = self.rng.sample(WORDS["brand_second"], size - 1)
            return f"{city['city']}{self.rng.choice(WORDS['brand_first'])}{''.join(rest)}"

        return self.fresh(draw).removeprefix(str(city["city"]))

    def mail(self, person: str) -> str:
        rng = self.rng
        if rng.random() < 0.4:
            return self.fresh(lambda: f"{rng.randrange(10**7, 10**10)}@qq.com")
        host = rng.choice(("163.com", "126.com", "qq.com", "foxmail.com", "sina.com"))
        return self.fresh(lambda: f"{latin(person)}{rng.randrange(10, 99999)}@{host}")

    def city(self) -> dict[str, Any]:
        return dict(self.rng.choice(WORDS["cities"]))

    def customer(self, world: str, name: Name, city: dict[str, Any], trade: str, **known: Any) -> Customer:
        """A customer with whatever is not known about it drawn at random."""
        person = known.pop("person", None) or self.person()
        place = known.pop("place", None) or self.place(city, home=world == "person")
        if world in ("shop", "hospital", "school"):  # they stand on the street, not in an office tower
            place = replace(place, detail="")
        facts: dict[str, Any] = {
            "mobile": known.pop("mobile", None) or self.mobile(),
            "landline": known.pop("landline", None) or self.landline(city),
            "place": place,
            "mail": known.pop("mail", None) or self.mail(person),
        }
        return Customer(world, name, person, trade=trade, **facts, **known)

    def company(self, city: dict[str, Any] | None = None, **known: Any) -> Customer:
        """An ordinary company; `brand`, `trade` (an entry of the trades table) and all of Customer may be given."""
        city = city or self.city()
        brand = known.pop("brand", None) or self.brand(city)
        trade, english, industry = known.pop("trade", None) or self.rng.choice(WORDS["trades"])
        region = city["city"] + ("市" if self.rng.random() < 0.25 else "")
        suffix = known.pop("suffix", None) or self.rng.choices(("有限公司", "有限责任公司", "股份有限公司"), (85, 8, 7))[0]
        known.setdefault("english", f"{latin(brand).capitalize()} {english} Co., Ltd.")
        return self.customer("company", Name(region, brand, trade, suffix, known.pop("unit", "")), city, industry, **known)


def latin(text: str) -> str:
    return "".join(WORDS["pinyin"].get(char, char) for char in text)
