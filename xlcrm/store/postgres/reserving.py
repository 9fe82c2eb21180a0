"""Numbers on PostgreSQL: blocks of them, given in a transaction of their own (store/numbers.py)."""

from __future__ import annotations

from xlcrm.store.postgres.reach import GENESIS, TIMED, TURN

RESERVE = f"""
CREATE FUNCTION xlcrm.reserve(p_version integer, p_id text, p_counters text[], p_counts bigint[]) RETURNS bigint[]
LANGUAGE plpgsql {TIMED} AS $$
#variable_conflict use_column
DECLARE
  v_first bigint;
  v_next bigint;
  v_hash text := {GENESIS};
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
  {TURN}
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
