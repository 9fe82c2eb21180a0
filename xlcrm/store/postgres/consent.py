"""What others have to agree to, as checks of ``apply``: proposals, what is said about them, and what an operation may do because
of them (rules/approvals.py, store/sanction.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from xlcrm.rules.approvals import ABOUT_CUSTOMER, CARRIES, HANDED, SEATS, SPEAKS, roles_of
from xlcrm.rules.rights import Action, Group
from xlcrm.store.postgres.reach import POWER, holds, within

Refuse = Callable[..., str]
"""checks.py: refuse."""

_NAME = f"r.{Action.READ}_{Group.NAME}"
_NOBODY = "ARRAY[]::text[]"
_ENDED = "SELECT p.* FROM staged_entry d JOIN proposal p ON p.rid = d.rid WHERE d.\"table\" = 'proposal' AND d.version_from > 0"

HANDOVER = (
    "handed AS MATERIALIZED (SELECT p.about::json ->> 'from' AS giver, p.about::json ->> 'to' AS taker, n.rid AS customer "
    "FROM staged_entry d JOIN proposal p ON p.rid = d.rid LEFT JOIN LATERAL json_array_elements_text(CASE json_typeof("
    "p.about::json -> 'customers') WHEN 'array' THEN p.about::json -> 'customers' END) AS n(rid) ON true "
    "WHERE d.\"table\" = 'proposal' AND d.version_from > 0 AND d.after::json ->> 'outcome' = 'done' AND p.kind = 'handover' "
    "AND (json_typeof(p.about::json -> 'customers') IS DISTINCT FROM 'array' OR n.rid IS NOT NULL))"
)
"""For the WITH of a statement that asks ``handed``: the customers that go over in this operation, NULL for all of a giver."""


def handed(customer: str, owner: str, value: str) -> str:
    """SQL: whether ``customer`` goes over from ``owner`` to ``value``; all are expressions."""
    everything = f"({owner}, {value}) IN (SELECT h.giver, h.taker FROM handed h WHERE h.customer IS NULL)"
    named = f"({owner}, {value}, {customer}) IN (SELECT h.giver, h.taker, h.customer FROM handed h WHERE h.customer IS NOT NULL)"
    return f"(coalesce({everything}, false) OR coalesce({named}, false))"


def goes_over(key: str) -> str:
    """SQL: whether the field k of a record t of one table (customer c) names another colleague because of a handover; "" where
    no field does.
    """
    if key == "customer":
        return f"k.field = 'owner' AND {handed('t.rid', 't.owner', 'k.value')}"
    if key not in HANDED:
        return ""
    return f"k.field = '{HANDED[key]}' AND t.{HANDED[key]} = c.owner AND {handed('t.customer', 'c.owner', 'k.value')}"


_REJECTED = f"EXISTS ({_ENDED} AND p.kind = 'review' AND d.after::json ->> 'outcome' = 'declined' AND p.customer = e.rid)"
"""SQL: whether the review of the customer that an entry "e" is about is declined by this operation."""


def rejected(key: str) -> str:
    """SQL: whether the field k of a record of one table says that it is void because of a review; "" where that cannot be."""
    if key != "customer":
        return ""
    return f"(k.field, coalesce(k.value, '')) IN (('life', 'void'), ('merged_into', '')) AND {_REJECTED}"


def void(refuse: Refuse, undoes: str) -> str:
    """Customers that become void; ``undoes``: whether an entry "e" takes a customer's state back."""
    return refuse("void", (
        "FROM staged_entry e WHERE e.\"table\" = 'customer' AND e.version_from > 0 AND e.after::json ->> 'life' = 'void' "
        f"AND NOT {undoes} AND NOT {_REJECTED} AND NOT EXISTS ({_ENDED} AND p.kind = 'void' AND p.customer = e.rid "
        "AND d.after::json ->> 'outcome' = 'done')"
    ))  # fmt: skip


def review(refuse: Refuse) -> str:
    """New customers that have to come with a proposal to review them (v_double)."""
    approves = holds(f"'{Action.APPROVE}'", f"'{Group.NAME}'", "t.owner", seat="o.person = r.me")
    proposed = (
        "EXISTS (SELECT FROM staged_entry s JOIN proposal p ON p.rid = s.rid WHERE s.\"table\" = 'proposal' AND s.version_to = 1 "
        "AND p.kind = 'review' AND p.customer = t.rid)"
    )
    return refuse("review", (
        "FROM r CROSS JOIN staged_entry e JOIN customer t ON t.rid = e.rid WHERE v_double AND e.\"table\" = 'customer' "
        f"AND e.version_to = 1 AND NOT {approves} AND NOT {proposed}"
    ), "XL007", POWER)  # fmt: skip


def proposals(refuse: Refuse) -> str:
    """Proposals: by whom they are made and ended."""
    others = "(SELECT * FROM json_array_elements_text(p.about::json -> 'others'))"
    other = f"SELECT FROM customer o WHERE o.rid IN {others} AND {within('o.owner', _NAME)}"
    known = f"(c.rid IS NOT NULL AND {within('c.owner', _NAME)} OR EXISTS ({other}))"
    new = "EXISTS (SELECT FROM staged_entry n WHERE n.rid = p.customer AND n.\"table\" = 'customer' AND n.version_to = 1)"
    may = (
        f"CASE WHEN p.kind = 'review' THEN {new} WHEN p.kind = 'handover' THEN w.owner <> '' AND {within('w.owner', _NAME)} "
        f"WHEN p.kind IN ({listed(ABOUT_CUSTOMER)}) THEN p.customer IS NOT NULL AND {known} "
        f"ELSE p.customer IS NULL OR {known} END"
    )
    # What is said about one would be said about the other.
    alone = "NOT EXISTS (SELECT FROM request q WHERE q.rid = p.rid)"
    started = f"e.version_to = 1 AND p.version = 1 AND p.kind IN ({listed(SPEAKS)}) AND p.outcome = 'open' AND {alone} AND {may}"
    seats = _by_kind({kind: array(seats) for kind, seats in SEATS.items()}, _NOBODY)
    roles = {kind: array(sorted(set().union(*map(roles_of, seats)))) for kind, seats in SEATS.items()}
    seated = f"o.roles && {_by_kind(roles, _NOBODY)}"
    second = "ARRAY[p.created_by]"
    declines = f"({_right(SPEAKS, 'w.owner', second, seated)} OR {_right(CARRIES, 'w.over', second)})"
    agreed = (
        "(SELECT coalesce(count(DISTINCT a.seat) FILTER (WHERE a.verdict = 'yes' AND a.created_by <> p.created_by "
        "AND a.seat = ANY (w.seats)) = cardinality(w.seats) AND bool_and(a.verdict = 'yes'), false) "
        "FROM approval a WHERE a.proposal = p.rid)"
    )
    done = f"{_right(CARRIES, 'w.over')} AND (cardinality(w.seats) = 0 OR {agreed})"
    ended = (
        "e.version_from > 0 AND p.version = e.version_to "
        "AND (SELECT array_agg(k) = ARRAY['outcome'] FROM json_object_keys(e.after::json) k) "
        "AND nullif(e.before, '')::json ->> 'outcome' = 'open' AND CASE p.outcome "
        "WHEN 'withdrawn' THEN p.created_by = r.me AND (p.kind <> 'review' OR c.life <> 'live') "
        f"WHEN 'declined' THEN {declines} WHEN 'done' THEN {done} ELSE false END"
    )
    return refuse("proposal", (
        "FROM r CROSS JOIN staged_entry e JOIN proposal p ON p.rid = e.rid LEFT JOIN customer c ON c.rid = p.customer "
        f"CROSS JOIN LATERAL (SELECT {_WHOSE} AS owner, CASE p.kind WHEN 'handover' THEN NULL ELSE c.owner END AS over, "
        f"{seats} AS seats) w "
        f"WHERE e.\"table\" = 'proposal' AND NOT coalesce({started} OR {ended}, false)"
    ), "XL007", POWER)  # fmt: skip


def approvals(refuse: Refuse) -> str:
    """What is said about proposals; steps.py looks at what is said about update requests."""
    seats = " OR ".join(f"p.kind = '{kind}' AND a.seat IN ({listed(seats)})" for kind, seats in SEATS.items())
    wider = {seat: array(sorted(roles_of(seat))) for seats in SEATS.values() for seat in seats}
    roles = "CASE a.seat " + " ".join(f"WHEN '{seat}' THEN {held}" for seat, held in wider.items()) + " END"
    second = "ARRAY[p.created_by]"
    owner = f"a.seat = 'owner' AND w.owner = ANY (r.persons) AND w.owner <> ALL ({second})"
    seated = f"({seats}) AND {_right(SPEAKS, 'w.owner', second, f'o.roles && {roles}')}"
    sits = f"CASE p.kind WHEN 'merge' THEN {owner} ELSE {seated} END"
    once = "NOT EXISTS (SELECT FROM approval o WHERE o.proposal = a.proposal AND o.created_by = a.created_by AND o.rid <> a.rid)"
    current = "(p.outcome = 'open' OR p.rid IN (SELECT rid FROM staged_entry))"
    said = f"e.version_to = 1 AND a.verdict IN ('yes', 'no') AND {current} AND a.created_by <> p.created_by AND {once} AND {sits}"
    return refuse("approval", (
        "FROM r CROSS JOIN staged_entry e LEFT JOIN approval a ON a.rid = e.rid LEFT JOIN proposal p ON p.rid = a.proposal "
        f"LEFT JOIN customer c ON c.rid = p.customer CROSS JOIN LATERAL (SELECT {_WHOSE} AS owner) w "
        "WHERE e.\"table\" = 'approval' AND NOT EXISTS (SELECT FROM request q WHERE q.rid = a.proposal) "
        f"AND NOT coalesce({said}, false)"
    ), "XL007", POWER)  # fmt: skip


_WHOSE = "CASE p.kind WHEN 'handover' THEN p.about::json ->> 'from' ELSE c.owner END"
"""SQL: rules/approvals.py: whose."""


def _right(rights: Mapping[str, tuple[Action, Group]], owner: str, apart: str = "", seat: str = "") -> str:
    """SQL: whether somebody for whom this login acts has the right that the proposal's kind asks for."""
    action = _by_kind({kind: f"'{action}'" for kind, (action, _) in rights.items()}, "NULL")
    group = _by_kind({kind: f"'{group}'" for kind, (_, group) in rights.items()}, "NULL")
    return holds(action, group, owner, apart, seat)


def _by_kind(said: Mapping[str, str], other: str) -> str:
    return "CASE p.kind " + " ".join(f"WHEN '{kind}' THEN {value}" for kind, value in said.items()) + f" ELSE {other} END"


def array(words: Iterable[str]) -> str:
    """SQL: an array of texts."""
    return f"ARRAY[{listed(words)}]::text[]"


def listed(words: Iterable[str]) -> str:
    """SQL: texts for an IN."""
    return ", ".join(f"'{word}'" for word in words)
