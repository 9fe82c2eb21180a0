"""What the database shows beyond somebody's rights, as functions that write down what they showed: "is this customer taken?",
one value revealed; and what is left to know of customers that somebody worked on before.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlcrm.crypto.cipher import SHORT
from xlcrm.rules.rights import NOBODYS, Action, Group
from xlcrm.store.asking import ASKS, EXACT, MOST_ASKS
from xlcrm.store.log import GENESIS
from xlcrm.store.postgres.reach import NOW, SAFE, TURN, ZONE, within
from xlcrm.store.postgres.seen import by_class, with_reach
from xlcrm.store.schema import LOGGED, quoted

_DEFINED = f"{SAFE} SET timezone = '{ZONE}'"
_SAID = "regexp_replace(lower(normalize({}, NFKC)), '\\s', '', 'g')"

# An entry as log.Journal would make it, column by column of the table "access"; erasing takes the reason with it.
_NOTE = f"""
CREATE FUNCTION xlcrm.note(p_id text, p_kind text, p_kinds text[], p_customers text[], p_field text, p_reason text) RETURNS void
LANGUAGE plpgsql SET search_path = xlcrm, pg_temp SET timezone = '{ZONE}' AS $$
DECLARE
  v_actor person := (SELECT p FROM person p WHERE account = session_user);
  v_first bigint := (SELECT coalesce(max(seq), 0) + 1 FROM entry);
  v_hash text := '{GENESIS}';
  v_rid text;
  v_salt text;
  v_after text;
  v_payload text;
BEGIN
  FOR i IN 1 .. array_length(p_customers, 1) LOOP
    v_rid := replace(gen_random_uuid()::text, '-', '');
    v_salt := replace(gen_random_uuid()::text, '-', '');
    v_after := format('{{"kind":"%s","customer":"%s",%s"life":"live"}}', p_kinds[i], p_customers[i],
      CASE WHEN p_field IS NULL THEN '' ELSE format('"field":"%s",', p_field) END);
    v_payload := xlcrm.payload(v_salt, '', v_after, p_reason);
    v_hash := xlcrm.entry_hash(v_hash, p_id, 'access', v_rid, 0, 1, '', v_payload);
    INSERT INTO entry VALUES (v_first + i - 1, p_id, 'access', v_rid, 0, 1, '', '', v_after, p_reason, v_salt, v_payload, v_hash);
    INSERT INTO access (rid, kind, customer, field, life, created_by, created_at, updated_by, updated_at, version)
      VALUES (v_rid, p_kinds[i], p_customers[i], p_field, 'live', v_actor.rid, {NOW}, v_actor.rid, {NOW}, 1);
  END LOOP;
  PERFORM xlcrm.link(p_id, p_kind, v_actor.rid, coalesce(v_actor.roles, ''), '', '', NULL, v_first,
    array_length(p_customers, 1), v_hash);
END $$;
"""


def _taken() -> str:
    read = f"r.{Action.READ}_{Group.NAME}"
    same = f"({_SAID.format('c.name')} = q.plain OR {_SAID.format('c.former_name')} = q.plain)"
    # A key tells its kind: names are compared as they are written, of the others the key says enough, and no further one counts.
    exact = ", ".join(str(ord(kind[0])) for kind in EXACT if kind[0] != "n")
    hits = with_reach(f"""
      SELECT q.place, c.rid, c.owner FROM r CROSS JOIN unnest(p_places, p_keys, p_plain) AS q(place, key, plain)
      CROSS JOIN LATERAL (SELECT b.face FROM blocking_key b WHERE b.key = q.key LIMIT 100) k
      JOIN face f ON f.id = k.face JOIN customer c ON c.rid = f.rid AND c.life = 'live'
      WHERE NOT {within("c.owner", read)}
        AND (q.key >> {SHORT} IN ({exact}) OR q.key >> {SHORT} = {ord("n")} AND {same})""")
    return f"""
CREATE FUNCTION xlcrm.taken(p_version integer, p_id text, p_places integer[], p_keys bigint[], p_plain text[])
RETURNS TABLE (place integer, customer text, owner text) LANGUAGE plpgsql {_DEFINED} AS $$
#variable_conflict use_column
DECLARE
  v_me text := (SELECT rid FROM person WHERE account = session_user AND life = 'live' AND disabled IS NULL);
  v_since text := to_char(now() - interval '1 hour', 'YYYY-MM-DD HH24:MI:SS');
  v_set text := (SELECT value FROM setting WHERE rid = 'asks_per_hour' AND life = 'live');
  v_most integer := CASE WHEN v_set ~ '^[0-9]{{1,6}}$' THEN v_set::integer ELSE {ASKS} END;
  v_named text[];
  v_held text[];
  v_fresh text[];
  v_left integer;
  v_places integer[];
  v_customers text[];
  v_owners text[];
BEGIN
  PERFORM xlcrm.check_version(p_version);
  IF v_me IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = 'XL005', MESSAGE = session_user;
  END IF;
  SELECT array_agg(h.place), array_agg(h.rid), array_agg(h.owner) INTO v_places, v_customers, v_owners FROM ({hits}) h;
  IF v_places IS NULL THEN
    RETURN;
  END IF;
  {TURN}
  v_named := ARRAY(SELECT DISTINCT a.customer FROM access a
    WHERE a.created_by = v_me AND a.kind = 'ask' AND a.created_at >= v_since);
  v_held := ARRAY(SELECT DISTINCT a.customer FROM access a
    WHERE a.created_by = v_me AND a.kind = 'held' AND a.created_at >= v_since);
  v_fresh := ARRAY(SELECT h.customer FROM unnest(v_places, v_customers) AS h(place, customer)
    WHERE h.customer <> ALL (v_named || v_held) GROUP BY h.customer ORDER BY min(h.place), h.customer);
  IF cardinality(v_named) + cardinality(v_held) + cardinality(v_fresh) > v_most * {MOST_ASKS} THEN
    RAISE EXCEPTION USING ERRCODE = 'XL008', MESSAGE = 'asked';
  END IF;
  IF cardinality(v_fresh) > 0 THEN
    v_left := greatest(v_most - cardinality(v_named), 0);
    PERFORM xlcrm.note(p_id, 'ask', ARRAY(SELECT CASE WHEN i <= v_left THEN 'ask' ELSE 'held' END
      FROM generate_subscripts(v_fresh, 1) i ORDER BY i), v_fresh, NULL, '');
    v_named := v_named || v_fresh[1:v_left];
  END IF;
  RETURN QUERY SELECT DISTINCT h.place, h.customer, CASE WHEN h.customer = ANY (v_named) THEN coalesce(h.owner, '') ELSE '' END
    FROM unnest(v_places, v_customers, v_owners) AS h(place, customer, owner);
END $$;
"""


def _reveal() -> str:
    one = "    WHEN '{}' THEN (SELECT {} FROM customer WHERE rid = p_rid)\n"
    fields = "".join(one.format(field.key, quoted(field.key)) for field in LOGGED["customer"].data)
    plain, once = (by_class(LOGGED["customer"], "p_field", action) for action in (Action.READ, Action.REVEAL))
    sensitive = ", ".join(f"'{key}'" for key in sorted(LOGGED["customer"].sensitive))
    asked = with_reach(f"SELECT {within('v_owner', plain)}, {within('v_owner', once)} FROM r")
    return f"""
CREATE FUNCTION xlcrm.reveal(p_version integer, p_id text, p_rid text, p_field text, p_reason text,
  OUT value text, OUT wrapped text) LANGUAGE plpgsql {_DEFINED} AS $$
#variable_conflict use_column
DECLARE
  v_owner text;
  v_plain boolean;
  v_once boolean;
BEGIN
  PERFORM xlcrm.check_version(p_version);
  SELECT owner INTO v_owner FROM customer WHERE rid = p_rid;
  IF FOUND THEN
    {asked.replace("FROM r", "INTO v_plain, v_once FROM r")};
  END IF;
  IF NOT coalesce(v_plain OR v_once AND p_reason ~ '\\S', false) THEN
    RAISE EXCEPTION USING ERRCODE = 'XL009', MESSAGE = 'reveal';
  END IF;
  IF NOT v_plain THEN
    {TURN}
    PERFORM xlcrm.note(p_id, 'reveal', ARRAY['reveal'], ARRAY[p_rid], p_field, p_reason);
  END IF;
  value := CASE p_field
{fields}    END;
  wrapped := (SELECT d.wrapped FROM data_key d WHERE d.customer = p_rid AND p_field IN ({sensitive}));
END $$;
"""


def _known() -> str:
    """Whoever worked on a customer, or was told that it is taken, may learn whose it is: to refuse a row needs no more."""
    mine = "ANY (r.persons)"
    name = f"r.{Action.READ}_{Group.NAME}"
    worked = (
        f"c.created_by = {mine} OR c.updated_by = {mine} OR EXISTS (SELECT FROM entry e JOIN operation o ON o.id = e.operation "
        f"WHERE e.rid = c.rid AND o.actor = {mine}) OR EXISTS (SELECT FROM customer m WHERE m.merged_into = c.rid "
        f"AND (m.created_by = {mine} OR {within('m.owner', name)}))"
    )
    told = f"ARRAY(SELECT a.kind FROM access a WHERE a.customer = c.rid AND a.created_by = {mine} AND a.kind IN ('ask', 'held'))"
    query = f"""SELECT c.rid, CASE WHEN k.worked THEN c.number END, c.life, c.merged_into, c.version,
      CASE WHEN k.worked OR 'ask' = ANY (k.told) THEN c.owner ELSE '{NOBODYS}' END
    FROM r CROSS JOIN (
        SELECT unnest(p_rids) AS rid UNION SELECT n.rid FROM number n WHERE n.number = ANY (p_numbers) AND n.kind = 'own') w
      JOIN customer c ON c.rid = w.rid CROSS JOIN LATERAL (SELECT {worked} AS worked, {told} AS told OFFSET 0) k
    WHERE (k.worked OR cardinality(k.told) > 0 AND c.rid = ANY (p_rids))"""
    return f"""
CREATE FUNCTION xlcrm.known(p_rids text[], p_numbers text[])
RETURNS TABLE (rid text, number text, life text, merged_into text, version integer, owner text) LANGUAGE sql STABLE {SAFE} AS $$
  {with_reach(query)} $$;
"""


def statements() -> Iterator[str]:
    """The functions; ``note`` is for the others."""
    yield from (_NOTE, _taken(), _reveal(), _known())
