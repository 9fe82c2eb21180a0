"""The functions through which everybody writes, as SQL; generated from the declaration of the tables.

What a client wants arrives in two temporary tables: ``staged_entry``, the log entries of the operation, and ``staged``, what
records are found by. The entries are the write: each new row is what its entry says, each changed row is changed by exactly
what its entry says and only where the entry's "before" still holds. So rows and log cannot differ, whoever calls. The
temporary tables belong to the owner of the store, which the functions check: a view of the client's in their place would run
with the owner's rights.

SQLSTATEs of our own: XL001 the client is of another version; XL002 somebody was faster, read again and repeat; XL003 a new
customer must be compared again; XL004 what was staged makes no sense; XL005 not a member, or in another's name; XL006 the log
is append-only; XL007 without the right; XL008 asked too often; XL009 not to be revealed.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlcrm.crypto.cipher import SHORT
from xlcrm.store import retention
from xlcrm.store.keys import TELLING
from xlcrm.store.postgres import checks, erasing, keeping, reach, showing
from xlcrm.store.postgres.reach import FREE, SAFE, ZONE
from xlcrm.store.postgres.roles import OWNER, SEEN
from xlcrm.store.schema import ENTRY, KEPT_VALUE, LOGGED, OWNED, columns, quoted

_SAFE = f"{SAFE} SET timezone = '{ZONE}' SET jit = off"
_NOW = "to_char(now(), 'YYYY-MM-DD HH24:MI:SS')"
_TURN = "PERFORM 1 FROM meta WHERE name = 'head' FOR UPDATE;"
_GENESIS = "repeat('0', 64)"

_KEY = "CASE WHEN s.what = 'blocking_key' THEN s.item::bigint END"  # an item of another sort is no number

_HASHES = r"""
CREATE FUNCTION xlcrm.payload(salt text, before text, after text, reason text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(salt || before, 'UTF8') || '\x00'::bytea || convert_to(after, 'UTF8') || '\x00'::bytea
    || convert_to(reason, 'UTF8')), 'hex') $$;
CREATE FUNCTION xlcrm.entry_hash(previous text, operation text, of text, rid text, version_from integer, version_to integer,
  place text, payload text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT encode(sha256(convert_to(previous || chr(31) || operation || chr(31) || of || chr(31) || rid || chr(31) || version_from
    || chr(31) || version_to || chr(31) || place || chr(31) || payload, 'UTF8')), 'hex') $$;
CREATE FUNCTION xlcrm.check_version(p_version integer) RETURNS void LANGUAGE plpgsql SET search_path = xlcrm AS $$
DECLARE latest integer := (SELECT max(version) FROM migration);
BEGIN
  IF p_version <> latest THEN
    RAISE EXCEPTION USING ERRCODE = 'XL001', MESSAGE = latest::text;
  END IF;
END $$;
"""

_LINK = f"""
CREATE FUNCTION xlcrm.link(p_id text, p_kind text, p_actor text, p_roles text, p_source text, p_reason text, p_reverses text,
  p_first bigint, p_count bigint, p_last text) RETURNS text LANGUAGE plpgsql SET timezone = '{ZONE}' AS $$
#variable_conflict use_column
DECLARE
  v_seq bigint := (SELECT coalesce(max(seq), 0) + 1 FROM operation);
  v_previous text := coalesce((SELECT head FROM operation ORDER BY seq DESC LIMIT 1), {_GENESIS});
  v_head text := encode(sha256(convert_to(concat_ws(chr(31), v_previous, v_seq, p_id, p_kind, p_actor, p_roles, session_user,
    {_NOW}, p_source, p_reason, coalesce(p_reverses, ''), p_first, p_count, p_last), 'UTF8')), 'hex');
BEGIN
  INSERT INTO operation VALUES (v_seq, p_id, p_kind, p_actor, p_roles, session_user, {_NOW}, p_source, p_reason, p_reverses,
    p_first, p_count, v_previous, v_head);
  UPDATE meta SET value = v_head WHERE name = 'head';
  RETURN v_seq || ':' || v_head;
END $$;
"""

_TEXT = 'text COLLATE "C"'
_STAGED = ", ".join(
    f"{quoted(column.name)} {'integer' if column.type.python_type is int else _TEXT} NOT NULL" for column in ENTRY.columns
)

_BEGIN = f"""
CREATE FUNCTION xlcrm.start(p_version integer, p_patient boolean, OUT moment text, OUT reached bigint)
LANGUAGE plpgsql {_SAFE} AS $$
BEGIN
  PERFORM xlcrm.check_version(p_version);
  IF NOT xlcrm.active() THEN
    RAISE EXCEPTION USING ERRCODE = 'XL005', MESSAGE = session_user;
  END IF;
  IF to_regclass('pg_temp.staged_entry') IS NULL OR to_regclass('pg_temp.staged') IS NULL THEN
    CREATE TEMPORARY TABLE staged_entry (
      {_STAGED}) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE staged (what text NOT NULL, item text COLLATE "C" NOT NULL, rid text COLLATE "C" NOT NULL,
      owner text COLLATE "C" NOT NULL) ON COMMIT DELETE ROWS;
    CREATE TEMPORARY TABLE started (reached bigint NOT NULL) ON COMMIT DELETE ROWS;
    EXECUTE 'GRANT SELECT, INSERT, DELETE ON pg_temp.staged_entry, pg_temp.staged TO ' || quote_ident(session_user);
  END IF;
  IF p_patient THEN
    {_TURN}
  END IF;
  moment := {_NOW};
  reached := (SELECT coalesce(max(seq), 0) FROM entry);
  INSERT INTO started SELECT reached WHERE NOT EXISTS (SELECT FROM started);
END $$;
"""

_RESERVE = f"""
CREATE FUNCTION xlcrm.reserve(p_version integer, p_id text, p_counters text[], p_counts bigint[]) RETURNS bigint[]
LANGUAGE plpgsql {_SAFE} AS $$
#variable_conflict use_column
DECLARE
  v_first bigint;
  v_next bigint;
  v_hash text := {_GENESIS};
  v_payload text;
  v_salt text;
  v_before text;
  v_after text;
  v_value bigint;
  v_reached bigint[] := ARRAY[]::bigint[];
BEGIN
  PERFORM xlcrm.check_version(p_version);
  IF xlcrm.reach('create') = ARRAY[]::text[] THEN
    RAISE EXCEPTION USING ERRCODE = 'XL007', MESSAGE = 'numbers';
  END IF;
  {_TURN}
  v_first := (SELECT coalesce(max(seq), 0) + 1 FROM entry);
  v_next := v_first;
  FOR i IN 1 .. coalesce(array_length(p_counters, 1), 0) LOOP
    IF p_counts[i] NOT BETWEEN 0 AND 1000000 THEN
      RAISE EXCEPTION USING ERRCODE = 'XL004', MESSAGE = 'count';
    END IF;
    v_value := (SELECT value FROM counter WHERE name = p_counters[i]);
    IF p_counts[i] > 0 THEN
      v_before := CASE WHEN v_value IS NULL THEN '' ELSE '{{"value":"' || v_value || '"}}' END;
      INSERT INTO counter VALUES (p_counters[i], p_counts[i])
        ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value INTO v_value;
      v_after := '{{"value":"' || v_value || '"}}';
      v_salt := replace(gen_random_uuid()::text, '-', '');
      v_payload := xlcrm.payload(v_salt, v_before, v_after, '');
      v_hash := xlcrm.entry_hash(v_hash, p_id, 'counter', p_counters[i], 0, 0, '', v_payload);
      INSERT INTO entry
        VALUES (v_next, p_id, 'counter', p_counters[i], 0, 0, '', v_before, v_after, '', v_salt, v_payload, v_hash);
      v_next := v_next + 1;
    END IF;
    v_reached := v_reached || CASE WHEN p_counts[i] > 0 THEN v_value ELSE 0 END;
  END LOOP;
  IF v_next > v_first THEN
    PERFORM xlcrm.link(p_id, 'numbers', '', '', '', '', NULL, v_first, v_next - v_first, v_hash);
  END IF;
  RETURN v_reached;
END $$;
"""

SPELL = f"""
CREATE FUNCTION xlcrm.spell(p_rids text[], p_whole text[], p_initials text[]) RETURNS void LANGUAGE sql {_SAFE} AS $$
  INSERT INTO pinyin SELECT u.rid, u.whole, u.initials FROM unnest(p_rids, p_whole, p_initials) AS u(rid, whole, initials)
    JOIN {SEEN}.customer c ON c.rid = u.rid ON CONFLICT (rid) DO NOTHING $$;
"""


def _apply() -> str:
    tables = "".join(_table(key) for key in LOGGED)
    forgetting = """  DELETE FROM blocking_key WHERE face IN
    (SELECT f.id FROM face f JOIN staged s ON s.rid = f.rid WHERE s.what = 'forget face');
""" + "".join(
        f"  DELETE FROM {table} WHERE rid IN (SELECT rid FROM staged WHERE what = 'forget {table}');\n"
        for table in ("face", "phone_tail", "pinyin")
    )
    finding = f"""  INSERT INTO face (rid, looks) SELECT rid, nullif(item, '') FROM staged WHERE what = 'face' ORDER BY rid;
  INSERT INTO blocking_key SELECT {_KEY}, f.id FROM staged s JOIN face f ON f.rid = s.rid WHERE s.what = 'blocking_key'
    ORDER BY 1, 2;
  INSERT INTO phone_tail SELECT item, rid, owner FROM staged WHERE what = 'phone_tail' ORDER BY item, rid;
  UPDATE phone_tail f SET customer = s.owner FROM staged s WHERE s.what = 'move' AND f.rid = s.rid;
"""
    telling = ", ".join(str(ord(kind)) for kind in sorted(TELLING))
    known = ", ".join(f"'{name}'" for name in (*LOGGED, KEPT_VALUE.name))
    homeless = " OR ".join(
        f"EXISTS (SELECT FROM staged_entry e JOIN {key} t ON t.rid = e.rid JOIN customer c ON c.rid = t.customer "
        f"WHERE e.\"table\" = '{key}' AND e.version_to = 1 AND c.life <> 'live')"
        for key in LOGGED if key in OWNED
    )  # fmt: skip
    return f"""
CREATE FUNCTION xlcrm.apply(p_version integer, p_id text, p_kind text, p_actor text, p_roles text, p_source text, p_reason text,
  p_reverses text, p_workbook text, p_since bigint) RETURNS text LANGUAGE plpgsql {_SAFE} SET work_mem = '64MB' AS $$
#variable_conflict use_column
DECLARE
  v_at text := {_NOW};
  v_count bigint;
  v_wrong bigint;
  v_tables text[];
  v_roles text;
  v_wanted bigint;
  v_done bigint;
  v_round integer;
  v_first bigint;
BEGIN
  PERFORM xlcrm.check_version(p_version);
  IF (SELECT count(*) FROM pg_class WHERE oid IN (to_regclass('pg_temp.staged_entry'), to_regclass('pg_temp.staged'),
      to_regclass('pg_temp.started')) AND relkind = 'r' AND relowner = '{OWNER}'::regrole) <> 3 THEN
    RAISE EXCEPTION USING ERRCODE = 'XL004', MESSAGE = 'staging tables';
  END IF;
  v_roles := (SELECT coalesce(roles, '') FROM person
    WHERE rid = p_actor AND account = session_user AND life = 'live' AND disabled IS NULL);
  IF v_roles IS NULL AND NOT {FREE} THEN
    RAISE EXCEPTION USING ERRCODE = 'XL005', MESSAGE = session_user;
  END IF;
  SELECT count(*), array_agg(DISTINCT "table") INTO v_count, v_tables FROM staged_entry;
  IF NOT coalesce(v_tables, ARRAY[]::text[]) <@ ARRAY[{known}]::text[] THEN
    RAISE EXCEPTION USING ERRCODE = 'XL004', MESSAGE = 'table';
  END IF;
  SELECT count(*) INTO v_wrong FROM (
      SELECT *, lag(hash, 1, {_GENESIS}) OVER (ORDER BY seq) AS previous, row_number() OVER (ORDER BY seq) AS number
      FROM staged_entry) e
    WHERE seq <> number OR operation <> p_id OR payload <> xlcrm.payload(salt, before, after, reason) OR salt = ''
      OR hash <> xlcrm.entry_hash(previous, operation, "table", rid, version_from, version_to, place, payload)
      OR CASE WHEN "table" = '{KEPT_VALUE.name}' THEN (version_from, version_to) <> (0, 0)
              ELSE version_to <> version_from + 1 OR (version_from = 0) <> (before = '') END;
  IF v_wrong > 0 THEN
    RAISE EXCEPTION USING ERRCODE = 'XL004', MESSAGE = 'entries';
  END IF;
  -- New rows stand in nobody's way: only what changes old ones waits its turn before it is written.
  IF EXISTS (SELECT FROM staged_entry WHERE version_from > 0)
      OR EXISTS (SELECT FROM staged WHERE what IN ('move', 'forget face', 'forget phone_tail', 'forget pinyin')) THEN
    {_TURN}
  END IF;
  IF NOT {FREE} THEN
    PERFORM xlcrm.check_changes();
    IF p_since < (SELECT reached FROM started) THEN  -- a question about what is older: taken() answers that
      RAISE EXCEPTION USING ERRCODE = 'XL004', MESSAGE = 'since';
    END IF;
  END IF;
  INSERT INTO data_key SELECT rid, item FROM staged WHERE what = 'data_key' ORDER BY rid;
{tables}{forgetting}{finding}  IF 'kept_value' = ANY (v_tables) THEN
    INSERT INTO kept_value (rid, field, value, origin, operation)
      SELECT e.rid, r.field, r.value, r.origin, p_id
      FROM staged_entry e, json_to_record(e.after::json) AS r(field text, value text, origin text)
      WHERE e."table" = 'kept_value' ORDER BY e.seq;
  END IF;
  {_TURN}
  PERFORM xlcrm.check_version(p_version);  -- migrated while this waited: the keys above would be of the former kind
  PERFORM xlcrm.check_keys();
  IF NOT {FREE} THEN
    PERFORM xlcrm.check_new();
  END IF;
  IF {homeless} THEN
    RAISE EXCEPTION USING ERRCODE = 'XL002', MESSAGE = 'customer';
  END IF;
  IF p_since IS NOT NULL AND EXISTS (
      SELECT FROM staged s JOIN blocking_key b ON b.key = {_KEY} JOIN face f ON f.id = b.face JOIN entry l ON l.rid = f.rid
      WHERE s.what = 'blocking_key' AND b.key >> {SHORT} IN ({telling}) AND l.seq > p_since AND l."table" = 'customer'
        AND s.rid IN (SELECT rid FROM staged_entry WHERE version_to = 1)
        AND f.rid NOT IN (SELECT rid FROM staged_entry)) THEN
    RAISE EXCEPTION USING ERRCODE = 'XL003', MESSAGE = 'compare';
  END IF;
  DELETE FROM submission WHERE workbook = p_workbook AND rid IN (SELECT rid FROM staged WHERE what = 'seen');
  INSERT INTO submission SELECT p_workbook, item, rid, owner, p_id FROM staged WHERE what = 'submission';
  IF v_count = 0 THEN
    RETURN coalesce((SELECT seq || ':' || head FROM operation ORDER BY seq DESC LIMIT 1), '0:' || {_GENESIS});
  END IF;
  v_first := (SELECT coalesce(max(seq), 0) + 1 FROM entry);
  INSERT INTO entry SELECT v_first + seq - 1, {", ".join(quoted(column.name) for column in list(ENTRY.columns)[1:])}
    FROM staged_entry ORDER BY seq;
  RETURN xlcrm.link(p_id, p_kind, p_actor, coalesce(v_roles, p_roles), p_source, p_reason, p_reverses, v_first, v_count,
    (SELECT hash FROM staged_entry WHERE seq = v_count));
END $$;
"""


def _table(key: str) -> str:
    """The part of ``apply`` that writes one logged table: new rows, then changes in the order in which they were made."""
    said = columns(LOGGED[key])[1:-5]  # what an entry holds; who, when and version are the function's
    names = ", ".join(map(quoted, said))
    record = ", ".join(f"{quoted(name)} text" for name in said)
    former = again = returning = ""
    if "foreign_number" in said:
        former = "UNION ALL SELECT foreign_number, 'former', rid FROM made WHERE foreign_number IS NOT NULL"
        again = """UNION ALL SELECT r.foreign_number, 'former', e.rid
            FROM changed e, json_to_record(e.after::json) AS r(foreign_number text) WHERE r.foreign_number IS NOT NULL"""
        returning = ", foreign_number"
    return f"""  IF '{key}' = ANY (v_tables) THEN
    WITH made AS (
      INSERT INTO {quoted(key)} (rid, {names}, created_by, created_at, updated_by, updated_at, version)
        SELECT e.rid, {", ".join(f"r.{quoted(name)}" for name in said)}, p_actor, v_at, p_actor, v_at, 1
        FROM staged_entry e, json_to_record(e.after::json) AS r({record})
        WHERE e."table" = '{key}' AND e.version_to = 1 ORDER BY e.seq
      RETURNING rid, number{returning})
    INSERT INTO number SELECT number, 'own', rid FROM made WHERE number IS NOT NULL {former}
      ON CONFLICT (number, kind, rid) DO NOTHING;
    v_round := 1;
    LOOP
      WITH changed AS MATERIALIZED (
        SELECT * FROM (
          SELECT *, row_number() OVER (PARTITION BY rid ORDER BY seq) AS round FROM staged_entry
          WHERE "table" = '{key}' AND version_from > 0) numbered
        WHERE round = v_round),
      done AS (
        UPDATE {quoted(key)} t SET ({names}, updated_by, updated_at, version) = (
          SELECT {", ".join(f"r.{quoted(name)}" for name in said)}, p_actor, v_at, e.version_to
          FROM jsonb_populate_record(t, e.after::jsonb) r)
        FROM changed e WHERE t.rid = e.rid AND t.version = e.version_from AND to_jsonb(t) @> e.before::jsonb
        RETURNING t.rid),
      numbered AS (
        INSERT INTO number
          SELECT r.number, 'own', e.rid FROM changed e, json_to_record(e.after::json) AS r(number text) WHERE r.number IS NOT NULL
          {again} ON CONFLICT (number, kind, rid) DO NOTHING)
      SELECT (SELECT count(*) FROM changed), (SELECT count(*) FROM done) INTO v_wanted, v_done;
      IF v_done <> v_wanted THEN
        RAISE EXCEPTION USING ERRCODE = 'XL002', MESSAGE = '{key}';
      END IF;
      EXIT WHEN v_wanted = 0;
      v_round := v_round + 1;
    END LOOP;
  END IF;
"""


_AGO = "to_char(now() - make_interval(years => {}), 'YYYY-MM-DD HH24:MI:SS')"
_NUMBER = r"CASE WHEN value ~ '^\d{1,4}$' THEN value::integer END"
_KEEP = f"""
CREATE OR REPLACE FUNCTION xlcrm.keep_entry() RETURNS trigger LANGUAGE plpgsql SET search_path = xlcrm, pg_temp
SET timezone = '{ZONE}' AS $$
BEGIN
  IF {retention.allowed("IS NOT DISTINCT FROM", _NUMBER, "greatest", _AGO)} THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'XL006', MESSAGE = 'xlcrm: entry is append-only';
END $$;
"""

# How long the log is, whatever of it the asking login may see: a cursor beyond the end is none.
_REACHED = f"""
CREATE FUNCTION xlcrm.reached() RETURNS bigint LANGUAGE sql STABLE {_SAFE} AS $$ SELECT coalesce(max(seq), 0) FROM entry $$;
"""


def _refuse(table: str, event: str) -> str:
    each = "STATEMENT" if event == "TRUNCATE" else "ROW"
    return f"ON xlcrm.{quoted(table)} FOR EACH {each} EXECUTE FUNCTION xlcrm.refuse()"


TRIGGERS = {
    "entry_kept": ("BEFORE UPDATE", "ON xlcrm.entry FOR EACH ROW EXECUTE FUNCTION xlcrm.keep_entry()"),
    "operation_kept": ("BEFORE UPDATE", _refuse("operation", "UPDATE")),
    "keyholder_own": ("BEFORE INSERT OR UPDATE", keeping.GUARD),
    **{f"{key}_stays": ("BEFORE DELETE", _refuse(key, "DELETE")) for key in ("entry", "operation", *LOGGED)},
    **{f"{key}_whole": ("BEFORE TRUNCATE", _refuse(key, "TRUNCATE")) for key in ("entry", "operation", *LOGGED)},
}


def statements() -> Iterator[str]:
    """Everything that makes the functions and triggers anew, whatever an earlier version left."""
    yield """DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT oid FROM pg_proc WHERE pronamespace = 'xlcrm'::regnamespace AND prorettype <> 'trigger'::regtype LOOP
    EXECUTE 'DROP FUNCTION ' || f;
  END LOOP;
END $$"""
    yield """CREATE OR REPLACE FUNCTION xlcrm.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'XL006', MESSAGE = 'xlcrm: ' || TG_TABLE_NAME || ' is append-only';
END $$"""
    yield from (_KEEP, _REACHED, _HASHES, _LINK, *reach.statements(), _BEGIN, _RESERVE, *keeping.STATEMENTS, *checks.statements())
    yield from (*showing.statements(), erasing.statement(), _apply())
    for name, (event, rest) in TRIGGERS.items():
        yield f"CREATE OR REPLACE TRIGGER {name} {event} {rest}"
