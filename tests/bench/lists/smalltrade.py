"""A labelled customer list of a distributor who sells to shops, stalls, chains and private persons in China.

`python -m tests.bench.lists.smalltrade FOLDER --seed 1 --rows 10000` writes smalltrade.csv, smalltrade.truth.csv and prints the counts of all
phenomena. Written without knowledge of the matcher it judges. All names come from the word table beside this file; numbers are drawn at random.

Recipe. About 29 % of the rows are redundant copies; 26 % of the customers have 2 rows (60 % of these), 3 (25 %), 4 (10 %), 5 or 6. Customers (shares
of all customers): plain shops, stalls and private persons 33 %, and the hard negatives, whose rows carry a `group`: chain 18 (outlets of one brand,
often one 400 number), same_name 16 (shops of one name and trade, a third by chance), same_person_name 9 (张伟 and 张伟, an eighth by chance),
two_shops 5 (one owner, one mobile, two trades), market_row 5 (neighbouring stalls, some with the number of the market's office), agent 4 (one
mobile for many shops), near_name 3 (鑫源 and 鑫缘), placeholder 3 (one filler number), family 3 (one surname, one address), successor 2 (a new
shop of another owner at an old address).

Four of nine customers with several rows have an event, where their kind allows one: renamed, moved, number (changed), spouse (another contact
with an own mobile), manager. Slips tried on a row, in `kind`, in %: name another form of the trade 30, place added 16, typo 10 (two of three by
sound, one by shape), order 6, remark 6, legal form, owner or road added 5 each, space 5, brand only 5, missing character 5; contact title 22,
none 12 (outlets more), typo 6, remark 5; phone format 28, landline 10, two numbers 7, placeholder or blank 7, misprint 5, new and old 20 of a
change, wrong column 3; address blank 16, shortened 50, signs 12, typo 6, no number 5; mail missing 82; traditional 2.5; name and contact swapped 2.
First rows are typed with more care than later ones; the share in the list is lower where a slip would leave too little to decide on.

Truth. Every row is typed together with what a careful reader still sees of it (`Seen`). A cluster is typed anew, with more care, until a clerk
would join all its rows, directly or through a third one (`same`), and would tell them from every row of other customers of its group (`different`).
"""

import argparse
import csv
import datetime
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from tests.bench.lists.smalltrade_hand import Hand
from tests.bench.lists.smalltrade_row import Row, Seen
from tests.bench.lists.smalltrade_world import Customer, World

COLUMNS = ["row_id", "客户名称", "联系人", "手机/固话", "邮箱", "地址", "所属行业", "更新日期"]
TRUTH = ["row_id", "cluster_id", "kind", "group"]


@dataclass
class Cluster:
    """A customer with its rows; `alike` names the customers that it must be told from."""

    who: Customer
    alike: str
    size: int
    rows: list[Row]
    care: float = 0.0


def customers(rng: random.Random, world: World) -> Iterator[list[Customer]]:
    """Groups of customers without end, in the shares of the recipe (weights are shares divided by the mean size of a group)."""
    nth = 0
    weights = {"shop": 27.0, "stall": 6, "private": 10, "chain": 1.45, "same_name": 3, "people": 2.3, "two_shops": 2.5, "market": 1.2, "agent": 0.8,
               "placeholder": 0.75, "family": 1.3, "near": 1.2, "successor": 1}
    while True:
        what = rng.choices(list(weights), list(weights.values()))[0]
        if what == "chain":
            yield world.chain(nth)
            nth += 1
        else:
            yield {"shop": lambda: [world.shop()], "stall": lambda: [world.shop(market=rng.choice(world.markets))], "private": lambda: [world.private()],
                   "same_name": world.namesakes, "people": world.people, "two_shops": world.two_shops, "market": world.market_row, "agent": world.agency,
                   "placeholder": world.placeholders, "family": world.family, "near": world.near_names, "successor": world.successor}[what]()


def same(a: Seen, b: Seen, who: Customer) -> bool:
    """Whether a clerk who sees these two rows of `who` would join them."""
    phone, place, owner = bool(a.phones & b.phones), bool(a.place) and a.place == b.place, bool(a.owner) and a.owner == b.owner
    near = bool(a.near & b.phones or a.phones & b.near)
    name = bool(a.brand) and a.brand == b.brand and not (a.trade and b.trade and a.trade != b.trade)
    exact = name and not a.brand_typo and not b.brand_typo
    if a.brand and b.brand and a.brand != b.brand:  # renamed
        return (bool(a.formerly or b.formerly) and (phone or place)) or (phone and place and owner)
    if who.sort == "person":
        elsewhere = bool(a.place and b.place) and not place
        return (phone and (place or exact or not (who.group or elsewhere))) or (place and exact) or (near and exact and (place or not who.group))
    if who.sort == "outlet":
        label = bool(a.label) and a.label == b.label
        return name and (place or (label and exact and (phone or (bool(a.shared) and a.shared == b.shared))) or (phone and label))
    if who.group in ("two_shops", "agent", "placeholder"):
        return name and (place or (exact and bool(a.trade) and bool(b.trade) and owner) or (phone and exact))
    if phone:
        return name and (exact or owner or place)
    return exact and ((near and (owner or place)) or (place and bool(a.trade or b.trade)))


def different(a: Seen, b: Seen, group: str) -> bool:
    """Whether a clerk would tell rows of two customers apart: two independent marks differ, or one that settles it."""
    marks = 0
    ours, theirs = a.numbers(), b.numbers()
    if ours and theirs and not ours & theirs:
        marks += 1
    if a.place and b.place and a.place != b.place:
        marks += 2 if group == "chain" else 1
    if a.owner and b.owner and a.owner != b.owner and not a.owner_typo and not b.owner_typo:
        marks += 1
    if a.brand and b.brand and a.brand != b.brand and not a.brand_typo and not b.brand_typo:
        marks += 1 if {*a.brand} & {*b.brand} and group != "family" else 2
    if a.trade and b.trade and a.trade != b.trade:
        marks += 1
    if a.label and b.label and a.label != b.label:
        marks += 2
    return marks >= 2


def legible(seen: Seen, who: Customer) -> bool:
    """Whether enough is left in the row to say who it is."""
    own = bool(seen.phones or seen.place)
    if who.group in ("same_name", "same_person_name", "near_name", "successor", "family"):
        return own and bool(seen.phones or seen.owner) and bool(seen.place or seen.owner)
    if who.group == "two_shops":  # the trade and the address tell the shops apart
        return bool(seen.place and seen.trade)
    return own or bool(seen.label) or (bool(seen.shared) and bool(seen.brand and seen.trade and seen.owner) and who.group == "agent")


def connected(cluster: Cluster) -> bool:
    rows = cluster.rows
    reached, todo = {0}, [0]
    while todo:
        i = todo.pop()
        new = {j for j in range(len(rows)) if j not in reached and same(rows[i].seen, rows[j].seen, cluster.who)}
        reached |= new
        todo += new
    return len(reached) == len(rows)


def retype(rng: random.Random, cluster: Cluster) -> None:
    """Types all rows of the cluster until they are legible and hang together."""
    for attempt in range(100):
        care = min(1.0, cluster.care + max(0, attempt - 30) / 60)
        cluster.rows = []
        for nth in range(cluster.size):
            who = cluster.who
            past = who.old is not None and (nth == 0 or (nth > 1 and rng.random() < 0.4))
            state = who.old if past and who.old else who
            row = Hand(rng, max(care, 0.4) if nth == 0 else care).write(replace(state, group=who.group))
            if who.event == "renamed" and who.old and not past and rng.random() < 0.35:
                row.name += rng.choice([f"(原{who.old.brand}{who.form})", f"（原名{who.old.brand}）", f" 原{who.old.brand}"])
                row.seen.formerly = who.old.brand
                row.kinds.append("name:formerly")
            if who.event:
                row.kinds.append(f"event:{who.event}")
            cluster.rows.append(row)
        if all(legible(row.seen, cluster.who) for row in cluster.rows) and connected(cluster):
            return
    raise AssertionError(f"no legible cluster for {cluster.who}")


def unclear_among(clusters: list[Cluster]) -> set[int]:
    """Positions of clusters with a row that could as well belong to another cluster of the list."""
    pairs = combinations(range(len(clusters)), 2)
    unclear = [(i, j) for i, j in pairs
               if not all(different(x.seen, y.seen, clusters[i].who.group) for x in clusters[i].rows for y in clusters[j].rows)]
    return {i for pair in unclear for i in pair}


def tell_apart(rng: random.Random, groups: list[list[Cluster]]) -> None:
    """Types clusters anew, with ever more care, until no row could as well belong to another customer of any of its groups."""
    for attempt in range(200):
        unclear = [group[i] for group in groups for i in sorted(unclear_among(group))]
        if not unclear:
            return
        for cluster in unclear:
            cluster.care = min(1.0, cluster.care + (0.1 if attempt > 20 else 0.01))
            retype(rng, cluster)
    raise AssertionError(f"cannot tell apart: {[cluster.who for cluster in unclear]}")


def date(rng: random.Random) -> str:
    day = datetime.date(2021, 1, 1) + datetime.timedelta(days=rng.randrange(2000))
    return rng.choice([day.isoformat()] * 8 + [f"{day.year}/{day.month}/{day.day}", f"{day.year}.{day.month}.{day.day}", ""])


def make(seed: int, count: int) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Exactly `count` rows (keys COLUMNS) in random order and their truth (keys TRUTH), the same for the same seed and count."""
    rng = random.Random(seed)
    world = World(rng)
    clusters: list[Cluster] = []
    total = 0
    for nth, group in enumerate(customers(rng, world)):
        for customer in group:
            size = rng.choices([2, 3, 4, 5, 6], [60, 25, 10, 3, 2])[0] if rng.random() < 0.26 else 1
            size = min(size, count - total)
            if size:
                who = world.with_event(customer) if size > 1 else customer
                clusters.append(Cluster(who, f"{who.group}-{nth}" if who.group else "", size, []))
                total += size
        if total == count:
            break
    by_name: dict[str, list[Cluster]] = defaultdict(list)
    for cluster in clusters:
        by_name[cluster.who.brand + cluster.who.trade].append(cluster)
    for nth, namesakes in enumerate(by_name.values()):
        if len(namesakes) > 1:
            for cluster in namesakes:
                who = cluster.who
                if not who.group:
                    label = "same_person_name" if who.sort == "person" else "same_name"
                    cluster.who, cluster.alike = replace(who, group=label), f"{label}-by-chance-{nth}"
    groups: dict[str, list[Cluster]] = defaultdict(list)
    for cluster in clusters:
        if cluster.alike:
            groups[cluster.alike].append(cluster)
        retype(rng, cluster)
    tell_apart(rng, [*groups.values(), *(namesakes for namesakes in by_name.values() if len(namesakes) > 1)])
    return listed(rng, clusters)


def listed(rng: random.Random, clusters: list[Cluster]) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    entries = [(nth, cluster, row) for nth, cluster in enumerate(clusters, start=1) for row in cluster.rows]
    rng.shuffle(entries)
    rows, truth = [], []
    for row_id, (nth, cluster, row) in enumerate(entries, start=1):
        values = [str(row_id), row.name, row.contact, row.phone, row.mail, row.address, row.industry, date(rng)]
        rows.append(dict(zip(COLUMNS, values, strict=True)))
        kind = "+".join(dict.fromkeys(row.kinds)) or "clean"
        truth.append({"row_id": str(row_id), "cluster_id": str(nth), "kind": kind, "group": cluster.alike})
    return rows, truth


def save(path: Path, columns: list[str], rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(rows)


def counts(truth: list[dict[str, str]]) -> Iterator[str]:
    """Lines that count rows, clusters, kinds and groups."""
    sizes = Counter(Counter(t["cluster_id"] for t in truth).values())
    yield f"rows {len(truth)}, customers {sizes.total()}, redundant rows {len(truth) - sizes.total()}"
    yield "rows per customer: " + ", ".join(f"{size}: {number}" for size, number in sorted(sizes.items()))
    labels = {t["group"]: t["group"].split("-")[0] for t in truth if t["group"]}
    yield "groups: " + ", ".join(
        f"{label} {number} ({len({t['cluster_id'] for t in truth if labels.get(t['group']) == label})} customers)"
        for label, number in sorted(Counter(labels.values()).items()))
    for kind, number in sorted(Counter(kind for t in truth for kind in t["kind"].split("+")).items()):
        yield f"{kind} {number}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rows", type=int, default=10_000)
    args = parser.parse_args()
    rows, truth = make(args.seed, args.rows)
    args.folder.mkdir(parents=True, exist_ok=True)
    save(args.folder / "smalltrade.csv", COLUMNS, rows)
    save(args.folder / "smalltrade.truth.csv", TRUTH, truth)
    print("\n".join(counts(truth)))


if __name__ == "__main__":
    main()
