"""The functions through which keys are written on PostgreSQL, as SQL, and the hand that calls them.

Only who manages keys changes the store key or admits a colleague; everybody may put up an identity of their own, and give it a
copy. None of these functions can tell a copy from rubbish: that is what its tag is for (crypto/identity.py).
"""

from __future__ import annotations

from collections.abc import Sequence

from xlcrm.rules.rights import Action
from xlcrm.store import keyhand
from xlcrm.store.digests import FOLDING
from xlcrm.store.migrations import LATEST
from xlcrm.store.postgres.reach import SAFE, TURN

_DENIED = "RAISE EXCEPTION USING ERRCODE = 'XL012', MESSAGE = 'keys';"
_KEEPER = f"(xlcrm.reach('{Action.KEYS}') IS NULL)"
ONLY_KEEPERS = f"PERFORM xlcrm.check_version(p_version); IF NOT {_KEEPER} THEN {_DENIED} END IF;"
"""How a function begins that is for those who manage keys, in a program of this version."""
_ME = "SELECT rid FROM person WHERE account = session_user AND life = 'live' AND disabled IS NULL"
_OWN = f"EXISTS (SELECT FROM keyholder WHERE rid = p_holder AND life = 'live' AND person IN ({_ME}))"

_OWNED = f"""
CREATE OR REPLACE FUNCTION xlcrm.own_keyholder() RETURNS trigger LANGUAGE plpgsql {SAFE} AS $$
BEGIN
  IF NOT ({_KEEPER} OR coalesce(NEW.person IN ({_ME}), false))
      OR (TG_OP = 'UPDATE' AND (NEW.person, NEW.public) IS DISTINCT FROM (OLD.person, OLD.public)) THEN
    {_DENIED}
  END IF;
  RETURN NEW;
END $$;
"""

_HOLD = f"""
CREATE FUNCTION xlcrm.hold_key(p_version integer, p_holder text, p_sealed text) RETURNS void LANGUAGE plpgsql {SAFE} AS $$
BEGIN
  PERFORM xlcrm.check_version(p_version);
  IF NOT ({_OWN} OR {_KEEPER}) THEN
    {_DENIED}
  END IF;
  INSERT INTO key_copy (holder, sealed) VALUES (p_holder, p_sealed);
END $$;
"""

_ADMIT = f"""
CREATE FUNCTION xlcrm.admit_key(p_version integer, p_key integer, p_holder text, p_copy text, p_tag text) RETURNS void
LANGUAGE plpgsql {SAFE} AS $$
BEGIN
  PERFORM xlcrm.check_version(p_version);
  IF NOT ({_OWN} OR {_KEEPER}) THEN
    {_DENIED}
  END IF;
  IF p_key <> coalesce((SELECT value::integer FROM meta WHERE name = 'key'), 1) THEN
    RAISE EXCEPTION USING ERRCODE = 'XL002', MESSAGE = 'key';
  END IF;
  INSERT INTO key_copy (holder, copy, tag) VALUES (p_holder, p_copy, p_tag)
    ON CONFLICT (holder) DO UPDATE SET copy = excluded.copy, tag = excluded.tag;
END $$;
"""

_SHUT_OUT = f"""
CREATE FUNCTION xlcrm.shut_out(p_version integer, p_holders text[]) RETURNS void LANGUAGE plpgsql {SAFE} AS $$
BEGIN
  {ONLY_KEEPERS}
  DELETE FROM key_copy WHERE holder = ANY (p_holders);
END $$;
"""

_CHANGE = f"""
CREATE FUNCTION xlcrm.change_key(p_version integer, p_key integer, p_check text, p_former text, p_holders text[], p_copies text[],
  p_tags text[], p_index boolean) RETURNS boolean LANGUAGE plpgsql {SAFE} AS $$
BEGIN
  {ONLY_KEEPERS}
  {TURN}
  IF p_key <> 1 + coalesce((SELECT value::integer FROM meta WHERE name = 'key'), 1)
      OR EXISTS (SELECT FROM meta WHERE name IN ('former', '{FOLDING}') AND value IS NOT NULL) THEN
    RETURN false;
  END IF;
  IF p_index THEN
    INSERT INTO meta VALUES ('{FOLDING}', (SELECT coalesce(max(id), 0) FROM face)::text), ('index', p_key::text)
      ON CONFLICT (name) DO UPDATE SET value = excluded.value;
  END IF;
  INSERT INTO meta VALUES ('key', p_key::text), ('check', p_check), ('former', p_former), ('passphrase', NULL)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value;
  DELETE FROM key_copy WHERE copy IS NOT NULL AND holder <> ALL (p_holders);
  UPDATE key_copy k SET copy = u.copy, tag = u.tag FROM unnest(p_holders, p_copies, p_tags) AS u(holder, copy, tag)
    WHERE k.holder = u.holder;
  RETURN true;
END $$;
"""

_REWRAP = f"""
CREATE FUNCTION xlcrm.rewrap(p_version integer, p_customers text[], p_old text[], p_new text[]) RETURNS void
LANGUAGE plpgsql {SAFE} AS $$
BEGIN
  {ONLY_KEEPERS}
  UPDATE data_key d SET wrapped = u.new FROM unnest(p_customers, p_old, p_new) AS u(customer, old, new)
    WHERE d.customer = u.customer AND d.wrapped = u.old;
END $$;
"""

_SETTLE = f"""
CREATE FUNCTION xlcrm.settle_key(p_version integer, p_prefix text) RETURNS boolean LANGUAGE plpgsql {SAFE} AS $$
BEGIN
  {ONLY_KEEPERS}
  {TURN}
  IF EXISTS (SELECT FROM data_key WHERE NOT starts_with(wrapped, p_prefix)) THEN
    RETURN false;
  END IF;
  UPDATE meta SET value = NULL WHERE name = 'former';
  RETURN true;
END $$;
"""

# Asked by apply with the turn to write in its hands: no data key may come in under a store key that is forgotten, and nothing
# that was worked out before the index key changed.
_PRESENT = """
CREATE FUNCTION xlcrm.check_keys() RETURNS void LANGUAGE plpgsql SET search_path = xlcrm AS $$
DECLARE
  v_key integer := coalesce((SELECT value::integer FROM meta WHERE name = 'key'), 1);
  v_least integer := v_key - (SELECT count(*) FROM meta WHERE name = 'former' AND value IS NOT NULL);
BEGIN
  IF EXISTS (SELECT FROM pg_temp.staged WHERE what = 'data_key'
      AND coalesce(nullif(substr(split_part(item, ':', 2), 6), ''), '1')::integer NOT BETWEEN v_least AND v_key) THEN
    RAISE EXCEPTION USING ERRCODE = 'XL002', MESSAGE = 'key';
  END IF;
  IF (SELECT key FROM pg_temp.started) < (SELECT value::integer FROM meta WHERE name = 'index')
      AND EXISTS (SELECT FROM pg_temp.staged WHERE what IN ('blocking_key', 'phone_tail', 'submission', 'imported')) THEN
    RAISE EXCEPTION USING ERRCODE = 'XL002', MESSAGE = 'index key';
  END IF;
END $$;
"""

STATEMENTS = (_OWNED, _HOLD, _ADMIT, _SHUT_OUT, _CHANGE, _REWRAP, _SETTLE, _PRESENT)
GUARD = "ON xlcrm.keyholder FOR EACH ROW EXECUTE FUNCTION xlcrm.own_keyholder()"


class KeyHand(keyhand.KeyHand):
    """As on SQLite, through the functions above."""

    def hold(self, holder: str, sealed: str) -> None:
        self._call("hold_key(%s, %s, %s)", holder, sealed)

    def admit(self, version: int, holder: str, copy: str, tag: str) -> None:
        self._call("admit_key(%s, %s, %s, %s, %s)", version, holder, copy, tag)

    def shut_out(self, holders: Sequence[str]) -> None:
        self._call("shut_out(%s, %s::text[])", list(holders))

    def change(self, version: int, check: str, former: str, copies: keyhand.Copies, index: bool) -> bool:
        columns = [list(column) for column in zip(*copies, strict=True)]
        call = "change_key(%s, %s, %s, %s, %s::text[], %s::text[], %s::text[], %s)"
        return bool(self._call(call, version, check, former, *columns, index))

    def rewrap(self, rows: Sequence[tuple[str, str, str]]) -> None:
        self._call("rewrap(%s, %s::text[], %s::text[], %s::text[])", *(list(column) for column in zip(*rows, strict=True)))

    def settle(self, prefix: str) -> bool:
        return bool(self._call("settle_key(%s, %s)", prefix))

    def _call(self, call: str, *said: object) -> object:
        return self.connection.exec_driver_sql(f"SELECT xlcrm.{call}", (LATEST, *said)).scalar()
