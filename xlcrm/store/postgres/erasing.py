"""Erasing one customer on PostgreSQL: what store/erasing.py does, as a function of the database, made from the declaration."""

from __future__ import annotations

from xlcrm.rules.rights import Action
from xlcrm.store.erasing import STAYS
from xlcrm.store.log import GENESIS
from xlcrm.store.postgres.reach import FREE, NOW, SAFE, TURN, ZONE, within
from xlcrm.store.schema import LOGGED, OWNED, columns, quoted

_FOUND_BY = ("kept_value", "face", "phone_tail", "pinyin", "submission", "imported")


def statement() -> str:
    """The function ``xlcrm.erase``: how many records it erased."""
    tables = "".join(_table(key) for key in ("customer", *sorted(OWNED)))
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
  WITH RECURSIVE family AS (
    SELECT rid FROM customer WHERE rid = p_customer
    UNION SELECT c.rid FROM customer c JOIN family f ON c.merged_into = f.rid)
  SELECT array_agg(rid) INTO v_customers FROM family;
  v_first := (SELECT coalesce(max(seq), 0) + 1 FROM entry);
  v_next := v_first;
{tables}  IF v_next > v_first THEN
    UPDATE entry SET salt = '', before = '', after = '', reason = '' WHERE seq < v_first AND (rid = ANY (v_rids)
      OR reason <> '' AND "table" = 'access' AND rid IN (SELECT rid FROM access WHERE customer = ANY (v_customers)));
    DELETE FROM blocking_key WHERE face IN (SELECT id FROM face WHERE rid = ANY (v_rids));
{forgetting}    DELETE FROM number WHERE rid = ANY (v_rids) AND kind = 'former';
    UPDATE data_key SET wrapped = NULL WHERE customer = ANY (v_customers);
    PERFORM xlcrm.link(p_id, 'erase', p_actor, coalesce(v_roles, ''), p_source, '', NULL, v_first, v_next - v_first, v_hash);
  END IF;
  RETURN v_next - v_first;
END $$;
"""


def _table(key: str) -> str:
    """The part that erases the records of one table."""
    said = columns(LOGGED[key])[1:-5]
    of = "rid" if key == "customer" else "customer"
    object = ", ".join(f"'{name}', {_stays(name)}" for name in said)
    blank = ", ".join(f"{quoted(name)} = NULL" for name in said if name not in STAYS and name != "life")
    return f"""  FOR v_row IN SELECT * FROM {quoted(key)} WHERE {of} = ANY (v_customers) AND life <> 'erased' ORDER BY rid LOOP
    v_after := json_build_object({object})::text;
    v_salt := replace(gen_random_uuid()::text, '-', '');
    v_payload := xlcrm.payload(v_salt, '{{}}', v_after, p_reason);
    v_hash := xlcrm.entry_hash(v_hash, p_id, '{key}', v_row.rid, v_row.version, v_row.version + 1, '', v_payload);
    INSERT INTO entry VALUES (v_next, p_id, '{key}', v_row.rid, v_row.version, v_row.version + 1, '', '{{}}', v_after, p_reason,
      v_salt, v_payload, v_hash);
    UPDATE {quoted(key)} SET {blank}, life = 'erased', version = version + 1, updated_by = p_actor, updated_at = v_at
      WHERE rid = v_row.rid;
    v_next := v_next + 1;
    v_rids := v_rids || v_row.rid;
  END LOOP;
"""


def _stays(name: str) -> str:
    if name == "life":
        return "'erased'"
    return f"v_row.{quoted(name)}" if name in STAYS else "NULL::text"
