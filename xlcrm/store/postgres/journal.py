"""The log on PostgreSQL: digests of entries, the link of an operation to the one before, and what keeps both as they are."""

from __future__ import annotations

from xlcrm.store import retention
from xlcrm.store.postgres.reach import GENESIS, NOW, ZONE
from xlcrm.store.schema import LOGGED, quoted

HASHES = r"""
CREATE FUNCTION xlcrm.payload(salt text, before text, after text, reason text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(salt || before, 'UTF8') || '\x00'::bytea || convert_to(after, 'UTF8') || '\x00'::bytea
    || convert_to(reason, 'UTF8')), 'hex') $$;
CREATE FUNCTION xlcrm.entry_hash(previous text, operation text, of text, rid text, version_from integer, version_to integer,
  place text, payload text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(previous || chr(31) || operation || chr(31) || of || chr(31) || rid || chr(31) || version_from
    || chr(31) || version_to || chr(31) || place || chr(31) || payload, 'UTF8')), 'hex') $$;
"""

LINK = f"""
CREATE FUNCTION xlcrm.link(p_id text, p_kind text, p_actor text, p_roles text, p_source text, p_reason text, p_reverses text,
  p_first bigint, p_count bigint, p_last text) RETURNS text LANGUAGE plpgsql SET timezone = '{ZONE}' AS $$
#variable_conflict use_column
DECLARE
  v_seq bigint := (SELECT coalesce(max(seq), 0) + 1 FROM operation);
  v_previous text := coalesce((SELECT head FROM operation ORDER BY seq DESC LIMIT 1), {GENESIS});
  v_head text := encode(sha256(convert_to(concat_ws(chr(31), v_previous, v_seq, p_id, p_kind, p_actor, p_roles, session_user,
    {NOW}, p_source, p_reason, coalesce(p_reverses, ''), p_first, p_count, p_last), 'UTF8')), 'hex');
BEGIN
  INSERT INTO operation VALUES (v_seq, p_id, p_kind, p_actor, p_roles, session_user, {NOW}, p_source, p_reason, p_reverses,
    p_first, p_count, v_previous, v_head);
  UPDATE meta SET value = v_head WHERE name = 'head';
  RETURN v_seq || ':' || v_head;
END $$;
"""

_AGO = "to_char(now() - make_interval(years => {}), 'YYYY-MM-DD HH24:MI:SS')"
_NUMBER = r"CASE WHEN value ~ '^\d{1,4}$' THEN value::integer END"
KEEP = f"""
CREATE OR REPLACE FUNCTION xlcrm.keep_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = xlcrm, pg_temp
SET timezone = '{ZONE}' AS $$
BEGIN
  IF {retention.allowed("IS NOT DISTINCT FROM", _NUMBER, "greatest", _AGO)} THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'XL006', MESSAGE = 'xlcrm: entry is append-only';
END $$;
"""

REFUSE = """CREATE OR REPLACE FUNCTION xlcrm.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'XL006', MESSAGE = 'xlcrm: ' || TG_TABLE_NAME || ' is append-only';
END $$"""


def _refuse(table: str, event: str) -> str:
    each = "STATEMENT" if event == "TRUNCATE" else "ROW"
    return f"ON xlcrm.{quoted(table)} FOR EACH {each} EXECUTE FUNCTION xlcrm.refuse()"


TRIGGERS = {
    "entry_kept": ("BEFORE UPDATE", "ON xlcrm.entry FOR EACH ROW EXECUTE FUNCTION xlcrm.keep_entry()"),
    "operation_kept": ("BEFORE UPDATE", _refuse("operation", "UPDATE")),
    **{f"{key}_stays": ("BEFORE DELETE", _refuse(key, "DELETE")) for key in ("entry", "operation", *LOGGED)},
    **{f"{key}_whole": ("BEFORE TRUNCATE", _refuse(key, "TRUNCATE")) for key in ("entry", "operation", *LOGGED)},
}
