"""How the customers were: their state at several moments, worked out backwards from what they are now and every change since.

One pass over the log, from its end. Only customers that live now are told of; what entered the store later than a moment was
not there then.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from xlcrm.errors import UsageError
from xlcrm.rules.quality import JUDGED, OF_ASPECT, Aspect, Judge
from xlcrm.store.base import Columns, Store, Turn

State = tuple[str | None, str | None, int]
"""Owner (the present one), status and verdict (rules/quality.py) of a customer."""
_AT = {name: at for at, name in enumerate(JUDGED)}
StatusTurn = tuple[int, str, str | None, str | None]
"""A change of status: the customer's place, the moment, before and after."""
_MISSING = OF_ASPECT[Aspect.COMPLETE]


@dataclass(frozen=True, slots=True)
class Past:
    """``verdicts`` are those on the customers as they are. ``states`` counts the customers of each state at each moment asked
    for, a moment being the first that does not count. ``status`` are the changes of status (place, moment, before, after), oldest
    first. ``entered`` is the verdict on each customer as it came in, or was at the earliest moment; ``completed`` the moment at
    which nothing was missing for the first time, of those of which something was. ``merged`` are the moments at which others were
    merged into a customer (place, moment), without merges that were taken back.
    """

    verdicts: Sequence[int]
    states: Mapping[str, Counter[State]]
    status: Sequence[StatusTurn] = ()
    entered: Sequence[int] = ()
    completed: Mapping[int, str] = field(default_factory=dict)
    merged: Sequence[tuple[int, str]] = ()
    logged: bool = True

    def count(self, status: str, moment: str, owners: Collection[str | None]) -> int:
        """How many customers of ``owners`` were of that status."""
        return sum(count for (owner, one, _), count in self.states[moment].items() if one == status and owner in owners)


def look_back(
    store: Store, customers: Columns, place: Mapping[str | None, int], judge: Judge, moments: Sequence[str], logged: bool
) -> Past:
    """The states at ``moments``; only at the latest one where the log is not ``logged`` for the reader, or lies elsewhere."""
    values = [customers[name] for name in JUDGED]
    verdicts = list(map(judge.verdict, *values)) if place else []
    owners, status = customers["owner"], list(customers["status"])
    now, *earlier = sorted(set(moments), reverse=True)
    counts = Counter(zip(owners, status, verdicts, strict=True))
    found = Past(list(verdicts), {now: counts}, logged=False)
    if not logged:
        return found
    try:
        turns = list(store.turns("customer", (*JUDGED, "life", "merged_into"), min(moments)))
    except UsageError as error:
        if error.key != "folder.elsewhere":  # a member's own copy has no log
            raise
        return found
    states, counts, changes, completed = {now: counts}, counts.copy(), list[StatusTurn](), dict[int, str]()
    rows: list[tuple[str | None, ...] | list[str | None]] = list(zip(*values, strict=True))
    youngest = sorted(range(len(verdicts)), key=lambda one: customers["created_at"][one] or "")

    def snapshot(moment: str) -> None:
        while youngest and (customers["created_at"][youngest[-1]] or "") >= moment:  # was not there then
            one = youngest.pop()
            counts[owners[one], status[one], verdicts[one]] -= 1
        states[moment] = +counts

    for rid, at, before, after in reversed(turns):
        while earlier and at < earlier[0]:
            snapshot(earlier.pop(0))
        one = place.get(rid)
        if one is None:
            continue
        later = verdicts[one]
        counts[owners[one], status[one], later] -= 1
        row = rows[one]
        if isinstance(row, tuple):
            row = rows[one] = list(row)
        for name, value in before.items():
            if name in _AT:
                row[_AT[name]] = value
        if "status" in before:
            changes.append((one, at, before["status"], after["status"]))
            status[one] = before["status"]
        verdict = verdicts[one] = judge.verdict(*row)
        counts[owners[one], status[one], verdict] += 1
        if verdict & _MISSING and not later & _MISSING:
            completed[one] = at
    for moment in earlier:
        snapshot(moment)
    changes.reverse()
    return Past(found.verdicts, states, changes, verdicts, completed, _merged(turns, place))


def _merged(turns: Sequence[Turn], place: Mapping[str | None, int]) -> list[tuple[int, str]]:
    """Which living customers others were merged into, and when."""
    into: dict[str, tuple[str, str | None]] = {}
    for rid, at, _, after in turns:
        if after.get("life") == "merged":
            into[rid] = at, after.get("merged_into")
        elif "life" in after:
            into.pop(rid, None)
    found = []
    for at, survivor in into.values():
        while survivor in into:
            survivor = into[survivor][1]
        if survivor in place:
            found.append((place[survivor], at))
    return found
