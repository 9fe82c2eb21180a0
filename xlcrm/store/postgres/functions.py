"""All functions and triggers of the database, in their order; and the small ones that belong to no other page."""

from __future__ import annotations

from collections.abc import Iterator

from xlcrm.store.postgres import applying, checks, erasing, folding, journal, keeping, reach, showing
from xlcrm.store.postgres.reach import TIMED
from xlcrm.store.postgres.reserving import RESERVE
from xlcrm.store.postgres.roles import SEEN
from xlcrm.store.schema import metadata, quoted

_VERSION = """
CREATE FUNCTION xlcrm.check_version(p_version integer) RETURNS void LANGUAGE plpgsql SET search_path = xlcrm AS $$
DECLARE latest integer := (SELECT max(version) FROM migration);
BEGIN
  IF p_version <> latest THEN
    RAISE EXCEPTION USING ERRCODE = 'XL001', MESSAGE = latest::text;
  END IF;
END $$;
"""

SPELL = f"""
CREATE FUNCTION xlcrm.spell(p_rids text[], p_whole text[], p_initials text[]) RETURNS void LANGUAGE sql {TIMED} AS $$
  INSERT INTO pinyin SELECT u.rid, u.whole, u.initials FROM unnest(p_rids, p_whole, p_initials) AS u(rid, whole, initials)
    JOIN {SEEN}.customer c ON c.rid = u.rid ON CONFLICT (rid) DO NOTHING $$;
CREATE FUNCTION xlcrm.unspelled() RETURNS TABLE (rid text, name text) LANGUAGE sql STABLE {TIMED} AS $$
  SELECT c.rid, c.name FROM {SEEN}.customer c WHERE c.name IS NOT NULL
    AND c.rid IN (SELECT x.rid FROM customer x WHERE NOT EXISTS (SELECT FROM pinyin p WHERE p.rid = x.rid)) $$;
"""


# How long the log is, whatever of it the asking login may see: a cursor beyond the end is none.
_REACHED = f"""
CREATE FUNCTION xlcrm.reached() RETURNS bigint LANGUAGE sql STABLE {TIMED} AS $$ SELECT coalesce(max(seq), 0) FROM entry $$;
"""


# Until the server has counted what a bulk brought it plans as if nothing were there; it does by itself within some minutes.
_COUNTED = ", ".join(quoted(name) for name in sorted(metadata.tables))
_COUNT = f"""
CREATE FUNCTION xlcrm.count_rows() RETURNS void LANGUAGE plpgsql {TIMED} AS $$
BEGIN
  IF xlcrm.active() AND (SELECT reltuples FROM pg_class WHERE oid = 'entry'::regclass) * 2 < (SELECT max(seq) FROM entry) THEN
    ANALYZE {_COUNTED};
  END IF;
END $$;
"""


TRIGGERS = {**journal.TRIGGERS, "keyholder_own": ("BEFORE INSERT OR UPDATE", keeping.GUARD)}


def statements() -> Iterator[str]:
    """Everything that makes the functions and triggers anew, whatever an earlier version left."""
    yield """DO $$
DECLARE f regprocedure;
BEGIN
  FOR f IN SELECT oid FROM pg_proc WHERE pronamespace = 'xlcrm'::regnamespace AND prorettype <> 'trigger'::regtype LOOP
    EXECUTE 'DROP FUNCTION ' || f;
  END LOOP;
END $$"""
    yield from (_VERSION, journal.REFUSE, journal.KEEP, journal.HASHES, journal.LINK, _REACHED, _COUNT)
    yield from (*reach.statements(), RESERVE)
    yield from (*keeping.STATEMENTS, *checks.statements(), *showing.statements(), *folding.statements(), erasing.statement())
    yield from applying.statements()
    for name, (event, rest) in TRIGGERS.items():
        yield f"CREATE OR REPLACE TRIGGER {name} {event} {rest}"
