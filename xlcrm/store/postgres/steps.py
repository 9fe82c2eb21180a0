"""The life of an update request as checks of ``apply``: each change is one step, taken by who may (rules/workflow.py,
store/requests.py); and what is said about requests, and the messages of steps.

What a request wants is encrypted, and the database cannot compare it with what the customer gets: it sees that the request about
this very field of this customer is carried out.
"""

from __future__ import annotations

from xlcrm.rules.rights import Action, Group
from xlcrm.rules.workflow import (
    BACK,
    BUSINESS,
    BUSINESS_SEATS,
    CLEARED,
    FAILED,
    FIELDS,
    FILLED,
    PASSED,
    SEATS_SETTING,
    STEPS,
    VERIFIER,
    Step,
    Who,
    field_group,
)
from xlcrm.store.notices import NEW, SENDING
from xlcrm.store.postgres.consent import Refuse, array, listed
from xlcrm.store.postgres.reach import POWER, holds, within

_ROUND = "CASE WHEN coalesce({0}, '1') ~ '^[0-9]{{1,6}}$' THEN coalesce({0}, '1')::integer ELSE 0 END"
_SEATS = (
    f"SELECT array_agg(s) FROM unnest({array(BUSINESS_SEATS)}) s WHERE s = ANY (string_to_array("
    f"(SELECT value FROM setting WHERE rid = '{SEATS_SETTING}' AND life = 'live'), ','))"
)
EXECUTED = (
    "EXISTS (SELECT FROM staged_entry d JOIN request q ON q.rid = d.rid WHERE d.\"table\" = 'request' AND d.version_from > 0 "
    f"AND d.after::json ->> 'state' = '{STEPS['apply'].target}' AND q.customer = e.rid AND q.field = k.field)"
)
"""SQL: whether this operation carries out a request about the field k of the customer that an entry "e" is about."""


def requests(refuse: Refuse) -> str:
    """New requests, and changes of those that stand."""
    return _started(refuse) + _changed(refuse)


def _started(refuse: Refuse) -> str:
    blank = " AND ".join(f"coalesce(t.{key}, '') = ''" for key in (*CLEARED, "told_on"))
    colleague = "EXISTS (SELECT FROM person x WHERE x.rid = t.initiator AND x.life = 'live')"
    alone = "NOT EXISTS (SELECT FROM proposal p WHERE p.rid = t.rid)"
    asked = "(t.raised_through IS DISTINCT FROM 'system' OR coalesce(t.after, '') = '')"
    first = "t.version = 1 AND t.state = 'open' AND coalesce(t.round, '1') = '1'"
    starts = f"{first} AND {blank} AND {colleague} AND {alone} AND {asked}"
    return refuse("request", (
        "FROM staged_entry e JOIN request t ON t.rid = e.rid WHERE e.\"table\" = 'request' AND e.version_from = 0 "
        f"AND NOT coalesce({starts} AND t.field IN ({listed(sorted(FIELDS))}), false)"
    ))  # fmt: skip


def _changed(refuse: Refuse) -> str:
    into = "m.after::json ->> 'merged_into' = t.customer"
    merged = f"EXISTS (SELECT FROM staged_entry m WHERE m.\"table\" = 'customer' AND m.rid = q.was ->> 'customer' AND {into})"
    undone = "EXISTS (SELECT FROM entry u WHERE u.operation = p_reverses AND u.rid = t.rid AND u.version_from > 0 AND {})"
    moved = undone.format("u.after <> '' AND u.after::jsonb ? 'customer'")
    # With its customer a request is sealed anew; its state of life is checks.py's.
    follows = (
        f"q.keys <@ {array(('customer', 'life', 'merged_into', 'before', 'after'))} AND q.keys && {array(('customer', 'life'))} "
        f"AND (NOT 'customer' = ANY (q.keys) OR {merged} OR {moved})"
    )
    applied = "nullif(u.before, '')::json ->> 'state' = '{}' AND nullif(u.after, '')::json ->> 'state' = '{}'"
    back = " AND ".join(f"t.{key} IS NOT DISTINCT FROM {_text(value)}" for key, value in BACK.items())
    target = STEPS["apply"].target
    unapplied = (
        f"q.keys <@ {array(BACK)} AND q.was ->> 'state' = '{target}' AND {back} "
        f"AND {undone.format(applied.format(BACK['state'], target))}"
    )
    steps = " ".join(f"WHEN {_is(step)} THEN {_fits(step)}" for step in STEPS.values())
    return refuse("request", (
        f"{_REQUESTS} WHERE NOT coalesce(q.times = 1 AND q.told AND (({follows}) OR ({unapplied}) "
        f"OR t.life = 'live' AND CASE {steps} ELSE false END), false)"
    ), "XL007", POWER)  # fmt: skip


_CLASS = "CASE " + " ".join(
    f"WHEN t.field IN ({listed(sorted(key for key in FIELDS if field_group(key) is group))}) THEN '{group}'"
    for group in sorted({field_group(key) for key in FIELDS})
) + f" ELSE '{Group.SYSTEM}' END"  # fmt: skip
_WORD = (
    "(SELECT CASE count(*) WHEN 0 THEN '' WHEN 1 THEN max(a.verdict) END FROM staged_entry s JOIN approval a ON a.rid = s.rid "
    "WHERE s.\"table\" = 'approval' AND a.proposal = t.rid)"
)
"""SQL: what is said about the request in this operation; NULL for more than one word."""
_TOLD = "(SELECT bool_and(nullif(e.before, '')::jsonb ? j) IS TRUE FROM json_object_keys(e.after::json) j)"
"""SQL: whether an entry "e" says of everything that it changes what it was; what it says was compared with the record."""
_REQUESTS = f"""FROM r CROSS JOIN (
    SELECT e.rid, ARRAY(SELECT j FROM json_object_keys(e.after::json) j
        WHERE j <> 'number' OR nullif(e.before, '')::json ->> 'number' IS NOT NULL) AS keys,
      to_jsonb(t) || coalesce(nullif(e.before, ''), '{{}}')::jsonb AS was, {_TOLD} AS told,
      count(*) OVER (PARTITION BY e.rid) AS times
    FROM staged_entry e JOIN request t ON t.rid = e.rid WHERE e."table" = 'request' AND e.version_from > 0) q
  JOIN request t ON t.rid = q.rid LEFT JOIN customer c ON c.rid = t.customer
  CROSS JOIN LATERAL (SELECT {_CLASS} AS class, {_WORD} AS word,
    array_remove(ARRAY[t.initiator, CASE WHEN t.raised_through IS DISTINCT FROM 'system' THEN t.created_by END], NULL) AS apart,
    CASE WHEN t.field IN ({listed(sorted(BUSINESS))}) THEN coalesce(({_SEATS}), {array(BUSINESS_SEATS)})
      ELSE {array((VERIFIER,))} END AS seats) w"""
"""SQL: the changed requests t as they are now, q.was as they were, q.keys what changed of them, c their customers."""

_MINE = "(q.was ->> 'initiator') = ANY (r.persons)"
_APPROVES = holds(f"'{Action.APPROVE}'", "w.class", "c.owner", "w.apart")
_WHO = {
    Who.INITIATOR: _MINE,
    Who.SECOND: _APPROVES,
    Who.UPDATER: holds(f"'{Action.CHANGE}'", "w.class", "c.owner", "w.apart"),
    Who.ANYONE: f"({_MINE} OR {_APPROVES})",
}
_ANSWERED = "(t.raised_through IS DISTINCT FROM 'system' OR coalesce(t.after, '') <> '')"
_WHOLE = (
    "(SELECT coalesce(count(DISTINCT o.seat) FILTER (WHERE o.verdict = 'yes' AND o.seat = ANY (w.seats) "
    "AND o.created_by <> ALL (w.apart)) = cardinality(w.seats) AND bool_and(o.verdict = 'yes'), false) "
    f"FROM approval o WHERE o.proposal = t.rid AND {_ROUND.format('o.round')} = {_ROUND.format('t.round')})"
)


def _is(step: Step) -> str:
    """SQL: whether a change is this step (workflow.taken)."""
    target = f"'{step.target}'" if step.target else "q.was ->> 'state'"
    return f"q.was ->> 'state' IN ({listed(step.sources)}) AND t.state = {target} AND q.keys <@ {array((*step.sets, 'state'))}"


def _fits(step: Step) -> str:
    """SQL: whether this login may take the step, and so (workflow.may, workflow.fits)."""
    said = [_WHO[step.who], f"w.word = '{step.word}'"]
    said += [f"coalesce(t.{key}, '') <> ''" for key in (*step.needs, step.stamps) if key]
    if step.signs:
        said.append(f"t.{step.signs} = r.me")
    if step.fills:
        said.append(f"NOT EXISTS (SELECT FROM unnest(q.keys) k WHERE k <> '{step.signs}' AND coalesce(q.was ->> k, '') <> '')")
    if step.anew:
        said.append(f"{_ROUND.format('t.round')} = 1 + " + _ROUND.format("(q.was ->> 'round')"))
        said += [f"coalesce(t.{key}, '') = ''" for key in CLEARED]
    if step.word == "yes":
        said.append(f"coalesce(t.verify_result, '') = CASE WHEN {_WHOLE} THEN '{PASSED}' ELSE '' END")
    elif step.word:
        said.append(f"t.verify_result = '{FAILED}'")
    if step.name in FILLED:
        said.append(_ANSWERED)
    if step.name == "apply":
        said.append(f"q.was ->> 'verify_result' = '{PASSED}'")
    return "(" + " AND ".join(said) + ")"


def words(refuse: Refuse) -> str:
    """What is said about requests, each word with the step that it belongs to; from a seat of this login's, once in a round."""
    seat = f"(a.seat = '{VERIFIER}' OR a.seat = ANY (o.roles))"
    sits = holds(f"'{Action.APPROVE}'", "w.class", "c.owner", "w.apart", seat)
    once = (
        "NOT EXISTS (SELECT FROM approval o WHERE o.proposal = a.proposal AND o.created_by = a.created_by AND o.rid <> a.rid "
        f"AND {_ROUND.format('o.round')} = {_ROUND.format('a.round')})"
    )
    said = f"{_ROUND.format('a.round')} = {_ROUND.format('t.round')} AND a.seat = ANY (w.seats) AND {sits} AND {once}"
    here = "SELECT rid FROM staged_entry WHERE \"table\" = 'request' AND version_from > 0"
    stepless = refuse("approval", (
        "FROM staged_entry e JOIN approval a ON a.rid = e.rid JOIN request t ON t.rid = a.proposal "
        f"WHERE e.\"table\" = 'approval' AND NOT (e.version_to = 1 AND t.rid IN ({here}))"
    ))  # fmt: skip
    return stepless + refuse("approval", (
        f"{_REQUESTS} JOIN approval a ON a.proposal = t.rid JOIN staged_entry s ON s.rid = a.rid AND s.\"table\" = 'approval' "
        f"WHERE NOT coalesce({said}, false)"
    ), "XL007", POWER)  # fmt: skip


def notices(refuse: Refuse) -> str:
    """Messages about customers and proposals that this login knows of; and how far they go on their way."""
    new = "EXISTS (SELECT FROM staged_entry n WHERE n.rid = t.customer AND n.\"table\" = 'customer' AND n.version_to = 1)"
    named = f"c.rid IS NOT NULL AND {within('c.owner', f'r.{Action.READ}_{Group.NAME}')} OR {new}"
    about = "EXISTS (SELECT FROM proposal p WHERE p.rid = t.about)"
    known = f"CASE WHEN t.customer IS NULL THEN {about} ELSE {named} END"
    written = f"t.version = 1 AND t.state IN ({listed(sorted(NEW))}) AND {known}"
    sent = (
        f"(SELECT array_agg(j) <@ {array(sorted(SENDING))} FROM json_object_keys(e.after::json) j) "
        f"AND {_TOLD} AND coalesce(nullif(e.before, '')::json ->> 'state', t.state) <> 'sent'"
    )
    return refuse("notice", (
        "FROM r CROSS JOIN staged_entry e JOIN notice t ON t.rid = e.rid LEFT JOIN customer c ON c.rid = t.customer "
        "WHERE e.\"table\" = 'notice' "
        f"AND NOT coalesce(CASE WHEN e.version_from = 0 THEN {written} ELSE {sent} END, false)"
    ))  # fmt: skip


def _text(value: str | None) -> str:
    return "NULL" if value is None else f"'{value}'"


