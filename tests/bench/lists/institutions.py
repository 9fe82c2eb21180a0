"""A labelled customer list of a B2B supplier: hospitals, schools, bureaus, companies and groups, with duplicates and near misses.

Truth: one cluster is one buying customer. A department, college, campus or branch that buys for itself, a subsidiary and a sister
company are customers of their own, whatever switchboard, address or person they share. A renamed company stays one customer, a person
who moved does not carry the customer along. Recipe:

- about 31 % of the rows are copies, in clusters of 2 (47 %), 3 (30 %), 4 (13 %), 5 (7 %), 6 (3 %);
- about 57 % of the scenes are a customer alone (single: companies 50 %, hospitals 14, schools 12, bureaus 13, state units 4, foreign 5, universities 2),
  43 % a group of hard negatives (GROUPS, by weight), marked in the column `group`: two thirds of the rows;
- names of copies: 32 % as they are, 10 % a typo, 20 % the full name written otherwise, 24 % short or English, 14 % brand or initials
  (a name that finds no evidence in 60 draws gives a plain repetition); 38 % of all names are dressed: spaces, brackets,
  traditional, a remark glued on; 6 % of the companies were renamed;
- contacts: 66 % as they are, 15 % title, 10 % blank or 前台, 4 % English; 7 % of the copies are another person of the same customer;
- phones: 11 % blank or a placeholder, 22 % two in one cell, 5 % of the mobiles transposed; 3 % of the rows have values in a wrong column.

The truth's `kind` is name|phone|contact, after "base" for the first row of a customer; a value in the wrong column comes last.
"""

from __future__ import annotations

import argparse
import csv
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.bench.lists.institutions_customers import WORDS, Customer, World
from tests.bench.lists.institutions_noise import HOMOPHONES, rows_of

COLUMNS = ["row_id", "客户名称", "联系人", "手机/固话", "邮箱", "地址", "所属行业", "更新日期"]
TRUTH = ["row_id", "cluster_id", "kind", "group"]
SIZES, SIZE_WEIGHTS = [1, 2, 3, 4, 5, 6], [770, 115, 60, 30, 17, 8]


def single(world: World) -> list[Customer]:
    """One customer with no sibling."""
    draw = world.rng.random()
    if draw < 0.50:
        company = world.company()
        return [renamed(world, company) if world.rng.random() < 0.06 else company]
    if draw < 0.64:
        return [world.hospital()]
    if draw < 0.76:
        return [world.school()]
    if draw < 0.89:
        return [world.bureau()]
    if draw < 0.93:
        return [world.state()]
    if draw < 0.98:
        return [world.foreign()]
    return [world.university() or world.company()]


def renamed(world: World, company: Customer) -> Customer:
    """The company had another name before; a row that says 原… ties the two."""
    place = company.place
    line = next(text for text in WORDS["trades"] if text.split()[0] in company.name)
    old = world.company(place, trade=line).name
    return replace(
        company,
        former=(
            old,
            world.rng.choice([f"{company.name}（原{old}）", f"{company.name}（曾用名：{old}）", f"{company.name} 原名{old}"]),
        ),
    )


def departments(world: World) -> list[Customer]:
    """Departments of one hospital, school or bureau: one switchboard, one address."""
    rng = world.rng
    kind = rng.choices(["hospital", "college", "school", "bureau"], [5, 3, 2, 2])[0]
    base = {
        "hospital": world.hospital,
        "college": lambda: world.university() or world.school(),
        "school": world.school,
        "bureau": world.bureau,
    }[kind]()
    units = WORDS[
        {
            "hospital": "hospital_departments",
            "college": "colleges" if "大学" in base.name else "school_departments",
            "school": "school_departments",
            "bureau": "bureau_departments",
        }[kind]
    ]
    parts = [world.part(base, unit) for unit in rng.sample(units, rng.randrange(2, 6))]
    return [replace(base, shared_line=True, guard=2, former=None), *parts] if rng.random() < 0.4 else parts


def campuses(world: World) -> list[Customer]:
    """Campuses of one school or hospital, each at its own address, half of them behind one number."""
    rng = world.rng
    base, table = (world.hospital(), "hospital_campuses") if rng.random() < 0.5 else (world.school(), "school_campuses")
    line = rng.random() < 0.5
    return [world.part(base, unit, line=line, address=False) for unit in rng.sample(WORDS[table], rng.randrange(2, 4))]


def branches(world: World) -> list[Customer]:
    """A company and its branches in other cities, one mail domain."""
    base = world.company()
    cities = {base.place.city}
    family = [replace(base, guard=2)]
    for _ in range(world.rng.randrange(1, 4)):
        place = world.place()
        if place.city not in cities:
            cities.add(place.city)
            family.append(world.part(replace(base, place=place), f"{place.city}分公司", line=False, address=False))
    return family


def subsidiaries(world: World, *, same_person: bool = False) -> list[Customer]:
    """A group and its companies in other trades at one address; with `same_person` one person answers for all."""
    rng = world.rng
    place, brand = world.place(), world.brand()
    lines = rng.sample(WORDS["trades"], rng.randrange(2, 4))
    family = [
        world.company(place, brand, line, suffix="集团" if i == 0 and not same_person else "") for i, line in enumerate(lines)
    ]
    head = family[0]
    shared = replace(head, guard=2)
    result = [shared]
    for member in family[1:]:
        member = replace(member, address=head.address, landline=head.landline, shared_line=True, guard=2)
        result.append(replace(member, person=head.person, mobile=head.mobile, mail=head.mail) if same_person else member)
    return [replace(member, shared_line=True) for member in result]


def sisters(world: World) -> list[Customer]:
    """One person responsible at two companies of one owner."""
    return subsidiaries(world, same_person=True)


def moved(world: World) -> list[Customer]:
    """A person with the same mobile at another company: another brand, trade, address and mail."""
    first = world.company()
    place = first.place if world.rng.random() < 0.7 else None
    while True:
        second = world.company(place)
        if second.trade != first.trade and second.name[2:4] != first.name[2:4]:
            break
    return [
        replace(first, guard=2),
        replace(second, person=first.person, mobile=first.mobile, mail=world.mail(first.person, second.domain), guard=2),
    ]


def agents(world: World) -> list[Customer]:
    """One agent's phone and address for several companies of different names and trades."""
    first = world.company()
    lines = world.rng.sample([line for line in WORDS["trades"] if first.trade not in line], world.rng.randrange(1, 4))
    clients = [first, *(world.company(first.place, trade=line) for line in lines)]
    mail = world.mail(first.person, "")
    return [
        replace(client, person=first.person, mobile=first.mobile, mail=mail, landline=first.landline, shared_line=True, guard=2)
        for client in clients
    ]


def numbered(world: World) -> list[Customer]:
    """Names that differ by a number: hospitals, schools, construction bureaus, phases of one project, branch companies."""
    rng = world.rng
    place, digits = world.place(), rng.sample(WORDS["numbers"][:10], rng.randrange(2, 5))
    draw = rng.random()
    if draw < 0.4:
        return [replace(school, guard=1) for school in (world.school(place, digit) for digit in digits)]
    if draw < 0.6:
        return [
            replace(builder, guard=1)
            for digit in digits
            if digit in "一二三四五六七八" and (builder := world.builder(digit, place))
        ]
    base = world.company()
    unit = rng.choice(["{}期项目部", "第{}分公司", "{}车间", "第{}工厂"])
    return [world.part(base, unit.format(digit)) for digit in WORDS["numbers"][: len(digits)]]


def levels(world: World) -> list[Customer]:
    """The bureau or hospital of a province, of a city and of its districts."""
    place = world.place()
    if world.rng.random() < 0.5:
        kind = world.rng.choice(WORDS["bureaus"])
        found = [world.bureau(place, kind) for _ in range(2)]
    else:
        found = [world.hospital(place, "hospitals"), world.hospital(place, "district_hospitals")]
    return [replace(one, guard=1) for one in found]


def same_brand(world: World) -> list[Customer]:
    """The same company name but for the city; every third time one 400-like number and mail domain."""
    rng = world.rng
    brand, line = world.brand(), rng.choice(WORDS["trades"])
    family = [replace(world.company(world.place(), brand, line), guard=2) for _ in range(rng.randrange(2, 5))]
    if rng.random() < 0.33:
        return [replace(one, landline=family[0].landline, shared_line=True) for one in family]
    return family


def sound_alike(world: World) -> list[Customer]:
    """Two unrelated companies of one city and trade whose brands sound the same: 宏达, 鸿达."""
    place, line = world.place(), world.rng.choice(WORDS["trades"])
    while True:
        brand = world.brand()
        twins = [char for char in HOMOPHONES.get(brand[0], "") if char in "".join(WORDS["brand_first"] + WORDS["brand_second"])]
        if twins:
            break
    pair = [world.company(place, brand, line), world.company(place, world.rng.choice(twins) + brand[1:], line)]
    return [replace(one, guard=2) for one in pair]


def foreign_sisters(world: World) -> list[Customer]:
    """Subsidiaries of one foreign maker in several cities, one mail domain."""
    entry = world.rng.choice(WORDS["foreign"])
    return [replace(world.foreign(entry), guard=1, weak=()) for _ in range(world.rng.randrange(2, 4))]


def state_units(world: World) -> list[Customer]:
    """Units of one state enterprise in several cities."""
    pattern = world.rng.choice(WORDS["state"])
    return [replace(world.state(pattern), guard=1, weak=()) for _ in range(world.rng.randrange(2, 4))]


def placeholders(world: World) -> list[Customer]:
    """Unrelated customers with 前台 and 13800138000; what is left is the name and the address."""
    return [replace(world.company(), placeholder=True, guard=2) for _ in range(world.rng.randrange(2, 4))]


def neighbours(world: World) -> list[Customer]:
    """Companies of one building and one trade with a like name."""
    first = world.company()
    line = next(text for text in WORDS["trades"] if text.split()[1] == first.trade)
    return [
        replace(first, guard=2),
        replace(
            world.company(first.place, trade=line), address=first.address, landline=first.landline, guard=2, shared_line=True
        ),
    ]


GROUPS: dict[str, tuple[Callable[[World], list[Customer]], float]] = {
    "department": (departments, 9), "campus": (campuses, 4), "branch": (branches, 6), "subsidiary": (subsidiaries, 5), "sister": (sisters, 4),
    "moved": (moved, 5), "agent": (agents, 4), "number": (numbered, 5), "level": (levels, 2), "brand": (same_brand, 5), "sound": (sound_alike, 3),
    "foreign": (foreign_sisters, 3), "state": (state_units, 3), "placeholder": (placeholders, 3), "building": (neighbours, 3),
}  # fmt: skip


def make(seed: int, count: int) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """`count` rows in random order and the truth of each; the same seed gives the same rows."""
    rng = random.Random(seed)
    world = World(rng)
    drawn: list[tuple[dict[str, str], dict[str, str]]] = []
    cluster = scene = 0
    while len(drawn) < count:
        group = ""
        customers = single(world)
        if rng.random() < 0.43:
            scene += 1
            kind = rng.choices(list(GROUPS), [weight for _, weight in GROUPS.values()])[0]
            siblings = GROUPS[kind][0](world)
            if len(siblings) > 1:
                customers, group = siblings, f"{kind}{scene}"
        sizes = [3 if one.former else rng.choices(SIZES, SIZE_WEIGHTS)[0] for one in customers]
        if len(drawn) + sum(sizes) > count:
            customers, sizes, group = [world.company()], [1], ""
        for customer, size in zip(customers, sizes, strict=True):
            cluster += 1
            found = rows_of(world, customer, size)
            drawn += [(row.cells, {"cluster_id": str(cluster), "kind": "|".join(row.kinds), "group": group}) for row in found]
    rng.shuffle(drawn)
    rows = [{"row_id": str(i), **cells} for i, (cells, _) in enumerate(drawn, 1)]
    return rows, [{"row_id": str(i), **truth} for i, (_, truth) in enumerate(drawn, 1)]


def summary(truth: list[dict[str, str]]) -> str:
    """Counts of clusters, of hard negatives and of what was done to names, phones and contacts."""
    sizes = Counter(Counter(row["cluster_id"] for row in truth).values())
    kinds: Counter[str] = Counter()
    for row in truth:
        parts = [part for part in row["kind"].split("|") if part != "base"]
        for label, part in zip(["name", "phone", "contact", "cell"], parts, strict=False):
            kinds.update(f"{label} {word}" for word in part.split("+"))
    groups = Counter(row["group"].rstrip("0123456789") for row in truth if row["group"])
    head = f"rows {len(truth)}, customers {sum(sizes.values())}, copies {1 - sum(sizes.values()) / len(truth):.1%}, sizes {dict(sorted(sizes.items()))}"
    return "\n".join(
        [
            head,
            "rows in groups: " + ", ".join(f"{k} {n}" for k, n in groups.most_common()),
            *(f"{k}: {n}" for k, n in sorted(kinds.items())),
        ]
    )


def main() -> None:
    """Write institutions.csv and institutions.truth.csv and print the counts."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=10_000)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    rows, truth = make(args.seed, args.rows)
    for name, columns, table in (("institutions.csv", COLUMNS, rows), ("institutions.truth.csv", TRUTH, truth)):
        with (args.folder / name).open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(table)
    print(summary(truth))


if __name__ == "__main__":
    main()
