"""The customers of a made-up distributor: who they really are, before anybody types them into a list."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

WORDS: dict[str, Any] = json.loads(Path(__file__).with_name("smalltrade_words.json").read_text(encoding="utf-8"))
TRADES: dict[str, list[str]] = {key: value[0].split() for key, value in WORDS["trades"].items()}
INDUSTRY: dict[str, str] = {key: value[1] for key, value in WORDS["trades"].items()}
PLACEHOLDER_PHONES = ["13800138000", "13800000000", "13888888888", "11111111111", "12345678", "0", "无", "暂无", "没有", "/", "待补"]


@dataclass(frozen=True)
class Person:
    """A natural person."""

    surname: str
    given: str
    female: bool

    @property
    def name(self) -> str:
        return self.surname + self.given


@dataclass(frozen=True)
class Place:
    """An address; `site` and `number` together occur once in the world unless two customers share the address."""

    province: str
    city: str
    district: str
    site: str  # a road, an estate or a market
    number: str
    landmark: str

    @property
    def key(self) -> str:
        return self.site + self.number


@dataclass(frozen=True)
class Customer:
    """One true customer. `sort` is shop, outlet, stall or person; `event` tells what changed between its rows."""

    sort: str
    brand: str
    trade: str
    form: str
    owner: Person
    mobile: str
    landline: str
    qq: str
    place: Place
    group: str = ""
    label: str = ""  # of an outlet: which one of the chain
    shared: str = ""  # a number that other customers use as well (in place of the own one)
    agent: Person | None = None  # the contact of the shared number, when it is not the owner
    event: str = ""
    old: "Customer | None" = field(default=None, compare=False)


class World:
    """Draws people, places and numbers; numbers and addresses are unique, names are as common as they are."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.taken: set[str] = set(PLACEHOLDER_PHONES)
        self.brands = WORDS["brands"].split()
        self.roads, self.estates, self.markets = (WORDS[k].split() for k in ("roads", "estates", "markets"))

    def unique(self, draw: Callable[[], str]) -> str:
        while (value := draw()) in self.taken:
            pass
        self.taken.add(value)
        return value

    def mobile(self) -> str:
        heads = [*range(130, 140), 150, 151, 152, *range(155, 160), 176, 177, *range(180, 184), *range(185, 190), 199]
        return self.unique(lambda: f"{self.rng.choice(heads)}{self.rng.randrange(10**8):08d}")

    def landline(self, city: str) -> str:
        code = WORDS["cities"][city][1]
        digits = 8 if len(code) == 3 or self.rng.random() < 0.6 else 7
        return self.unique(lambda: f"{code}-{self.rng.randint(2, 8)}{self.rng.randrange(10 ** (digits - 1)):0{digits - 1}d}")

    def qq(self) -> str:
        return self.unique(lambda: str(self.rng.randint(10**7, 3 * 10**9)))

    def person(self, surname: str = "") -> Person:
        female = self.rng.random() < 0.45
        given = self.rng.choice(WORDS["female" if female else "male"].split())
        return Person(surname or self.rng.choice(WORDS["surnames"]), given, female)

    def place(self, city: str = "", site: str = "road", exact_site: str = "") -> Place:
        rng = self.rng
        city = city or rng.choice(list(WORDS["cities"]))
        province, _, districts = WORDS["cities"][city]
        site_name = exact_site or rng.choice({"road": self.roads, "estate": self.estates, "market": self.markets}[site])

        def number() -> str:
            if site == "estate":
                return f"{rng.randint(1, 48)}栋{rng.choice(['', '', f'{rng.randint(1, 4)}单元'])}{rng.randint(1, 26)}0{rng.randint(1, 4)}"
            if site == "market":
                return f"{rng.choice('ABCDE')}区{rng.choice(['', f'{rng.randint(1, 4)}楼'])}{rng.randint(1, 499)}号"
            return f"{rng.randint(1, 999)}号" + rng.choice(["", "", "", "", f"附{rng.randint(1, 9)}号", f"{rng.randint(1, 3)}楼", f"{rng.randint(101, 120)}铺"])

        key = self.unique(lambda: site_name + number())
        landmark = rng.choice(WORDS["landmarks"].split()) if rng.random() < 0.3 and site == "road" else ""
        return Place(province, city, rng.choice(districts.split()), site_name, key[len(site_name):], landmark)

    def shop(self, city: str = "", trade: str = "", brand: str = "", owner: Person | None = None, market: str = "") -> Customer:
        """A shop of one owner, or a stall when `market` is given."""
        rng = self.rng
        owner = owner or self.person()
        trade = trade or rng.choice(list(TRADES))
        if not brand:
            own = [f"老{owner.surname}", f"{owner.surname}记", f"阿{owner.given[-1]}", f"{owner.given}", owner.name, f"{owner.surname}{'姐' if owner.female else '哥'}"]
            brand = rng.choice(own) if rng.random() < (0.6 if market else 0.3) else rng.choice(self.brands)
            if len(brand) < 2:
                brand = owner.name
        place = self.place(city, "market", market) if market else self.place(city)
        form = TRADES[trade][0] if rng.random() < 0.6 else rng.choice(TRADES[trade])
        return Customer("stall" if market else "shop", brand, trade, form, owner, self.mobile(), self.landline(place.city), self.qq(), place)

    def private(self, owner: Person | None = None, city: str = "") -> Customer:
        owner = owner or self.person()
        place = self.place(city, "estate")
        return Customer("person", owner.name, "", "", owner, self.mobile(), self.landline(place.city), self.qq(), place)

    # --- groups that a naive matcher merges wrongly -------------------------------------------------------------------------

    def chain(self, index: int) -> list[Customer]:
        """Outlets of one brand; each is its own customer."""
        rng = self.rng
        brands, trades = WORDS["chain_brands"].split(), WORDS["chain_trades"].split()
        nth = index % len(brands)
        brand = brands[nth] if index < len(brands) else brands[nth] + ["优选", "精品", "生活", "优品", "严选", "到家"][index // len(brands) - 1]
        trade, city = trades[nth], rng.choice(list(WORDS["cities"]))
        form = rng.choice(TRADES[trade])
        hotline = self.unique(lambda: f"400-{rng.randint(100, 999)}-{rng.randrange(10**4):04d}") if rng.random() < 0.6 else ""
        head = self.person()
        numbered = rng.random() < 0.3
        outlets: list[Customer] = []
        roads = rng.sample(self.roads, 24)
        for number, road in enumerate(roads[: rng.choice([4, 6, 8, 12, 16, 24])], start=1):
            place = self.place(city if rng.random() < 0.85 else "", "road", road)
            label = f"{number}店" if numbered else f"{road.removesuffix('大道')}店"
            shared = hotline if hotline and rng.random() < 0.8 else ""
            own = Customer("outlet", brand, trade, form, self.person(), self.mobile(), self.landline(place.city), self.qq(), place, "chain", label, shared)
            outlets.append(replace(own, agent=head) if shared and rng.random() < 0.3 else own)
        return outlets

    def namesakes(self) -> list[Customer]:
        """Shops of one name and trade in one city or in two."""
        first = self.shop()
        cities = [first.place.city, first.place.city, self.rng.choice(list(WORDS["cities"]))]
        same = [self.shop(self.rng.choice(cities), first.trade, first.brand, self.person(first.owner.surname if first.owner.surname in first.brand else ""))
                for _ in range(self.rng.randint(1, 5))]
        return [replace(shop, group="same_name") for shop in [first, *same]]

    def people(self) -> list[Customer]:
        """Private persons of one common name in one city or in two."""
        who, city = self.person(self.rng.choice("王李张刘陈")), self.rng.choice(list(WORDS["cities"]))
        return [replace(self.private(who, self.rng.choice([city, city, ""])), group="same_person_name") for _ in range(self.rng.randint(2, 5))]

    def family(self) -> list[Customer]:
        """Two or three of one family at one address, sometimes with the landline of the household."""
        first = self.private()
        shared = first.landline if self.rng.random() < 0.3 else ""
        members = [first]
        while len(members) < self.rng.choice([2, 2, 3]):
            other = self.private(self.person(first.owner.surname))
            if not {*other.owner.given} & {g for m in members for g in m.owner.given}:
                members.append(replace(other, place=first.place))
        return [replace(m, group="family", shared=shared) for m in members]

    def two_shops(self) -> list[Customer]:
        """One owner with one mobile and two shops of different trades; sometimes of one brand."""
        first = self.shop()
        trade = self.rng.choice([t for t in TRADES if INDUSTRY[t] != INDUSTRY[first.trade]])
        brand = first.brand if self.rng.random() < 0.3 else self.rng.choice([b for b in self.brands if not {*b} & {*first.brand}])
        second = replace(self.shop(first.place.city, trade, brand, first.owner), qq=first.qq)
        return [replace(s, group="two_shops", shared=first.mobile) for s in (first, second)]

    def agency(self) -> list[Customer]:
        """Shops of several owners that one agent orders for, with the agent's name and mobile."""
        agent, mobile, city = self.person(), self.mobile(), self.rng.choice(list(WORDS["cities"]))
        brands = self.distinct_brands(self.rng.randint(3, 7))
        return [replace(self.shop(city, "", brand), group="agent", shared=mobile, agent=agent) for brand in brands]

    def distinct_brands(self, count: int) -> list[str]:
        chosen: list[str] = []
        while len(chosen) < count:
            brand = self.rng.choice(self.brands)
            if not {*brand} & {c for other in chosen for c in other}:
                chosen.append(brand)
        return chosen

    def market_row(self) -> list[Customer]:
        """Neighbouring stalls of one trade in one market; some give the office of the market as their number."""
        rng = self.rng
        market, city, trade = rng.choice(self.markets), rng.choice(list(WORDS["cities"])), rng.choice(WORDS["market_trades"].split())
        office = self.landline(city) if rng.random() < 0.5 else ""
        stalls: list[Customer] = []
        letter, start = rng.choice("ABCDE"), rng.randint(500, 9900)
        district = rng.choice(WORDS["cities"][city][2].split())
        for offset in range(rng.randint(3, 6)):
            stall = self.shop(city, trade, "", None, market)
            number = f"{letter}区{start + offset}号"
            if any({*stall.brand} & {*other.brand} for other in stalls) or market + number in self.taken:
                continue
            self.taken.add(market + number)
            stall = replace(stall, place=replace(stall.place, number=number, district=district), shared=office if rng.random() < 0.6 else "")
            stalls.append(replace(stall, group="market_row"))
        return stalls

    def successor(self) -> list[Customer]:
        """A shop closed and another owner opened another one at the same address."""
        first = self.shop()
        brand = self.rng.choice([b for b in self.brands if not {*b} & {*first.brand}])
        trade = first.trade if self.rng.random() < 0.4 else ""
        second = replace(self.shop(first.place.city, trade, brand), place=first.place)
        return [replace(s, group="successor") for s in (first, second)]

    def near_names(self) -> list[Customer]:
        """Shops of one trade and city whose brands sound or look alike."""
        first = self.shop(brand=self.rng.choice([b for b in self.brands if len(b) == 2]))
        alike = [b for b in self.brands if len(b) <= 3 and b != first.brand and b[0] == first.brand[0]] + [first.brand[::-1], first.brand + "来"]
        alike += [g + first.brand[1] for row in WORDS["homophones"] if first.brand[0] in row for g in row if g != first.brand[0]]
        others = self.rng.sample(sorted(set(alike) - {first.brand}), self.rng.randint(1, 2))
        return [replace(s, group="near_name") for s in [first, *(self.shop(first.place.city, first.trade, b) for b in others)]]

    def placeholders(self) -> list[Customer]:
        """Shops of different owners with the same filler in place of a number."""
        filler = self.rng.choice(PLACEHOLDER_PHONES)
        return [replace(self.shop("", "", brand), group="placeholder", shared=filler) for brand in self.distinct_brands(self.rng.randint(2, 6))]

    # --- what changes between two rows of one customer ----------------------------------------------------------------------

    def with_event(self, who: Customer) -> Customer:
        """The customer with an older state, where its kind allows one; `group` customers keep what tells them apart."""
        rng = self.rng
        allowed = {"": ["renamed", "moved", "number", "spouse"], "same_name": ["moved", "number", "spouse"], "same_person_name": ["number"],
                   "near_name": ["number", "spouse"], "chain": ["manager"]}.get(who.group, [])
        if who.sort == "person":
            allowed = [e for e in allowed if e in ("moved", "number")]
        if not allowed or rng.random() > 0.45:
            return who
        event = rng.choice(allowed)
        if event == "renamed":
            old = replace(who, brand=rng.choice([b for b in self.brands if not {*b} & {*who.brand}]))
        elif event == "moved":
            old = replace(who, place=self.place(who.place.city, {"shop": "road", "stall": "market", "person": "estate"}[who.sort], who.place.site if who.sort == "stall" else ""))
        elif event == "number":
            old = replace(who, mobile=self.mobile())
        else:  # spouse and manager: somebody else of the house answers, with a mobile of their own
            old = replace(who, owner=self.person(), mobile=self.mobile(), agent=None, event=event)
        return replace(who, event=event, old=old)
