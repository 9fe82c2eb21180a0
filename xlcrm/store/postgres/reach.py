"""The declared matrix (rules/rights.py) as functions of the database: whose customers this login's rights reach.

Who acts is ``session_user``, which no SET ROLE and no argument can change; the day is the server's. Nothing is remembered between
two statements, so that somebody who is disabled is out at once.
"""

from __future__ import annotations

from collections.abc import Iterator

from xlcrm.rules.rights import FIELDS, MATRIX, Action, Scope
from xlcrm.store.postgres.roles import OWNER

ZONE = "Asia/Shanghai"  # the working day of the teams this is made for; a client's own setting must not move time stamps
SAFE = "SECURITY DEFINER SET search_path = xlcrm, pg_temp SET client_min_messages = warning"
TIMED = f"{SAFE} SET timezone = '{ZONE}' SET jit = off"
NOW = "to_char(now(), 'YYYY-MM-DD HH24:MI:SS')"
TURN = "PERFORM 1 FROM meta WHERE name = 'head' FOR UPDATE;"
"""Takes the turn to write: whoever has it is the only one until the transaction ends."""
GENESIS = "repeat('0', 64)"
FREE = f"pg_has_role(session_user, '{OWNER}', 'MEMBER')"
"""Whether this login may do everything: a machine that serves a folder, or the database's administrator."""

_ACTING = f"""SELECT p.* FROM person me JOIN person p ON p.rid = me.rid
    OR (p.deputy = me.rid AND coalesce(nullif(p.deputy_until, ''), '9') >= to_char(now() AT TIME ZONE '{ZONE}', 'YYYY-MM-DD'))
  WHERE me.account = session_user AND me.life = 'live' AND me.disabled IS NULL AND p.life = 'live' AND p.disabled IS NULL"""
"""Who this login is, and whom it stands in for today."""

_PERSONS = f"""
CREATE FUNCTION xlcrm.persons() RETURNS text[] LANGUAGE plpgsql STABLE {SAFE} AS $$
BEGIN
  RETURN ARRAY(SELECT rid FROM ({_ACTING}) acting);
END $$;
"""

_ACTIVE = f"""
CREATE FUNCTION xlcrm.active() RETURNS boolean LANGUAGE plpgsql STABLE {SAFE} AS $$
BEGIN
  RETURN {FREE} OR EXISTS (SELECT FROM person WHERE account = session_user AND life = 'live' AND disabled IS NULL);
END $$;
"""


def _matrix() -> str:
    rows = ", ".join(
        f"('{role}', '{action}', '{group}', {int(scope)})"
        for role, actions in MATRIX.items() for action, grants in actions.items() for group, scope in grants.items() if scope
    )  # fmt: skip
    return f"(VALUES {rows}) AS m(role, action, class, scope)"


def _reach() -> str:
    return f"""
CREATE FUNCTION xlcrm.reach(p_action text, p_class text DEFAULT 'record') RETURNS text[] LANGUAGE plpgsql STABLE {SAFE} AS $$
DECLARE
  v_own text[];
  v_departments text[];
  v_most integer;
BEGIN
  IF {FREE} THEN
    RETURN NULL;
  END IF;
  SELECT array_agg(p.rid), max(m.scope),
      array_agg(p.department) FILTER (WHERE m.scope = {int(Scope.DEPARTMENT)} AND p.department <> '')
    INTO v_own, v_most, v_departments
    FROM ({_ACTING}) p CROSS JOIN LATERAL unnest(string_to_array(p.roles, ',')) AS r(role)
    JOIN {_matrix()} ON m.role = r.role
    WHERE m.action = p_action AND m.class = p_class;
  IF v_most = {int(Scope.ALL)} THEN
    RETURN NULL;
  END IF;
  IF v_own IS NULL THEN
    RETURN ARRAY[]::text[];
  END IF;
  RETURN v_own || ARRAY[''] || ARRAY(SELECT rid FROM person WHERE department = ANY (v_departments) AND life = 'live');
END $$;
"""


def _powers() -> str:
    return f"""
CREATE FUNCTION xlcrm.powers() RETURNS TABLE (person text, department text, roles text[], action text, class text, scope integer)
LANGUAGE plpgsql STABLE {SAFE} AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT p.rid, p.department, string_to_array(p.roles, ','), m.action, m.class, m.scope
    FROM ({_ACTING}) p CROSS JOIN LATERAL unnest(string_to_array(p.roles, ',')) AS r(role)
    JOIN {_matrix()} ON m.role = r.role;
END $$;
"""


POWER = "power AS MATERIALIZED (SELECT * FROM xlcrm.powers())"
"""For the WITH of a statement that asks ``holds``: what each of those may do for whom this login acts."""


def holds(action: str, group: str, owner: str, apart: str = "", seat: str = "") -> str:
    """SQL: whether one of those for whom this login acts may do ``action`` on fields of class ``group`` of ``owner``'s customers.

    All are expressions. Those in ``apart`` (an array) do not count, and nobody does where this login is one of them; the one
    whose right it is meets ``seat``, a condition on o.person and o.roles. Needs ``POWER`` and r.me in the statement.
    """
    near = f"(SELECT d.department FROM person d WHERE d.rid = {owner} AND d.life = 'live')"
    reached = (
        f"(coalesce({owner}, '') IN ('', o.person) OR o.scope = {int(Scope.ALL)} "
        f"OR o.scope = {int(Scope.DEPARTMENT)} AND o.department <> '' AND o.department = {near})"
    )
    second = f" AND r.me <> ALL ({apart}) AND o.person <> ALL ({apart})" if apart else ""
    sits = f" AND {seat}" if seat else ""
    return f"EXISTS (SELECT FROM power o WHERE o.action = {action} AND o.class = {group} AND {reached}{second}{sits})"


_COMPARED = f"""
CREATE FUNCTION xlcrm.compared() RETURNS text[] LANGUAGE plpgsql STABLE {SAFE} AS $$
DECLARE
  v_class text;
  v_one text[];
  v_all text[];
BEGIN
  FOREACH v_class IN ARRAY ARRAY[{", ".join(f"'{group}'" for group in FIELDS)}] LOOP
    v_one := xlcrm.reach('{Action.READ}', v_class);
    v_all := CASE WHEN v_all IS NULL THEN v_one WHEN v_one IS NULL THEN v_all
      ELSE ARRAY(SELECT unnest(v_all) INTERSECT SELECT unnest(v_one)) END;
  END LOOP;
  RETURN v_all;
END $$;
"""
"""The owners of whose customers every value may be seen (rules/rights.py: compares)."""


def statements() -> Iterator[str]:
    """``reach`` gives the rids of the owners, '' for nobody; NULL means all there are."""
    yield from (_PERSONS, _ACTIVE, _reach(), _powers(), _COMPARED)


def within(owner: str, reach: str) -> str:
    """SQL: whether ``owner`` (an expression, NULL for nobody) is within what ``reach`` gave."""
    return f"coalesce(coalesce({owner}, '') = ANY ({reach}), true)"
