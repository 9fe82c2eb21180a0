"""Matching headers: how long it takes, and how often it is right on the labelled headers (tests/data, ../shared/data)."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.bench.timing import Row, side_by_side
from tests.rules import labelled
from tests.rules.labelled import Figures, Labelled
from xlcrm.model.learned import Learned
from xlcrm.model.tables import CUSTOMER
from xlcrm.rules.headers import fields

SHARED = Path(__file__).parents[3] / "shared" / "data" / "headers.csv"
TABLES = 100


def measure() -> list[Row]:
    """100 lists with some 13 columns of 200 cells each."""
    lists = labelled.layouts("layouts.json")
    given = [([one.header for one in columns], [one.values * (200 // len(one.values)) for one in columns]) for columns in lists]

    def match() -> None:
        for number in range(TABLES):
            header, samples = given[number % len(given)]
            fields(header, samples, Learned())

    match()  # the words are read once
    sets = {path.name: labelled.single(path.name) for path in sorted(labelled.DATA.glob("headers*.csv"))}
    sets |= {path.name: labelled.layouts(path.name) for path in sorted(labelled.DATA.glob("layouts*.json"))}
    if SHARED.exists():
        sets["../shared/data/headers.csv"] = shared()
    note = "; ".join(f"{name}: {_said(labelled.figures(found))}" for name, found in sets.items())
    return [Row(f"match the headers of {TABLES} lists", side_by_side(match)[0], aim=0.5, note=note)]


def shared() -> list[list[Labelled]]:
    """The headers of the development data; its fields are named by their titles."""
    keys = {item.zh: f"{CUSTOMER.key}.{item.key}" for item in CUSTOMER.fields} | {"忽略": "-"}
    with SHARED.open(encoding="utf-8-sig") as file:
        return [[Labelled(row["header"], frozenset({keys[row["field"]]}), ())] for row in csv.DictReader(file)]


def _said(found: Figures) -> str:
    share = 100 * found.right / found.count
    return f"{found.right} of {found.count} right ({share:.1f} %), {found.asked} asked about, {len(found.wrong)} wrong without asking"
