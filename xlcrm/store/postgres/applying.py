"""The functions through which everybody writes records, as SQL; generated from the declaration of the tables.

What a client wants arrives in two temporary tables: ``staged_entry``, the log entries of the operation, and ``staged``, what
records are found by. The entries are the write: each new row is what its entry says, each changed row is changed by exactly
what its entry says and only where the entry's "before" still holds. So rows and log cannot differ, whoever calls. The
temporary tables belong to the owner of the store, which the functions check: a view of the client's in their place would run
with the owner's rights.

SQLSTATEs of our own: XL001 the client is of another version; XL002 somebody was faster, read again and repeat; XL003 a new
customer must be compared again; XL004 what was staged makes no sense; XL005 not a member, or in another's name; XL006 the log
is append-only; XL007 without the right; XL008 asked too often; XL009 not to be revealed; XL010 by request only; XL011 not to be
erased; XL012 keys are for others; XL013 to be agreed to first.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlcrm.crypto.cipher import SHORT
from xlcrm.store.keys import TELLING
from xlcrm.store.postgres.reach import FREE, GENESIS, NOW, TIMED, TURN
from xlcrm.store.postgres.roles import OWNER
from xlcrm.store.schema import ENTRY, KEPT_VALUE, LOGGED, OWNED, columns, quoted

_KEY = "CASE WHEN s.what IN ('blocking_key', 'former_key') THEN s.item::bigint END"  # an item of another sort is no number
_TEXT = 'text COLLATE "C"'
_STAGED = ", ".join(
    f"{quoted(column.name)} {'integer' if column.type.python_type is int else _TEXT} NOT NULL" for column in ENTRY.columns
)

_BEGIN = f"""
CREATE FUNCTION xlcrm.start(p_version integer, p_patient boolean, OUT moment text, OUT reached bigint)
LANGUAGE plpgsql {TIMED} AS $$
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
    CREATE TEMPORARY TABLE started (reached bigint NOT NULL, key integer NOT NULL) ON COMMIT DELETE ROWS;
    EXECUTE 'GRANT SELECT, INSERT, DELETE ON pg_temp.staged_entry, pg_temp.staged TO ' || quote_ident(session_user);
  END IF;
  IF p_patient THEN
    {TURN}
  END IF;
  moment := {NOW};
  reached := (SELECT coalesce(max(seq), 0) FROM entry);
  INSERT INTO started SELECT reached, coalesce((SELECT value::integer FROM meta WHERE name = 'key'), 1)
    WHERE NOT EXISTS (SELECT FROM started);
END $$;
"""


def statements() -> Iterator[str]:
    """The functions: ``start`` makes the temporary tables, ``apply`` writes what they hold."""
    yield from (_BEGIN, _apply())


def _apply() -> str:
    tables = "".join(_table(key) for key in LOGGED)
    forgetting = """  DELETE FROM blocking_key WHERE face IN
    (SELECT f.id FROM face f JOIN staged s ON s.rid = f.rid WHERE s.what = 'forget face');
""" + "".join(
        f"  DELETE FROM {table} WHERE rid IN (SELECT rid FROM staged WHERE what = 'forget {table}');\n"
        for table in ("face", "phone_tail", "pinyin", "submission")
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
    left = " OR ".join(
        f"EXISTS (SELECT FROM staged_entry e JOIN {key} t ON t.customer = e.rid AND t.life = 'live' "
        f"WHERE e.\"table\" = 'customer' AND e.version_from > 0 AND e.after::json ->> 'life' = 'merged')"
        for key in LOGGED if key in OWNED
    )  # fmt: skip
    return f"""
CREATE FUNCTION xlcrm.apply(p_version integer, p_id text, p_kind text, p_actor text, p_roles text, p_source text, p_reason text,
  p_reverses text, p_workbook text, p_since bigint) RETURNS text LANGUAGE plpgsql {TIMED} SET work_mem = '64MB' AS $$
#variable_conflict use_column
DECLARE
  v_at text := {NOW};
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
      SELECT *, lag(hash, 1, {GENESIS}) OVER (ORDER BY seq) AS previous, row_number() OVER (ORDER BY seq) AS number
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
    {TURN}
  END IF;
  IF NOT {FREE} THEN
    PERFORM xlcrm.check_changes(p_reverses);
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
  {TURN}
  PERFORM xlcrm.check_version(p_version);  -- migrated while this waited: the keys above would be of the former kind
  PERFORM xlcrm.check_keys();
  IF NOT {FREE} THEN
    PERFORM xlcrm.check_new(p_reverses);
  END IF;
  IF {homeless} OR {left} THEN
    RAISE EXCEPTION USING ERRCODE = 'XL002', MESSAGE = 'customer';
  END IF;
  IF p_since IS NOT NULL AND EXISTS (
      SELECT FROM staged s JOIN blocking_key b ON b.key = {_KEY} JOIN face f ON f.id = b.face JOIN entry l ON l.rid = f.rid
      WHERE s.what IN ('blocking_key', 'former_key') AND b.key >> {SHORT} IN ({telling}) AND l.seq > p_since
        AND l."table" = 'customer'
        AND s.rid IN (SELECT rid FROM staged_entry WHERE version_to = 1)
        AND f.rid NOT IN (SELECT rid FROM staged_entry)) THEN
    RAISE EXCEPTION USING ERRCODE = 'XL003', MESSAGE = 'compare';
  END IF;
  DELETE FROM submission WHERE workbook = p_workbook AND rid IN (SELECT rid FROM staged WHERE what = 'seen');
  INSERT INTO submission SELECT p_workbook, item, rid, owner, p_id FROM staged WHERE what = 'submission';
  INSERT INTO imported SELECT item, split_part(owner, ' ', 1), rid, substr(owner, length(split_part(owner, ' ', 1))
      + length(split_part(owner, ' ', 2)) + 3), split_part(owner, ' ', 2)::integer, p_id FROM staged WHERE what = 'imported'
    ON CONFLICT (token, file, rid) DO UPDATE SET saved = greatest(imported.saved, excluded.saved), version = excluded.version,
      operation = excluded.operation;
  IF v_count = 0 THEN
    RETURN coalesce((SELECT seq || ':' || head FROM operation ORDER BY seq DESC LIMIT 1), '0:' || {GENESIS});
  END IF;
  v_first := (SELECT coalesce(max(seq), 0) + 1 FROM entry);
  INSERT INTO entry SELECT v_first + seq - 1, {", ".join(quoted(column.name) for column in list(ENTRY.columns)[1:])}
    FROM staged_entry ORDER BY seq;
  RETURN xlcrm.link(p_id, p_kind, p_actor, coalesce(v_roles, p_roles), p_source, p_reason, p_reverses, v_first, v_count,
    (SELECT hash FROM staged_entry WHERE seq = v_count));
EXCEPTION WHEN data_exception THEN  -- a key that is no number, an entry that is no JSON
  RAISE EXCEPTION USING ERRCODE = 'XL004', MESSAGE = 'staged';
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
