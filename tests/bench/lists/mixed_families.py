"""Families of customers that look alike: each builder gives customers that all differ (none at all if the draw does not fit)."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from tests.bench.lists.mixed_customers import WORDS, Customer, Name, Town
from tests.bench.lists.mixed_noise import mistype, one_digit_off

NUMERALS = "一二三四五六七八九十"


def single_company(town: Town) -> list[Customer]:
    return [town.company()]


def renamed_company(town: Town) -> list[Customer]:
    city = town.city()
    old = town.company(city)
    return [town.company(city, former=old.name.text(), plain=True)]


def branches(town: Town) -> list[Customer]:
    """A head office and its branches; the head of purchasing sometimes serves all of them with one phone."""
    rng, group, city = town.rng, town.group("branches"), town.city()
    known: dict[str, Any] = {"group": group, "fixed": frozenset({"brand"}), "plain": True}
    head = town.company(city, **known)
    if rng.random() < 0.25:
        known |= {"person": head.person, "mobile": head.mobile}
    offices = [head]
    for other in rng.sample(WORDS["cities"], rng.choice((1, 1, 2, 3))):
        unit = f"{other['city']}分公司" if rng.random() < 0.85 else f"{other['city']}第一分公司"
        offices.append(town.customer("company", replace(head.name, unit=unit), other, head.trade, **known))
    return offices


def sisters(town: Town) -> list[Customer]:
    """One brand and city, other trades, other firms; sometimes with one contact and phone."""
    rng, group, city = town.rng, town.group("sisters"), town.city()
    brand, place = town.brand(city), town.place(city)
    known: dict[str, Any] = {"group": group, "fixed": frozenset({"trade"})}
    if rng.random() < 0.4:
        known |= {"person": town.person(), "mobile": town.mobile(), "plain": True}
    if rng.random() < 0.5:
        known["place"] = place
    trades = rng.sample([trade for trade in WORDS["trades"] if trade[0] != "商贸"], rng.choice((2, 2, 3)))
    return [town.company(city, brand=brand, trade=trade, **known) for trade in trades]


def group_members(town: Town) -> list[Customer]:
    city = town.city()
    known = {"brand": town.brand(city), "landline": town.landline(city), "group": town.group("group_members")}
    trades = [["集团" + trade, "Group " + english, industry] for trade, english, industry in town.rng.sample(WORDS["trades"], 2)]
    chosen = [WORDS["holdings"][0], *town.rng.sample(WORDS["holdings"][1:] + trades, town.rng.choice((1, 2, 3)))]
    fixed = frozenset({"trade"})
    return [town.company(city, trade=trade, suffix="有限公司", fixed=fixed, plain=True, **known) for trade in chosen]


def same_brand(town: Town) -> list[Customer]:
    """One brand and trade in two cities, nothing else in common."""
    group, trade = town.group("same_brand"), town.rng.choice(WORDS["trades"])
    cities = town.rng.sample(WORDS["cities"], 2)
    brand = town.brand(cities[0])
    town.used.add(cities[1]["city"] + brand)
    return [town.company(city, brand=brand, trade=trade, group=group, fixed=frozenset({"region", "phone"})) for city in cities]


def near_name(town: Town) -> list[Customer]:
    """Two firms of one city and trade whose brands sound alike; people, phones and addresses differ."""
    city, trade = town.city(), town.rng.choice(WORDS["trades"])
    brand = town.brand(city, 2)
    other = mistype(brand, WORDS["homophones"], range(len(brand)), town.rng)
    if other is None or city["city"] + other in town.used:
        return []
    town.used.add(city["city"] + other)
    fixed = frozenset({"brand", "phone"})
    known = {"trade": trade, "suffix": "有限公司", "group": town.group("near_name"), "fixed": fixed, "plain": True}
    return [town.company(city, brand=name, **known) for name in (brand, other)]


def one_contact(town: Town, label: str) -> dict[str, Any]:
    """What firms of one contact have in common; only their names tell them apart."""
    person = town.person()
    shared = {"person": person, "mobile": town.mobile(), "mail": town.mail(person)}
    return {**shared, "group": town.group(label), "fixed": frozenset({"brand", "trade"}), "plain": True}


def moved_person(town: Town) -> list[Customer]:
    """Somebody who changed employer and kept the mobile: the new firm is another customer."""
    city, known = town.city(), one_contact(town, "moved_person")
    before = town.company(city, **known)
    remark = f"（原{before.name.brand}{before.name.trade}）" if town.rng.random() < 0.4 else ""
    return [before, town.company(city, remark=remark, **known)]


def switchboard(town: Town) -> list[Customer]:
    """Tenants of one building behind one switchboard."""
    group, city = town.group("switchboard"), town.city()
    place, line = town.place(city), town.landline(city)
    tenants = range(town.rng.choice((2, 3, 4)))
    return [town.company(city, place=place, landline=line, group=group, fixed=frozenset({"brand", "trade"})) for _ in tenants]


def agent(town: Town) -> list[Customer]:
    """One bookkeeper or agent with one phone and mail for many firms."""
    city, known = town.city(), one_contact(town, "agent")
    return [town.company(city, **known) for _ in range(town.rng.choice((3, 4, 5, 6)))]


def near_phone(town: Town) -> list[Customer]:
    """Two unrelated firms whose mobiles differ in one digit and whose contacts bear one common name."""
    group, person, mobile = town.group("near_phone"), town.rng.choice(WORDS["common"]), town.mobile()
    other = town.fresh(lambda: one_digit_off(mobile, town.rng))
    fixed = frozenset({"brand", "trade", "phone"})
    firms = [town.company(person=person, mobile=number, group=group, fixed=fixed, plain=True) for number in (mobile, other)]
    return firms if firms[0].name.brand != firms[1].name.brand else []


def placeholder_twins(town: Town) -> list[Customer]:
    """Firms of one city and trade that show the same filler instead of a contact and a phone."""
    rng, city, group = town.rng, town.city(), town.group("placeholder")
    filler = {"person": rng.choice(WORDS["no_person"]), "mobile": rng.choice(WORDS["no_phone"])}
    trade, fixed = rng.choice(WORDS["trades"]), frozenset({"brand", "trade"})
    return [town.company(city, trade=trade, group=group, fixed=fixed, **filler) for _ in range(rng.choice((2, 3)))]


def shop(town: Town) -> list[Customer]:
    """A shop named as on its licence, or as on its sign."""
    rng, city = town.rng, town.city()
    trade, industry = rng.choice(WORDS["shop_trades"])
    brand, place = rng.choice(WORDS["shop_brands"]), town.place(city)
    if city["city"] + brand + trade in town.used:
        return []
    town.used.add(city["city"] + brand + trade)
    name = Name("", brand, trade)
    if rng.random() < 0.5:
        name = replace(name, region=city["city"] + "市" + place.district, suffix="（个体工商户）" if rng.random() < 0.4 else "")
    return [town.customer("shop", name, city, industry, place=place, fixed=frozenset({"trade"}), plain=True)]


def same_shop_name(town: Town) -> list[Customer]:
    """Shops of one name run by different people in different places."""
    rng, group = town.rng, town.group("same_shop_name")
    trade, industry = rng.choice(WORDS["shop_trades"])
    name = Name("", rng.choice(WORDS["shop_brands"]), trade)
    cities = [city for city in WORDS["cities"] if city["city"] + name.text() not in town.used]
    known: dict[str, Any] = {"group": group, "fixed": frozenset({"trade", "phone"}), "plain": True}
    shops = []
    for city in rng.sample(cities, rng.choice((2, 2, 3))):
        town.used.add(city["city"] + name.text())
        shops.append(town.customer("shop", name, city, industry, **known))
    return shops


def two_shops(town: Town) -> list[Customer]:
    """One owner and mobile, two shops of different trades."""
    rng, city, known = town.rng, town.city(), one_contact(town, "two_shops")
    brands, trades = rng.sample(WORDS["shop_brands"], 2), rng.sample(WORDS["shop_trades"], 2)
    if rng.random() < 0.4:
        brands[1] = brands[0]
    signs = zip(brands, trades, strict=True)
    return [town.customer("shop", Name("", brand, trade), city, industry, **known) for brand, (trade, industry) in signs]


def private_person(town: Town) -> list[Customer]:
    person = town.person()
    return [town.customer("person", Name(brand=person), town.city(), "", person=person, plain=True)]


def same_person_name(town: Town) -> list[Customer]:
    """People of one common name: other phones, other homes."""
    home, person = town.city(), town.rng.choice(WORDS["common"])
    cities = [home, home, town.city()] if town.rng.random() < 0.4 else [home, town.city()]
    known = {"person": person, "group": town.group("same_person_name"), "fixed": frozenset({"phone"}), "plain": True}
    return [town.customer("person", Name(brand=person), city, "", **known) for city in cities]


def household(town: Town) -> list[Customer]:
    """Two people of one home and one landline."""
    city, people = town.city(), [town.person(), town.person()]
    if people[0][0] == people[1][0]:
        return []
    line = town.landline(city)
    known: dict[str, Any] = {"place": town.place(city, home=True), "landline": line, "mobile": line, "plain": True}
    known |= {"group": town.group("household"), "fixed": frozenset({"brand"})}
    return [town.customer("person", Name(brand=person), city, "", person=person, **known) for person in people]


def houses(town: Town, world: str, city: dict[str, Any]) -> list[tuple[Name, str]]:
    """The city's hospitals or schools that no family has used yet: name and spoken form."""
    names = []
    for trade, spoken in WORDS[f"{world}s"]:
        region = city["city"] + ("" if trade.endswith("学院") else "市")
        names.append((Name(region, "", trade), city["city"] + spoken))
    if world == "hospital" and city["city"] in WORDS["capitals"]:
        names += [(Name(city["province"], "", trade), "省" + trade) for trade in ("人民医院", "中医院", "肿瘤医院")]
    return [pair for pair in names if pair[0].text() not in town.used]


def house(town: Town, world: str, name: Name, city: dict[str, Any], **known: Any) -> Customer:
    town.used.add(name.text("unit"))
    industry = "卫生和社会工作" if world == "hospital" else "教育"
    return town.customer(world, name, city, industry, plain=True, **known)


def departments(town: Town, world: str) -> list[Customer]:
    """Departments of one house: one address, one switchboard with extensions, a buyer each."""
    rng, city = town.rng, town.city()
    names = houses(town, world, city)
    if not names:
        return []
    name, spoken = rng.choice(names)
    line = town.landline(city)
    known: dict[str, Any] = {
        "place": town.place(city),
        "group": town.group(f"{world}_departments"),
        "fixed": frozenset({"trade"}),
    }
    units = rng.sample(WORDS[f"{world}_units"], rng.choice((2, 3, 4, 5)))
    rooms, direct = [], rng.random() < 0.7
    for unit, extension in zip(units, rng.sample(range(8001, 8999), len(units)), strict=True):
        own = {"landline": f"{line}-{extension}" if direct else line, "spoken": spoken + unit}
        rooms.append(house(town, world, replace(name, unit=unit), city, **known, **own))
    return rooms


def single_house(town: Town, world: str) -> list[Customer]:
    """A hospital or school that buys as a whole."""
    city = town.city()
    names = houses(town, world, city)
    if not names:
        return []
    name, spoken = town.rng.choice(names)
    return [house(town, world, name, city, spoken=spoken, fixed=frozenset({"trade"}))]


def numbered_houses(town: Town, world: str) -> list[Customer]:
    """第一人民医院 and 第二人民医院 of one city: different houses."""
    city = town.city()
    names = [pair for pair in houses(town, world, city) if pair[0].trade.startswith("第")]
    if len(names) < 2:
        return []
    group, fixed = town.group(f"numbered_{world}s"), frozenset({"trade", "region"})
    chosen = town.rng.sample(names, 2)
    return [house(town, world, name, city, spoken=spoken, group=group, fixed=fixed) for name, spoken in chosen]


def chain(town: Town) -> list[Customer]:
    """Outlets of a chain in one city, with a hotline for all and a manager each."""
    rng, city = town.rng, town.city()
    trade, industry = rng.choice(WORDS["chain_trades"])
    brand = rng.choice(WORDS["chain_brands"])
    if city["city"] + brand in town.used:
        return []
    town.used.add(city["city"] + brand)
    known: dict[str, Any] = {"group": town.group("outlets"), "fixed": frozenset({"brand", "trade"}), "plain": True}
    known["landline"] = town.fresh(lambda: f"400-{rng.randrange(100, 999)}-{rng.randrange(10**4):04d}")
    if rng.random() < 0.25:  # one franchisee runs them all
        known |= {"person": town.person(), "mobile": town.mobile()}
    name = Name(city["city"] if rng.random() < 0.5 else "", brand, trade)
    outlets = rng.sample(WORDS["outlets"], rng.choice((2, 3, 4, 5)))
    return [town.customer("chain", replace(name, unit=outlet + "店"), city, industry, **known) for outlet in outlets]


def bureaus(town: Town) -> list[Customer]:
    """Branches of the numbered state builders: one number with two regions, and one region with two numbers."""
    rng = town.rng
    (full, spoken), units = rng.choice(WORDS["bureaus"]), rng.sample(WORDS["bureau_units"], 2)
    numbers = rng.sample(NUMERALS, 2)
    chosen = [(numbers[0], units[0]), (numbers[0], units[1]), (numbers[1], units[0])]
    if any(full.format(number) + unit in town.used for number, unit in chosen):
        return []
    known = {"group": town.group("bureaus"), "fixed": frozenset({"trade"}), "plain": True}
    offices = []
    for number, unit in chosen:
        town.used.add(full.format(number) + unit)
        name = Name("", "", full.format(number), "", unit)
        offices.append(town.customer("bureau", name, town.city(), "建筑业", spoken=spoken.format(number) + unit, **known))
    return offices


BUILDERS: tuple[Callable[[Town], list[Customer]], ...] = (
    single_company, renamed_company, branches, sisters, group_members, same_brand, near_name, moved_person, switchboard, agent,
    near_phone, placeholder_twins, shop, same_shop_name, two_shops, private_person, same_person_name, household, chain, bureaus,
)  # fmt: skip
FAMILIES = {builder.__name__: builder for builder in BUILDERS} | {
    f"{builder.__name__} {world}": partial(builder, world=world)
    for builder in (departments, single_house, numbered_houses)
    for world in ("hospital", "school")
}
