"""Erasing one customer on PostgreSQL: what store/erasing.py does, as a function of the database, made from the declaration."""

from __future__ import annotations

from collections.abc import Mapping

from xlcrm.rules.approvals import SEATS
from xlcrm.rules.rights import Action
from xlcrm.store.erasing import BLANK, STAYS
from xlcrm.store.log import GENESIS
from xlcrm.store.postgres.consent import array
from xlcrm.store.postgres.reach import FREE, NOW, SAFE, TURN, ZONE, within
from xlcrm.store.schema import LOGGED, OWNED, columns, quoted

_SEATS = array(SEATS["erase"])
_AGREED = (
    "SELECT count(DISTINCT a.seat) FILTER (WHERE a.verdict = 'yes' AND a.created_by <> p.created_by "
    f"AND a.seat = ANY ({_SEATS})) = cardinality({_SEATS}) AND bool_and(a.verdict = 'yes') "
    "FROM approval a WHERE a.proposal = p.rid"
)
_UNAGREED = (
    f"NOT {FREE} AND (SELECT count(*) FROM person WHERE life = 'live' AND disabled IS NULL) > 1 "
    "AND EXISTS (SELECT FROM customer WHERE rid = p_customer AND life <> 'erased') AND NOT EXISTS (SELECT FROM proposal p "
    f"WHERE p.kind = 'erase' AND p.outcome = 'open' AND p.life = 'live' AND p.customer = p_customer AND ({_AGREED}))"
)
"""SQL: whether colleagues would have to agree first; who owns the store may erase again what a backup brought back."""
_FOUND_BY = ("kept_value", "face", "phone_tail", "pinyin", "submission", "imported")


def statement() -> str:
    """The function ``xlcrm.erase``: how many records it erased."""
    tables = "".join(_table(key) for key in ("customer", *sorted(OWNED)))
    # The words about proposals and requests come after these, of which v_rids holds the rids by then.
    said = "".join(_unsaid(key) for key in BLANK)
    forgetting = "".join(f"    DELETE FROM {table} WHERE rid = ANY (v_rids);\n" for table in _FOUND_BY)
    return f"""
CREATE FUNCTION xlcrm.erase(p_version integer, p_id text, p_customer text, p_actor text, p_source text, p_reason text)
RETURNS bigint LANGUAGE plpgsql {SAFE} SET timezone = '{ZONE}' AS $$
#variable_conflict use_column
DECLARE
  v_at text := {NOW};
  v_roles text;
  v_customers text[];
  v_rids text[] := ARRAY[]::text[];
  v_row record;
  v_first bigint;
  v_next bigint;
  v_records bigint;
  v_hash text := '{GENESIS}';
  v_salt text;
  v_after text;
  v_payload text;
BEGIN
  PERFORM xlcrm.check_version(p_version);
  v_roles := (SELECT coalesce(roles, '') FROM person WHERE rid = p_actor AND account = session_user AND life = 'live'
    AND disabled IS NULL);
  IF v_roles IS NULL AND NOT {FREE} THEN
    RAISE EXCEPTION USING ERRCODE = 'XL005', MESSAGE = session_user;
  END IF;
  IF NOT {within("(SELECT owner FROM customer WHERE rid = p_customer)", f"xlcrm.reach('{Action.ERASE}')")} THEN
    RAISE EXCEPTION USING ERRCODE = 'XL011', MESSAGE = 'erase';
  END IF;
  {TURN}
  IF {_UNAGREED} THEN
    RAISE EXCEPTION USING ERRCODE = 'XL013', MESSAGE = 'erase';
  END IF;
  WITH RECURSIVE family AS (
    SELECT rid FROM customer WHERE rid = p_customer
    UNION SELECT c.rid FROM customer c JOIN family f ON c.merged_into = f.rid)
  SELECT array_agg(rid) INTO v_customers FROM family;
  v_first := (SELECT coalesce(max(seq), 0) + 1 FROM entry);
  v_next := v_first;
{tables}  v_records := v_next - v_first;
  IF v_records > 0 THEN
{said}    UPDATE entry SET salt = '', before = '', after = '', reason = '' WHERE seq < v_first AND (rid = ANY (v_rids)
      OR reason <> '' AND "table" = 'access' AND rid IN (SELECT rid FROM access WHERE customer = ANY (v_customers)));
    DELETE FROM blocking_key WHERE face IN (SELECT id FROM face WHERE rid = ANY (v_rids));
{forgetting}    DELETE FROM number WHERE rid = ANY (v_rids) AND kind = 'former';
    UPDATE data_key SET wrapped = NULL WHERE customer = ANY (v_customers);
    PERFORM xlcrm.link(p_id, 'erase', p_actor, coalesce(v_roles, ''), p_source, '', NULL, v_first, v_next - v_first, v_hash);
  END IF;
  RETURN v_records;
END $$;
"""


def _table(key: str) -> str:
    """The part that erases the records of one table."""
    of = "rid" if key == "customer" else "customer"
    said = columns(LOGGED[key])[1:-5]
    return _rows(key, f"{of} = ANY (v_customers)", {name: _stays(name) for name in said}, "p_reason")


def _unsaid(key: str) -> str:
    """The part that blanks what was said about erased customers in one table."""
    of = "proposal = ANY (v_rids)" if key == "approval" else "customer = ANY (v_customers)"
    said = {name: "NULL::text" if name in BLANK[key] else f"v_row.{quoted(name)}" for name in columns(LOGGED[key])[1:-5]}
    said["life"] = "'erased'"
    if key == "proposal":
        said["outcome"] = "CASE v_row.kind WHEN 'erase' THEN 'done' ELSE v_row.outcome END"
    return _rows(key, of, said, "''")


def _rows(key: str, which: str, said: Mapping[str, str], reason: str) -> str:
    """The part that makes the rows of one table say what is ``said`` (expressions by column), and logs it."""
    object = ", ".join(f"'{name}', {value}" for name, value in said.items())
    changed = ", ".join(f"{quoted(name)} = {value}" for name, value in said.items() if value != f"v_row.{quoted(name)}")
    return f"""  FOR v_row IN SELECT * FROM {quoted(key)} WHERE {which} AND life <> 'erased' ORDER BY rid LOOP
    v_after := json_build_object({object})::text;
    v_salt := replace(gen_random_uuid()::text, '-', '');
    v_payload := xlcrm.payload(v_salt, '{{}}', v_after, {reason});
    v_hash := xlcrm.entry_hash(v_hash, p_id, '{key}', v_row.rid, v_row.version, v_row.version + 1, '', v_payload);
    INSERT INTO entry VALUES (v_next, p_id, '{key}', v_row.rid, v_row.version, v_row.version + 1, '', '{{}}', v_after, {reason},
      v_salt, v_payload, v_hash);
    UPDATE {quoted(key)} SET {changed}, version = version + 1, updated_by = p_actor, updated_at = v_at
      WHERE rid = v_row.rid;
    v_next := v_next + 1;
    v_rids := v_rids || v_row.rid;
  END LOOP;
"""


def _stays(name: str) -> str:
    if name == "life":
        return "'erased'"
    return f"v_row.{quoted(name)}" if name in STAYS else "NULL::text"
