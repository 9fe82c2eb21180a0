"""A colleague who knows PostgreSQL well, and wants to see or do more than the matrix says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest

from tests.store.byhand import Client
from tests.store.firm import Firm
from xlcrm.store.migrations import LATEST


@pytest.fixture
def client(served: Firm) -> Iterator[Client]:
    """A salesman, at another client."""
    with psycopg.connect(served.login("entry"), options="-c search_path=xlcrm_seen,xlcrm") as raw:
        yield Client(raw, served.people["entry"].rid)


@pytest.mark.parametrize("said", [
    "CREATE TEMP TABLE person (rid text, account text, roles text, life text, department text, disabled text, deputy text)",
    "CREATE FUNCTION pg_temp.reach(text, text) RETURNS text[] LANGUAGE sql AS 'SELECT NULL::text[]'",
    "CREATE FUNCTION pg_temp.same(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true'; "
    "CREATE OPERATOR pg_temp.= (FUNCTION = pg_temp.same, LEFTARG = text, RIGHTARG = text)",
    "CREATE DOMAIN pg_temp.text AS pg_catalog.varchar", "SET ROLE xlcrm_member", "SET row_security = off",
    "SET session_user = 'admin'", "SET plan_cache_mode = force_generic_plan", "DISCARD ALL",
])  # fmt: skip
@pytest.mark.parametrize("path", ["pg_temp, xlcrm_seen", "xlcrm_seen", "pg_temp, pg_catalog, xlcrm"])
def test_names_and_settings_of_ones_own_show_no_more(served: Firm, client: Client, said: str, path: str) -> None:
    """Whatever stands in front of the names of ours: the views and functions mean ours."""
    hidden = [served.of("entry", relation).rid for relation in ("department", "other")]
    client.raw.autocommit = said.startswith("DISCARD")
    with client.attempt() as raw:
        raw.execute("SAVEPOINT before") if not raw.autocommit else None
        try:
            for statement in said.split("; "):
                raw.execute(statement)
        except psycopg.Error:
            if not raw.autocommit:
                raw.execute("ROLLBACK TO before")
        raw.execute(f"SET search_path = {path}")
        assert raw.execute("SELECT count(*), count(phone) FROM xlcrm_seen.customer WHERE rid = ANY (%s)", (hidden,)).fetchone() == (0, 0)
        assert raw.execute("SELECT xlcrm.reach('read', 'name') IS NULL, xlcrm.reach('people') = '{}'").fetchone() == (False, True)
        assert raw.execute("SELECT count(*) FROM xlcrm.known(%s, '{}')", (hidden,)).fetchone() == (0,)


HEARD = {
    "customer": "name", "contact": "customer", "entry": "rid", "number": "number", "kept_value": "rid", "pinyin": "rid", "phone_tail": "customer",
    "data_key": "customer", "face": "rid", "access": "customer", "submission": "rid",
}  # fmt: skip


@pytest.mark.parametrize("table", HEARD)
def test_predicates_hear_nothing_of_the_hidden(served: Firm, client: Client, table: str) -> None:
    """A cheap function of one's own in a WHERE is asked about each row that the planner likes, but only of those one may see."""
    heard: list[str] = []
    client.raw.add_notice_handler(lambda notice: heard.append(str(notice.message_primary)))
    hidden = [served.of("entry", relation, which) for relation in ("department", "other") for which in (0, 1)]
    with client.attempt() as raw:
        raw.execute(
            "CREATE FUNCTION pg_temp.listen(said text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS "
            "$$BEGIN RAISE NOTICE '%', said; RETURN true; END$$"
        )
        for asked in (
            f"SELECT count(*) FROM {table} t WHERE pg_temp.listen(t.{HEARD[table]})",
            f"EXPLAIN ANALYZE SELECT * FROM {table} t WHERE pg_temp.listen(t.{HEARD[table]})",
            f"SELECT count(*) FROM {table} t JOIN {table} u ON pg_temp.listen(u.{HEARD[table]}) AND t.{HEARD[table]} = u.{HEARD[table]}",
        ):
            heard += [str(row) for row in raw.execute(asked)]
    said = " ".join(heard)
    assert heard
    for one in hidden:
        assert one.rid not in said and str(one.values["name"]) not in said and str(one.number) not in said


def test_errors_tell_nothing_of_the_hidden(served: Firm, client: Client) -> None:
    """What goes wrong with a value is said of values that one may see."""
    hidden = served.of("entry", "other")
    for asked in ("name::integer", "1 / length(phone)", "after::xml", "convert_to(name, 'LATIN1')"):
        table = "entry" if "after" in asked else "customer"
        with client.attempt() as raw:
            try:
                raw.execute(f"SELECT count(*) FROM {table} WHERE rid = '{hidden.rid}' AND ({asked}) IS NOT NULL")
            except psycopg.Error as error:
                assert hidden.rid not in str(error) and str(hidden.values["name"]) not in str(error)
    state = {"table": "customer", "rid": hidden.rid, "version": hidden.version, "before": "{}", "after": {"version": "x", "life": None}}
    with pytest.raises(psycopg.Error) as caught, client.attempt() as raw:
        client.apply(raw, (state,))
    assert str(hidden.values["name"]) not in str(caught.value), "not the row that fails"


@pytest.mark.parametrize("asked", [
    "SELECT 1 FROM pg_stats WHERE schemaname = 'xlcrm'", "SELECT 1 FROM pg_stats_ext WHERE schemaname = 'xlcrm'",
    "SELECT 1 FROM pg_stat_activity WHERE usename <> session_user AND query <> '<insufficient privilege>' AND query <> ''",
    "SELECT 1 FROM information_schema.column_privileges WHERE table_schema = 'xlcrm'",
    "SELECT 1 FROM pg_class WHERE relnamespace = 'xlcrm'::regnamespace AND relkind IN ('r', 'S') AND has_table_privilege(oid, 'SELECT')",
    "SELECT 1 FROM pg_class c, pg_attribute a WHERE c.oid = a.attrelid AND c.relnamespace = 'xlcrm'::regnamespace AND c.relkind = 'r' "
    "AND a.attnum > 0 AND has_column_privilege(c.oid, a.attnum, 'SELECT')",
    "SELECT 1 FROM pg_proc WHERE pronamespace = 'xlcrm'::regnamespace AND prosecdef AND NOT coalesce(proconfig::text LIKE '%search_path=xlcrm, pg_temp%', false)",
    "SELECT 1 FROM pg_proc p, aclexplode(p.proacl) a WHERE pronamespace = 'xlcrm'::regnamespace AND a.grantee = 0",
    "SELECT 1 FROM pg_views WHERE schemaname = 'xlcrm_seen' AND NOT (SELECT coalesce(reloptions::text LIKE '%security_barrier=true%', false) "
    "FROM pg_class WHERE oid = (schemaname || '.' || quote_ident(viewname))::regclass)",
    "SELECT 1 FROM pg_largeobject_metadata",
])  # fmt: skip
def test_the_catalogue_tells_no_contents(client: Client, asked: str) -> None:
    assert client.rows(asked) == []


@pytest.mark.parametrize("asked", [
    "COPY (SELECT 1) TO PROGRAM 'true'", "COPY xlcrm_seen.customer TO '/dev/null'", "COPY pg_temp.mine FROM '/etc/hosts'",
    "SELECT pg_read_file('PG_VERSION')", "SELECT lo_import('/etc/hosts')", "SELECT pg_ls_dir('.')", "SELECT * FROM pg_authid",
    "SELECT * FROM pg_statistic", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename <> session_user", "CREATE EXTENSION dblink",
    "CREATE SCHEMA mine", "CREATE TABLE public.mine (a text)", "CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION xlcrm.refuse()",
    "CREATE TRIGGER mine BEFORE INSERT ON xlcrm_seen.customer FOR EACH ROW EXECUTE FUNCTION xlcrm.refuse()",
    "CREATE RULE mine AS ON SELECT TO xlcrm_seen.customer DO INSTEAD SELECT 1", "ALTER ROLE CURRENT_USER SUPERUSER", "ALTER SYSTEM SET log_statement = 'all'",
    "ALTER DATABASE CURRENT SET search_path = mine",
    "CREATE STATISTICS mine ON name, phone FROM xlcrm_seen.customer", "SECURITY LABEL ON TABLE xlcrm.customer IS 'x'", "REINDEX TABLE xlcrm.customer",
    "CREATE POLICY mine ON xlcrm.customer USING (true)", "CREATE PUBLICATION mine FOR ALL TABLES", "SELECT pg_export_snapshot(), 1 / 0",
    "INSERT INTO pg_temp.staged_entry DEFAULT VALUES", "CREATE TRIGGER mine BEFORE INSERT ON pg_temp.staged_entry FOR EACH ROW EXECUTE FUNCTION pg_temp.f()",
    "ALTER TABLE pg_temp.staged_entry ADD COLUMN x text", "UPDATE pg_temp.staged SET rid = 'x'", "DELETE FROM pg_temp.started", "DROP TABLE pg_temp.started",
    "INSERT INTO pg_temp.started VALUES (0)", "SELECT lo_create(0), lo_get(1)",
])  # fmt: skip
def test_what_a_member_is_denied(client: Client, asked: str) -> None:
    with client.attempt() as raw:
        raw.execute("SELECT xlcrm.start(%s, false)", (LATEST,))
        with pytest.raises(psycopg.Error):
            raw.execute(asked)


def test_no_function_does_anything_when_nothing_is_said(served: Firm, client: Client) -> None:
    """Every function that a member may call: it refuses, or nothing comes of it."""
    called = client.rows(
        "SELECT proname, ARRAY(SELECT format('NULL::%s', kind::regtype) FROM unnest(proargtypes) kind) FROM pg_proc "
        "WHERE pronamespace = 'xlcrm'::regnamespace AND prorettype <> 'trigger'::regtype AND has_function_privilege(oid, 'EXECUTE')"
    )
    before = served.whole.status()
    assert len(called) > 15
    with psycopg.connect(served.login("entry"), autocommit=True) as raw:
        for name, given in called:
            with suppress(psycopg.Error):
                raw.execute(f"SELECT xlcrm.{name}({', '.join(given)})")
    assert served.whole.status() == before


def test_the_turn_to_write_is_not_taken_by_a_lock_of_ones_own(client: Client) -> None:
    for asked in ("LOCK TABLE xlcrm.meta", "SELECT FROM xlcrm_seen.meta FOR UPDATE", "LOCK TABLE xlcrm_seen.customer IN EXCLUSIVE MODE"):
        assert client.state(asked) == "42501"
