"""What ``apply`` asks of an operation, as functions made from the declaration: may this login do that, and does it fit together?

store/permit.py has asked the same before, in the client, for the sake of an answer row by row. Here it is asked of whatever
client there is; one change without the right, and nothing is written (XL007). ``check_changes`` looks at what stood in the
store before, ``check_new`` at what stands there afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlcrm.rules.approvals import DOUBLE
from xlcrm.rules.approvals import SETTING as REVIEW
from xlcrm.rules.changes import BY_REQUEST, SETTING
from xlcrm.rules.rights import Action, Group
from xlcrm.store.postgres import consent, steps
from xlcrm.store.postgres.reach import within
from xlcrm.store.postgres.seen import CUSTOMERS, TABLE, by_class, owner_in, owner_of, with_reach
from xlcrm.store.sanction import RESTORES
from xlcrm.store.schema import LOGGED, OWNED, quoted

_LISTED = ", ".join(f"'{key}'" for key in CUSTOMERS)
_SET = "SET search_path = xlcrm, pg_temp SET client_min_messages = warning"
_NAMED = f"r.{Action.CHANGE}_{Group.NAME}"
_CREATE, _MERGE, _VOID, _UNDO = (
    f"r.{action}_{Group.RECORD}" for action in (Action.CREATE, Action.MERGE, Action.VOID, Action.UNDO)
)


def _refuse(what: str, query: str, state: str = "XL007", *others: str) -> str:
    """The statement that ends the operation where ``query``, with ``others`` for its WITH, finds anything."""
    return f"""  IF EXISTS ({with_reach(f"SELECT {query}", *others)}) THEN
    RAISE EXCEPTION USING ERRCODE = '{state}', MESSAGE = '{what}';
  END IF;
"""


def _changed(key: str) -> str:
    """Fields of stored records of one table that may not be set."""
    table, owned = LOGGED[key], key in OWNED
    owner = "c.owner" if owned else "t.owner"
    joined = "LEFT JOIN customer c ON c.rid = t.customer" if owned else ""
    ends = f"CASE WHEN 'void' IN (t.life, e.after::json ->> 'life') THEN {_VOID} ELSE {_MERGE} END"
    fields = by_class(table, "k.field", Action.CHANGE)
    if key == "request":  # it ends by a step; of its fields steps.py knows who sets them
        ends, fields = "ARRAY[]::text[]", f"CASE WHEN k.field = 'customer' THEN {_NAMED} END"
    asked = (
        f"CASE WHEN k.field = 'life' AND k.value IN ('live', 'merged', 'void') OR k.field = 'merged_into' THEN {ends} "
        f"WHEN k.field = 'number' AND t.number IS NULL THEN {_CREATE} ELSE {fields} END"
    )
    agreed = [one for one in (consent.goes_over(key), consent.rejected(key)) if one]
    restores = " OR ".join(within(owner, f"r.{action}_{Group.RECORD}") for action in RESTORES)
    undone = f"k.field IN ('life', 'merged_into') AND {_undoes(key)} AND ({restores})"
    may = " OR ".join((within(owner, asked), undone, *agreed))
    return _refuse(key, (
        f"FROM r CROSS JOIN staged_entry e JOIN {quoted(key)} t ON t.rid = e.rid {joined} "
        f"CROSS JOIN LATERAL json_each_text(e.after::json) AS k(field, value) "
        f"WHERE e.\"table\" = '{key}' AND e.version_from > 0 AND (NOT ({may}) "
        f"OR NOT v_mine AND NOT {within(owner, _UNDO)})"
    ), "XL007", consent.HANDOVER)  # fmt: skip


def _undoes(key: str) -> str:
    """SQL: whether an entry "e" gives a record the state back that it had before the operation that is taken back."""
    then, now = "nullif(u.{}, '')::json ->> 'life'", "nullif(e.{}, '')::json ->> 'life'"
    back = f"{then.format('after')} = {now.format('before')} AND {then.format('before')} = {now.format('after')}"
    return (
        f"EXISTS (SELECT FROM entry u WHERE u.operation = p_reverses AND u.rid = e.rid AND u.\"table\" = '{key}' "
        f"AND (u.version_to = 1 AND {now.format('after')} = 'void' OR {back}))"
    )


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
        f"AND NOT ({may} AND ({merged} OR {undone})) AND NOT {steps.EXECUTED} AND NOT ({consent.goes_over('customer')})"
    ), "XL010", consent.HANDOVER)  # fmt: skip


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
    asked = {key: _made(key) for key in CUSTOMERS}
    asked["customer"] += consent.review(_refuse) + consent.void(_refuse, _undoes("customer"))
    asked["request"] += steps.requests(_refuse)
    asked |= {"proposal": consent.proposals(_refuse), "notice": steps.notices(_refuse)}
    asked["approval"] = consent.approvals(_refuse) + steps.words(_refuse)
    made = "".join(f"  IF '{key}' = ANY (v_tables) THEN\n{statements}  END IF;\n" for key, statements in asked.items())
    yield f"""
CREATE FUNCTION xlcrm.check_new(p_reverses text) RETURNS void LANGUAGE plpgsql {_SET} AS $$
DECLARE
  v_tables text[] := (SELECT array_agg(DISTINCT "table") FROM staged_entry);
  v_double boolean := EXISTS (SELECT FROM setting WHERE rid = '{REVIEW}' AND value = '{DOUBLE}' AND life = 'live');
BEGIN
{made}END $$;
"""
