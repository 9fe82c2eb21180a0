"""What ``apply`` asks of an operation, as functions made from the declaration: may this login do that, and does it fit together?

store/permit.py has asked the same before, in the client, for the sake of an answer row by row. Here it is asked of whatever
client there is; one change without the right, and nothing is written (XL007). ``check_changes`` looks at what stood in the
store before, ``check_new`` at what stands there afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlcrm.rules.rights import Action, Group
from xlcrm.store.postgres.reach import within
from xlcrm.store.postgres.seen import CUSTOMERS, TABLE, by_class, owner_in, owner_of, with_reach
from xlcrm.store.schema import LOGGED, OWNED, quoted

_LISTED = ", ".join(f"'{key}'" for key in CUSTOMERS)
_SET = "SET search_path = xlcrm, pg_temp SET client_min_messages = warning"
_NAMED = f"r.{Action.CHANGE}_{Group.NAME}"
_CREATE, _MERGE, _VOID = (f"r.{action}_{Group.RECORD}" for action in (Action.CREATE, Action.MERGE, Action.VOID))


def _refuse(what: str, query: str) -> str:
    """The statement that ends the operation where ``query`` finds anything."""
    return f"""  IF EXISTS ({with_reach(f"SELECT {query}")}) THEN
    RAISE EXCEPTION USING ERRCODE = 'XL007', MESSAGE = '{what}';
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
    return _refuse(key, (
        f"FROM r CROSS JOIN staged_entry e JOIN {quoted(key)} t ON t.rid = e.rid {joined} "
        f"CROSS JOIN LATERAL json_each_text(e.after::json) AS k(field, value) "
        f"WHERE e.\"table\" = '{key}' AND e.version_from > 0 AND NOT {within(owner, asked)}"
    ))  # fmt: skip


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
CREATE FUNCTION xlcrm.check_changes() RETURNS void LANGUAGE plpgsql {_SET} AS $$
DECLARE
  v_tables text[] := (SELECT array_agg(DISTINCT "table") FROM staged_entry WHERE version_from > 0);
BEGIN
{twice}{changed}{for_all}{merged}{kept}{shown}{found}{whose}{keys}END $$;
"""


def statements() -> Iterator[str]:
    """``check_changes`` and ``check_new``: for ``apply``, in its transaction and with its rights."""
    yield _changes()
    yield f"""
CREATE FUNCTION xlcrm.check_new() RETURNS void LANGUAGE plpgsql {_SET} AS $$
DECLARE
  v_tables text[] := (SELECT array_agg(DISTINCT "table") FROM staged_entry);
BEGIN
{"".join(f"  IF '{key}' = ANY (v_tables) THEN{chr(10)}{_made(key)}  END IF;{chr(10)}" for key in CUSTOMERS)}END $$;
"""
