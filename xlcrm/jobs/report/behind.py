"""The rows behind figures: which customers a number is made of, grouped as the figures are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

from xlcrm.jobs.report.ground import Ground
from xlcrm.model.figures import Column, Figure, List, Measure

MOST = 1000
"""Rows of a group that a list holds: with all of them, in every order, a hundred thousand customers would fill a million rows."""
Value = str | float | None


def behind(
    ground: Ground, key: str, groups: Mapping[str, Sequence[int]], extra: Sequence[Column] = (),
    row: Callable[[str, int], tuple[Value, ...]] | None = None,
) -> List:  # fmt: skip
    """The list ``key`` of ``groups`` (label -> items, in the order of the list).

    An item is the place of a customer, or whatever ``row`` makes a customer's place and the cells of ``extra`` of.
    """
    kept = {label: items[:MOST] for label, items in groups.items() if items}
    rows = [row(label, item) if row else (item,) for label, items in kept.items() for item in items]
    places = [int(told[0] or 0) for told in rows]
    customers = ground.customers
    columns = [Column("number", ground.title("number"), Measure.TEXT), Column("name", ground.title("name"), Measure.TEXT)]
    values: dict[str, Sequence[Value]] = {name: [customers[name][place] for place in places] for name in ("number", "name")}
    if any(customers["owner"]):
        columns.append(Column("owner", ground.title("owner"), Measure.TEXT))
        values["owner"] = [ground.person(customers["owner"][place]) for place in places]
    for at, column in enumerate(extra, 1):
        columns.append(column)
        values[column.key] = [told[at] for told in rows]
    more = {label: len(items) - MOST for label, items in groups.items() if len(items) > MOST}
    labels = [label for label, items in kept.items() for _ in items]
    return List(key, ground.text(f"list_{key}"), tuple(columns), values, labels, more)


def grouped(items: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    """Items by their labels, in the order in which these first come."""
    found: dict[str, list[int]] = {}
    for label, item in items:
        found.setdefault(label, []).append(item)
    return found


def by_value(
    column: Sequence[str | None], places: Sequence[int], label: Callable[[str | None], str]
) -> dict[str, list[int]]:  # fmt: skip
    """``places`` by the labels of their values in ``column``, each value labelled once."""
    values = defaultdict[str | None, list[int]](list)
    if len(places) == len(column):
        for place, value in enumerate(column):
            values[value].append(place)
    else:
        for place in places:
            values[column[place]].append(place)
    found: dict[str, list[int]] = {}
    for value, of in values.items():
        known = found.get(name := label(value))
        found[name] = of if known is None else sorted(known + of)
    return found


def by_size(groups: Mapping[str, Sequence[int]], last: str = "") -> dict[str, Sequence[int]]:
    """The groups with the most items first, but the one called ``last`` behind all others."""
    return dict(sorted(groups.items(), key=lambda one: (one[0] == last, -len(one[1]), one[0])))


def linked(groups: Mapping[str, Sequence[int]], list_: str, label: str) -> Figure:
    """How many items ``label`` has, leading to them."""
    count = len(groups.get(label, ()))
    return Figure(count, list_, label) if count else Figure(0)
