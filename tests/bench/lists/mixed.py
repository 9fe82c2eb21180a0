"""A labelled customer list as one real team has it: every kind of customer mixed, with redundant copies and hard negatives.

`python -m tests.bench.lists.mixed FOLDER --seed 1 --rows 10000` writes mixed.csv and mixed.truth.csv.  Same seed, same bytes.

How the truth stays defensible:
- A customer is built first, rows are shown from it; a copy enters a cluster only if `same_to_a_clerk` finds enough that agrees
  with one earlier row of the cluster (name, phone, contact, address, mail).
- Customers that look alike come as a family (`group`).  Each says in `fixed` what tells it from its relatives; no copy loses it.
- No two unrelated companies of one city share a brand word, no two unrelated customers share a phone.
"""

import argparse
import csv
import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

from tests.bench.lists.mixed_customers import WORDS, Customer, Town
from tests.bench.lists.mixed_families import FAMILIES
from tests.bench.lists.mixed_noise import address, contact, name_text, phone

COLUMNS = ["row_id", "客户名称", "联系人", "手机/固话", "邮箱", "地址", "所属行业", "更新日期"]
TRUTH = ["row_id", "cluster_id", "kind", "group"]
REDUNDANT = 0.3  # share of the rows that repeat an earlier customer
CLUSTER_SIZES = ((2, 58), (3, 24), (4, 10), (5, 5), (6, 3))
SWAPS = (("客户名称", "联系人"), ("联系人", "手机/固话"), ("手机/固话", "邮箱"), ("手机/固话", "地址"), ("邮箱", "地址"))


@dataclass
class Shown:
    """A row and how strongly each of its fields tells the customer (0: not at all)."""

    cells: dict[str, str]
    form: tuple[str, str, str, str]
    name: int
    numbers: frozenset[str]
    person: int
    place: int
    mail: str
    linked: bool = False  # gives the former name beside the new one
    swaps: list[str] = field(default_factory=list)


def pick(weights: dict[str, int], rng: random.Random) -> str:
    return rng.choices(list(weights), list(weights.values()))[0]


def show(customer: Customer, form: tuple[str, str, str, str], town: Town) -> Shown | None:
    """The row that writes a customer in the forms (name, phone, contact, address); None if the name has no such form."""
    rng = town.rng
    text = name_text(form[0], customer, rng)
    if text is None:
        return None
    line, numbers = phone(form[1], customer, town)
    person, known = contact(form[2], customer, town)
    if customer.world == "person":
        own_name = customer.person if form[0] == "remark" else text
        person, known = ("" if form[2] in ("missing", "filler", "other") else own_name), 0
    if form[0] == "unit_at_contact":
        person = f"{person}（{customer.name.unit}）"
    where, place = address(form[3], customer, rng)
    mail = customer.mail if rng.random() < 0.6 else ""
    day = date(2021, 1, 4) + timedelta(days=rng.randrange(1900))
    cells = {
        "客户名称": text,
        "联系人": person,
        "手机/固话": line,
        "邮箱": mail,
        "地址": where,
        "所属行业": customer.trade if rng.random() < 0.75 else "",
        "更新日期": day.isoformat(),
    }
    strength = WORDS["name_strength"].get(form[0], 2)
    if customer.world in ("shop", "person"):  # their names are not their own
        strength = min(strength, 2)
    return Shown(cells, form, strength, numbers, known, place, mail, linked=form[0] == "linked")


def same_to_a_clerk(one: Shown, other: Shown, legal: bool) -> bool:
    """Whether enough agrees between two rows; `legal`: a registered name that no other customer bears."""
    if "former" in (one.form[0], other.form[0]) and one.form[0] != other.form[0] and not (one.linked or other.linked):
        return False
    name = min(one.name, other.name)
    rest = min(one.person, other.person) + min(one.place, other.place)
    rest += 3 * bool(one.numbers & other.numbers) + 2 * bool(one.mail and one.mail == other.mail)
    needed = {3: 0 if legal else 2, 2: 3, 1: 5}[name]
    return rest >= needed


def first_row(customer: Customer, town: Town) -> Shown:
    """The row that stands for the customer: name in full; phone, contact and address mostly there."""
    rng = town.rng
    name = "linked" if customer.former and rng.random() < 0.5 else "exact"
    family = customer.group.rpartition("-")[0]
    if customer.mobile in WORDS["no_phone"]:
        line = "same"
    elif family == "switchboard":
        line = pick({"landline": 60, "both": 40}, rng)
    elif family in ("outlets", "group_members", "hospital_departments", "school_departments"):
        line = pick({"same": 20, "format": 20, "both": 40, "landline": 20 if family.endswith("departments") else 0}, rng)
    elif customer.plain or "phone" in customer.fixed:
        line = pick({"same": 55, "format": 30, "both": 15}, rng)
    else:
        line = pick({"same": 48, "format": 25, "both": 13, "landline": 10, "filler": 2, "missing": 2}, rng)
    person = pick({"same": 80, "format": 10, "title": 10}, rng) if not customer.plain else pick({"same": 90, "format": 10}, rng)
    place = pick({"full": 40, "no_province": 35, "no_city": 10, "written": 5, "missing": 10}, rng)
    if place == "missing" and (not customer.plain or customer.world in ("shop", "person") or family == "moved_person"):
        place = "full"  # where the name and the phone are not enough
    row = show(customer, (name, line, person, place), town)
    assert row is not None, customer
    return row


def copy_row(customer: Customer, cluster: list[Shown], town: Town) -> Shown:
    """A further row of a cluster: drawn again until a clerk would find it the same as one of the rows before it."""
    rng = town.rng
    names = WORDS["name_forms"][customer.world]
    legal = customer.world in ("company", "bureau", "hospital", "school") and "phone" not in customer.fixed
    while True:
        others = [pick(WORDS[f"{cell}_forms"], rng) for cell in ("phone", "contact", "address")]
        form = (pick(names, rng), others[0], others[1], others[2])
        if customer.former and not any(row.linked for row in cluster):
            form = ("linked", *form[1:])
        if customer.fixed.intersection(WORDS["name_loses"].get(form[0], ())):
            continue
        if "phone" in customer.fixed and form[1] not in ("same", "format", "both", "second"):
            continue
        if form[0] == "unit_at_contact" and form[2] in ("other", "filler", "missing", "two"):
            continue
        row = show(customer, form, town)
        if row and any(same_to_a_clerk(row, earlier, legal) for earlier in cluster):
            return row


def spoil(row: Shown, share: float, rng: random.Random) -> None:
    """Puts two cells into each other's columns in that share of the rows."""
    if rng.random() >= share:
        return
    left, right = rng.choice(SWAPS)
    if row.cells[left] and row.cells[right]:
        row.cells[left], row.cells[right] = row.cells[right], row.cells[left]
        row.swaps.append(f"{left}<>{right}")


def customers(town: Town, count: int) -> list[Customer]:
    """That many customers, family after family; a family cut down to one by the end of the list is no family."""
    found: list[Customer] = []
    while len(found) < count:
        found += FAMILIES[pick(WORDS["families"], town.rng)](town)
    found = found[:count]
    if found[-1].group and (count < 2 or found[-2].group != found[-1].group):
        found[-1] = replace(found[-1], group="")
    return found


def copies_each(people: list[Customer], wanted: int, rng: random.Random) -> list[int]:
    """How many copies each customer gets; they add up to `wanted`."""
    sizes, weights = zip(*CLUSTER_SIZES, strict=True)
    copies = [0] * len(people)
    for at in rng.sample(range(len(people)), len(people)):
        if wanted <= 0:
            break
        copies[at] = min(wanted, rng.choices(sizes, weights)[0] - 1)
        wanted -= copies[at]
    return copies


def make(seed: int, count: int) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Rows (COLUMNS) and truth (TRUTH) of a list of `count` rows, in one shuffled order; all cells are text."""
    rng = random.Random(seed)
    town = Town(rng)
    redundant = round(count * REDUNDANT)
    people = customers(town, count - redundant)
    drawn: list[tuple[int, Customer, Shown, str]] = []
    for number, (customer, copies) in enumerate(zip(people, copies_each(people, redundant, rng), strict=True), 1):
        cluster = [first_row(customer, town)]
        for _ in range(copies):
            cluster.append(copy_row(customer, cluster, town))
        for at, row in enumerate(cluster):
            spoil(row, 0.03 if at else 0.01, rng)
            kind = "|".join((customer.world, *(row.form if at else ("base",)), *row.swaps))
            drawn.append((number, customer, row, kind))
    rng.shuffle(drawn)
    rows, truth = [], []
    for at, (number, customer, row, kind) in enumerate(drawn, 1):
        rows.append({"row_id": str(at), **row.cells})
        truth.append({"row_id": str(at), "cluster_id": str(number), "kind": kind, "group": customer.group})
    return rows, truth


def write(path: Path, columns: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=10_000)
    wish = parser.parse_args()
    rows, truth = make(wish.seed, wish.rows)
    wish.folder.mkdir(parents=True, exist_ok=True)
    write(wish.folder / "mixed.csv", COLUMNS, rows)
    write(wish.folder / "mixed.truth.csv", TRUTH, truth)


if __name__ == "__main__":
    main()
