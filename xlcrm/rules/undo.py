"""Taking an operation back: what restores the records it touched, and what stays because somebody changed it since.

A record that the operation made, or brought back, becomes void, unless it was changed, moved or used since. In any other record
each field goes back to what it was, unless it says something else by now; so does what was decided about pairs, headers and
words. Name, title, telephone and mail of a contact go back together or not at all, so that nobody gets a colleague's number.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace

from xlcrm.model.operation import Change, Decision, Record, Values
from xlcrm.model.tables import BY_KEY, CUSTOMER, REQUEST
from xlcrm.rules.merge import CONTACT_FIELDS
from xlcrm.rules.workflow import BACK

_STATE = ("life", "merged_into")
_STAYS = frozenset({"number", "origin"})  # a number once given is nobody else's


@dataclass(frozen=True, slots=True)
class Said:
    """One entry of the log: the record, its version afterwards, and the changed columns before and after."""

    table: str
    rid: str
    version: int
    before: Values
    after: Values


@dataclass(slots=True)
class Step:
    """All that an operation did to one record, up to ``version``; ``made``: it is new."""

    table: str
    rid: str
    made: bool
    version: int
    before: Values = field(default_factory=dict)
    after: Values = field(default_factory=dict)

    @property
    def revived(self) -> bool:
        """Whether a record that was void lives again."""
        return not self.made and self.before.get("life") == "void" and self.after.get("life") == "live"

    def whole(self, values: Values) -> Step:
        """The step as if it had made the record, which said ``values`` afterwards."""
        return replace(self, made=True, after={**values, **self.after})


@dataclass(frozen=True, slots=True)
class Left:
    """Something that is not taken back: ``field`` is "" for the record as a whole.

    ``why``: "changed" (it says ``now`` where it would go back to ``wanted``), "used" (records of others belong to it), "gone"
    (merged, voided or erased since), "step" (a step of a request), "decided" (somebody decided anew since).
    """

    table: str
    rid: str
    field: str
    why: str
    wanted: str | None = None
    now: str | None = None


@dataclass(slots=True)
class Plan:
    """The changes and decisions that take an operation back, and what is left."""

    changes: list[Change] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)


def steps(entries: Iterable[Said], tables: Container[str] = BY_KEY) -> list[Step]:
    """What an operation's ``entries`` did to the records of ``tables``, one step a record, customers first."""
    found: dict[tuple[str, str], Step] = {}
    for entry in entries:
        if entry.table not in tables:
            continue
        step = found.setdefault((entry.table, entry.rid), Step(entry.table, entry.rid, entry.version == 1, entry.version))
        step.version = entry.version
        for key in entry.after:
            step.before.setdefault(key, entry.before.get(key))
        step.after.update(entry.after)
    for step in found.values():
        for key in [key for key in step.after if not step.made and step.before[key] == step.after[key]]:  # sealed anew
            del step.before[key], step.after[key]
    return sorted(found.values(), key=lambda step: step.table != CUSTOMER.key)


def plan(done: Iterable[Step], now: Mapping[str, Record], lives_on: Mapping[str, str], used: Container[str]) -> Plan:
    """What takes ``done`` back from the records as they are ``now`` (by rid, the customers that it names included).

    ``lives_on`` names the survivor of customers merged meanwhile: what belongs to it belongs, as far as anybody changed it, to
    the customer that the operation named. ``used`` are the rids of made customers that something else belongs to.
    """
    plan = Plan()
    for step in done:
        record = now.get(step.rid)
        if record is None or record.state == "erased":
            plan.left.append(Left(step.table, step.rid, "", "gone"))
        elif step.made:
            _unmake(plan, step, record, used)
        else:
            _restore(plan, step, record, lives_on)
    while _homeless(plan, now):
        pass
    return plan


def undecided(done: Iterable[Step], now: Mapping[str, Decision]) -> tuple[list[Decision], list[Left]]:
    """What takes back the decisions that were ``done``, and what is left of them; ``now`` are those that stand, by pair."""
    back: list[Decision] = []
    left: list[Left] = []
    for step in done:
        stands, former = now.get(step.rid), step.before.get("verdict")
        verdict = stands.verdict if stands is not None else None
        if "verdict" not in step.after or verdict == former:
            continue
        if verdict != step.after["verdict"]:
            left.append(Left(step.table, step.rid, "", "decided"))
            continue
        reason = stands.reason if stands is not None and "reason" not in step.after else step.before.get("reason")
        back.append(Decision(step.rid, former or "", (reason or "") if former else ""))
    return back, left


def _homeless(plan: Plan, now: Mapping[str, Record]) -> bool:
    """Leave what would go to a customer that does not live when all is done; whether there was any."""
    states = {rid: record.state for rid, record in now.items()}
    states |= {change.rid: change.state for change in plan.changes if change.state}
    for change in plan.changes:
        goal = change.merged_into or change.values.get("customer")
        if goal is None or goal not in states or states[goal] == "live" or change.state == "void":
            continue
        plan.changes.remove(change)
        whole = change.merged_into is not None
        what, why = ("", "gone") if whole else ("customer", "changed")
        plan.left.append(Left(change.table, change.rid, what, why, goal, change.customer))
        rest = {key: value for key, value in change.values.items() if key != "customer"}
        if rest and not whole:
            plan.changes.append(replace(change, values=rest, expected={key: change.expected[key] for key in rest}))
        return True
    return False


def _unmake(plan: Plan, step: Step, record: Record, used: Container[str]) -> None:
    made = step.after.get("life")
    if record.state == "void" and made != "void":
        return  # somebody was faster
    if record.state != made:
        plan.left.append(Left(step.table, step.rid, "", "gone"))
    elif step.rid in used:
        plan.left.append(Left(step.table, step.rid, "", "used"))
    elif changed := [key for key, value in record.values.items() if value != step.after.get(key)]:
        plan.left += [Left(step.table, step.rid, key, "changed", step.after.get(key), record.values[key]) for key in changed]
    else:
        plan.changes.append(_change(record, {}, "void"))


def _restore(plan: Plan, step: Step, record: Record, lives_on: Mapping[str, str]) -> None:
    state: tuple[str, str | None] | None = None
    if any(key in step.after for key in _STATE):
        then = step.before.get("life") or record.state, step.before.get("merged_into")
        left_as = step.after.get("life") or record.state, step.after.get("merged_into")
        if (record.state, record.merged_into) == left_as:
            state = then
        elif (record.state, record.merged_into) != then:
            plan.left.append(Left(step.table, step.rid, "", "gone"))
            return
    if record.state != "live" and state is None:
        plan.left.append(Left(step.table, step.rid, "", "gone"))
        return
    back: Values = {}
    left: list[Left] = []
    for key, after in step.after.items():
        wanted = step.before.get(key)
        if key in _STATE or key in _STAYS or record.values.get(key) == wanted:
            continue
        if _same(key, record.values.get(key), after, lives_on):
            back[key] = wanted
        else:
            left.append(Left(step.table, step.rid, key, "changed", wanted, record.values.get(key)))
    if any(one.field in CONTACT_FIELDS for one in left):
        left += [
            Left(step.table, step.rid, key, "changed", back[key], record.values.get(key)) for key in back if key in CONTACT_FIELDS
        ]
        back = {key: value for key, value in back.items() if key not in CONTACT_FIELDS}
    if step.table == REQUEST.key:
        back, left = _unstepped(step, back, left)
    plan.left += left
    if back or state:
        plan.changes.append(_change(record, back, *(state or (None,))))


def _unstepped(step: Step, back: Values, left: list[Left]) -> tuple[Values, list[Left]]:
    """What goes back of an update request: that it was carried out, as far as nobody went on since. Its other steps are answered
    by further ones.
    """
    steps = {key: value for key, value in back.items() if key != "customer"}
    if (not steps and not left) or (steps == BACK and not left):
        return back, left
    return {key: value for key, value in back.items() if key == "customer"}, [Left(step.table, step.rid, "", "step")]


def _same(key: str, now: str | None, left: str | None, lives_on: Mapping[str, str]) -> bool:
    return now == left or (key == "customer" and left is not None and now is not None and lives_on.get(left) == now)


def _change(record: Record, values: Values, state: str | None, merged_into: str | None = None) -> Change:
    customer = record.rid if record.table == CUSTOMER.key else record.values.get("customer") or ""
    return Change(
        record.table, record.rid, customer, values, record.version, {key: record.values.get(key) for key in values},
        state=state, merged_into=merged_into,
    )  # fmt: skip
