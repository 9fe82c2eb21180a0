"""Who may do what in the database. Each person is a role of its own and a member of ``xlcrm_member``.

Members read through the views of seen.py and write only through functions; ``xlcrm_owner``, which nobody logs in as, owns
everything. Whoever is a member of it may migrate the store, add people, read it whole, and write in another person's name (a
machine that serves a folder).
"""

from __future__ import annotations

from sqlalchemy import Connection

SEEN = "xlcrm_seen"
OWNER = "xlcrm_owner"
MEMBER = "xlcrm_member"

GRANTS = (
    "REVOKE ALL ON SCHEMA xlcrm FROM PUBLIC",
    f"GRANT USAGE ON SCHEMA xlcrm TO {MEMBER}",
    f"REVOKE ALL ON ALL TABLES IN SCHEMA xlcrm FROM PUBLIC, {MEMBER}",
    f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA xlcrm FROM PUBLIC, {MEMBER}",
    f"REVOKE ALL ON SCHEMA {SEEN} FROM PUBLIC",
    f"GRANT USAGE ON SCHEMA {SEEN} TO {MEMBER}",
    f"GRANT SELECT ON ALL TABLES IN SCHEMA {SEEN} TO {MEMBER}",
    "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA xlcrm FROM PUBLIC",
    f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA xlcrm TO {MEMBER}",
)


def prepare(connection: Connection) -> None:
    """Make both group roles where the cluster lacks them, and this login a member of the owner; then empty schemas."""
    for role in (OWNER, MEMBER):
        if not exists(connection, role):
            connection.exec_driver_sql(f"CREATE ROLE {role} NOLOGIN")
    connection.exec_driver_sql(f"GRANT {OWNER} TO CURRENT_USER")
    connection.exec_driver_sql(f"CREATE SCHEMA xlcrm AUTHORIZATION {OWNER}")
    become_owner(connection)


def become_owner(connection: Connection) -> None:
    """Work as the store's owner until the transaction ends, on the tables themselves."""
    connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {SEEN} AUTHORIZATION {OWNER}")
    connection.exec_driver_sql(f"SET LOCAL ROLE {OWNER}")
    connection.exec_driver_sql("SET LOCAL search_path = xlcrm")


def exists(connection: Connection, role: str) -> bool:
    """Whether the cluster knows ``role``."""
    return bool(connection.exec_driver_sql("SELECT count(*) FROM pg_roles WHERE rolname = %s", (role,)).scalar())


def join(connection: Connection, account: str) -> None:
    """Let the login ``account`` use the store; made without a password where the cluster does not know it."""
    quoted = connection.dialect.identifier_preparer.quote_identifier(account).replace("%", "%%")
    if not exists(connection, account):
        connection.exec_driver_sql(f"CREATE ROLE {quoted} LOGIN")
    connection.exec_driver_sql(f"GRANT {MEMBER} TO {quoted}")
