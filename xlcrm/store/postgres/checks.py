"""What ``apply`` asks of an operation, as functions made from the declaration: may this login do that, and does it fit together?

store/permit.py has asked the same before, in the client, for the sake of an answer row by row. Here it is asked of whatever
client there is; one change without the right, and nothing is written (XL007). ``check_changes`` looks at what stood in the
store before, ``check_new`` at what stands there afterwards.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from xlcrm.rules.approvals import SEATS
from xlcrm.rules.changes import BY_REQUEST, SETTING
from xlcrm.rules.rights import Action, Group
from xlcrm.store.postgres.reach import within
from xlcrm.store.postgres.seen import CUSTOMERS, TABLE, by_class, owner_in, owner_of, with_reach
from xlcrm.store.sanction import POWER, RESTORES
from xlcrm.store.schema import LOGGED, OWNED, quoted

_LISTED = ", ".join(f"'{key}'" for key in CUSTOMERS)
_SET = "SET search_path = xlcrm, pg_temp SET client_min_messages = warning"
_NAMED = f"r.{Action.CHANGE}_{Group.NAME}"
_CREATE, _MERGE, _VOID, _UNDO = (
    f"r.{action}_{Group.RECORD}" for action in (Action.CREATE, Action.MERGE, Action.VOID, Action.UNDO)
)


def _refuse(what: str, query: str, state: str = "XL007") -> str:
    """The statement that ends the operation where ``query`` finds anything."""
    return f"""  IF EXISTS ({with_reach(f"SELECT {query}")}) THEN
    RAISE EXCEPTION USING ERRCODE = '{state}', MESSAGE = '{what}';
  END IF;
"""


def _changed(key: str) -> str:
    """Fields of stored records of one table that may not be set."""
    table, owned = LOGGED[key], key in OWNED
    owner = "c.owner" if owned else "t.owner"
    joined = "LEFT JOIN customer c ON c.rid = t.customer" if owned else ""
    ends = f"CASE WHEN 'void' IN (t.life, e.after::json ->> 'life') THEN {_VOID} ELSE {_MERGE} END"
    asked = (
        f"CASE WHEN k.field = 'life' AND k.value IN ('live', 'merged', 'void') OR k.field = 'merged_into' THEN {ends} "
        f"WHEN k.field = 'number' AND t.number IS NULL THEN {_CREATE} ELSE {by_class(table, 'k.field', Action.CHANGE)} END"
    )
    restores = " OR ".join(within(owner, f"r.{action}_{Group.RECORD}") for action in RESTORES)
    undone = f"k.field IN ('life', 'merged_into') AND {_undoes(key)} AND ({restores})"
    return _refuse(key, (
        f"FROM r CROSS JOIN staged_entry e JOIN {quoted(key)} t ON t.rid = e.rid {joined} "
        f"CROSS JOIN LATERAL json_each_text(e.after::json) AS k(field, value) "
        f"WHERE e.\"table\" = '{key}' AND e.version_from > 0 AND (NOT ({within(owner, asked)} OR {undone}) "
        f"OR NOT v_mine AND NOT {within(owner, _UNDO)})"
    ))  # fmt: skip


def _undoes(key: str) -> str:
    """SQL: whether an entry "e" gives a record the state back that it had before the operation that is taken back."""
    then, now = "nullif(u.{}, '')::json ->> 'life'", "nullif(e.{}, '')::json ->> 'life'"
    back = f"{then.format('after')} = {now.format('before')} AND {then.format('before')} = {now.format('after')}"
    return (
        f"EXISTS (SELECT FROM entry u WHERE u.operation = p_reverses AND u.rid = e.rid AND u.\"table\" = '{key}' "
        f"AND (u.version_to = 1 AND {now.format('after')} = 'void' OR {back}))"
    )


def _said() -> str:
    """Proposals and approvals: by whom they are made and ended, and what needs them (rules/approvals.py, store/sanction.py)."""
    power = " ".join(f"WHEN '{kind}' THEN r.{action}_{Group.RECORD}" for kind, action in POWER.items())
    power = within("c.owner", f"CASE p.kind {power} ELSE ARRAY[]::text[] END")
    named = within("c.owner", f"r.{Action.READ}_{Group.NAME}")
    others = "(SELECT * FROM json_array_elements_text(p.about::json -> 'others'))"
    other = f"SELECT FROM customer o WHERE o.rid IN {others} AND {within('o.owner', f'r.{Action.READ}_{Group.NAME}')}"
    known = f"({named} OR EXISTS ({other}))"
    started = f"e.version_to = 1 AND {known} AND p.kind IN ({_in(POWER)}) AND p.outcome = 'open'"
    ended = (
        "e.version_from > 0 AND (SELECT array_agg(k) = ARRAY['outcome'] FROM json_object_keys(e.after::json) k) "
        "AND nullif(e.before, '')::json ->> 'outcome' = 'open' AND CASE p.outcome WHEN 'withdrawn' "
        f"THEN p.created_by = p.updated_by ELSE p.outcome IN ('done', 'declined') AND {power} END"
    )
    proposal = _refuse("proposal", (
        "FROM r CROSS JOIN staged_entry e JOIN proposal p ON p.rid = e.rid JOIN customer c ON c.rid = p.customer "
        f"WHERE e.\"table\" = 'proposal' AND NOT coalesce({started} OR {ended}, false)"
    ))  # fmt: skip
    seats = " OR ".join(f"p.kind = '{kind}' AND a.seat IN ({_in(seats)})" for kind, seats in SEATS.items())
    holds = "EXISTS (SELECT FROM person x WHERE x.rid = ANY (r.persons) AND a.seat = ANY (string_to_array(x.roles, ',')))"
    sits = f"CASE WHEN a.seat = 'owner' THEN c.owner = ANY (r.persons) ELSE ({seats}) AND {holds} AND {power} END"
    once = "NOT EXISTS (SELECT FROM approval o WHERE o.proposal = a.proposal AND o.created_by = a.created_by AND o.rid <> a.rid)"
    current = "(p.outcome = 'open' OR p.rid IN (SELECT rid FROM staged_entry))"
    approval = _refuse("approval", (
        "FROM r CROSS JOIN staged_entry e LEFT JOIN approval a ON a.rid = e.rid LEFT JOIN proposal p ON p.rid = a.proposal "
        "LEFT JOIN customer c ON c.rid = p.customer WHERE e.\"table\" = 'approval' "
        f"AND NOT coalesce(e.version_to = 1 AND {current} AND a.created_by <> p.created_by AND {once} AND {sits}, false)"
    ))  # fmt: skip
    words = (
        f"(SELECT count(DISTINCT a.seat) = {len(SEATS['void'])} AND bool_and(a.verdict = 'yes') FROM approval a "
        f"WHERE a.proposal = p.rid AND a.created_by <> p.created_by AND a.seat IN ({_in(SEATS['void'])}))"
    )
    void = _refuse("void", (
        "FROM staged_entry e WHERE e.\"table\" = 'customer' AND e.version_from > 0 AND e.after::json ->> 'life' = 'void' "
        f"AND NOT {_undoes('customer')} AND NOT EXISTS (SELECT FROM proposal p JOIN staged_entry d ON d.rid = p.rid "
        "AND d.version_from > 0 AND d.after::json ->> 'outcome' = 'done' "
        f"WHERE p.kind = 'void' AND p.customer = e.rid AND {words})"
    ))  # fmt: skip
    return proposal + approval + void


def _in(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _by_request() -> str:
    """Fields of stored customers that change by request only (rules/changes.py: way), as the store is set.

    A value that stood there before may go in by whoever could approve of it: of a customer that is merged into this one, or
    where an operation that had changed the field is taken back.
    """
    modes = " ".join(
        f"WHEN '{mode}' THEN k.field IN ({', '.join(repr(field) for field in sorted(fields))})"
        for mode, fields in BY_REQUEST.items()
    )
    may = within("t.owner", by_class(LOGGED["customer"], "k.field", Action.APPROVE))
    merged = (
        "EXISTS (SELECT FROM staged_entry m WHERE m.\"table\" = 'customer' AND m.version_from > 0 "
        "AND m.after::json ->> 'life' = 'merged' AND m.after::json ->> 'merged_into' = e.rid)"
    )
    undone = (
        "EXISTS (SELECT FROM entry u WHERE u.rid = e.rid AND u.operation = p_reverses AND u.after <> '' "
        "AND u.after::jsonb ? k.field)"
    )
    return _refuse("customer", (
        f"FROM r CROSS JOIN staged_entry e JOIN customer t ON t.rid = e.rid "
        f"CROSS JOIN LATERAL json_each_text(e.after::json) AS k(field, value) "
        f"WHERE e.\"table\" = 'customer' AND e.version_from > 0 AND CASE v_mode {modes} ELSE false END "
        f"AND NOT ({may} AND ({merged} OR {undone}))"
    ), "XL010")  # fmt: skip


def _made(key: str) -> str:
    """New records of one table, and records moved, whose customer is not one to add to."""
    owned = key in OWNED
    joined = "LEFT JOIN customer c ON c.rid = t.customer" if owned else ""
    moved = " OR e.after::jsonb ? 'customer'" if owned else ""
    return _refuse(key, (
        f"FROM r CROSS JOIN staged_entry e JOIN {quoted(key)} t ON t.rid = e.rid {joined} WHERE e.\"table\" = '{key}' "
        f"AND (e.version_to = 1{moved}) AND ({_CREATE} IS NOT NULL AND NOT {within('c.owner' if owned else 't.owner', _CREATE)} "
        f"OR t.life NOT IN ('live', 'merged'))"
    ))  # fmt: skip


def _changes() -> str:
    changed = "".join(
        f"  IF '{key}' = ANY (v_tables) THEN\n{_changed(key)}  END IF;\n" for key in CUSTOMERS
    )
    modes = ", ".join(f"'{mode}'" for mode in BY_REQUEST)
    for_all = "".join(
        _refuse(key, f"FROM r CROSS JOIN staged_entry e WHERE e.\"table\" = '{key}' AND r.{action}_{Group.RECORD} IS NOT NULL")
        for key, action in (("person", Action.PEOPLE), ("setting", Action.SETTINGS))
    )
    into = "e.after::json ->> 'merged_into'"
    merged = _refuse("merge", (
        f"FROM r CROSS JOIN staged_entry e WHERE e.\"table\" IN ({_LISTED}) AND e.version_from > 0 AND {into} IS NOT NULL "
        f"AND {_MERGE} IS NOT NULL AND {owner_in('customer', f'({into})')} <> ALL ({_MERGE})"
    ))  # fmt: skip
    kept = _refuse("kept_value", (
        f"FROM r CROSS JOIN staged_entry e WHERE e.\"table\" = 'kept_value' AND {_MERGE} IS NOT NULL "
        f"AND {owner_of(TABLE, 'e.rid')} <> ALL ({_MERGE})"
    ))  # fmt: skip
    # What was shown beyond the rights is logged by the functions that show it; people only say what they took out.
    shown = _refuse("access", (
        "FROM staged_entry e WHERE e.\"table\" = 'access' AND (e.version_from > 0 OR e.after::json ->> 'customer' IS NOT NULL)"
    ))  # fmt: skip
    # A new record under another's identity would bring what that one is found by into this operation.
    twice = _refuse("rid", " OR ".join(
        f"{start}e.\"table\" <> '{key}' AND EXISTS (SELECT FROM {key} t WHERE t.rid = e.rid)"
        for key, start in (
            ("customer", f"FROM staged_entry e WHERE e.\"table\" IN ({_LISTED}) AND e.version_from = 0 AND ("), ("contact", "")
        )
    ) + ")")  # fmt: skip
    # What records are found by goes with records that this operation may write.
    ours = f"SELECT rid FROM staged_entry WHERE \"table\" IN ({_LISTED}, 'kept_value')"
    found = _refuse("staged", (
        f"FROM r CROSS JOIN staged s WHERE s.what <> 'seen' AND s.rid NOT IN ({ours}) "
        f"AND {_NAMED} IS NOT NULL "
        f"AND NOT coalesce({owner_in('customer', 's.rid')} = ANY ({_NAMED}), false)"
    ))  # fmt: skip
    whose = _refuse("staged", (
        f"FROM r CROSS JOIN staged s WHERE s.what IN ('phone_tail', 'move') AND s.owner NOT IN ({ours}) "
        f"AND {_CREATE} IS NOT NULL AND NOT coalesce({owner_in('customer', 's.owner')} = ANY ({_CREATE}), false)"
    ))  # fmt: skip
    keys = _refuse("staged", (
        "FROM staged s WHERE s.what = 'data_key' "
        "AND s.rid NOT IN (SELECT rid FROM staged_entry WHERE \"table\" = 'customer' AND version_to = 1)"
    ))  # fmt: skip
    return f"""
CREATE FUNCTION xlcrm.check_changes(p_reverses text) RETURNS void LANGUAGE plpgsql {_SET} AS $$
DECLARE
  v_tables text[] := (SELECT array_agg(DISTINCT "table") FROM staged_entry WHERE version_from > 0);
  v_mine boolean := p_reverses IS NULL
    OR coalesce((SELECT actor = ANY (xlcrm.persons()) FROM operation WHERE id = p_reverses), false);
  v_mode text := (SELECT value FROM setting WHERE rid = '{SETTING}' AND life = 'live');
BEGIN
{twice}{changed}  IF v_mode IN ({modes}) AND 'customer' = ANY (v_tables) THEN
{_by_request()}  END IF;
{for_all}{merged}{kept}{shown}{found}{whose}{keys}END $$;
"""


def statements() -> Iterator[str]:
    """``check_changes`` and ``check_new``: for ``apply``, in its transaction and with its rights."""
    yield _changes()
    yield f"""
CREATE FUNCTION xlcrm.check_new(p_reverses text) RETURNS void LANGUAGE plpgsql {_SET} AS $$
DECLARE
  v_tables text[] := (SELECT array_agg(DISTINCT "table") FROM staged_entry);
BEGIN
{"".join(f"  IF '{key}' = ANY (v_tables) THEN{chr(10)}{_made(key)}  END IF;{chr(10)}" for key in CUSTOMERS)}{_said()}END $$;
"""
