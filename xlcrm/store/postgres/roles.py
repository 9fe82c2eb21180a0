"""Who may do what in the database. Each person is a role of its own and a member of ``xlcrm_member``.

Members read, and write only through the functions below; ``xlcrm_owner``, which nobody logs in as, owns everything. Whoever is
a member of it may migrate the store, add people, and write in another person's name (a machine that serves a folder).
"""

from __future__ import annotations

from sqlalchemy import Connection

OWNER = "xlcrm_owner"
MEMBER = "xlcrm_member"

GRANTS = (
    "REVOKE ALL ON SCHEMA xlcrm FROM PUBLIC",
    f"GRANT USAGE ON SCHEMA xlcrm TO {MEMBER}",
    f"GRANT SELECT ON ALL TABLES IN SCHEMA xlcrm TO {MEMBER}",
    "REVOKE ALL ON ALL FUNCTIONS IN SCHEMA xlcrm FROM PUBLIC",
    f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA xlcrm TO {MEMBER}",
)


def prepare(connection: Connection) -> None:
    """Make both group roles where the cluster lacks them, and this login a member of the owner; then an empty schema."""
    for role in (OWNER, MEMBER):
        if not exists(connection, role):
            connection.exec_driver_sql(f"CREATE ROLE {role} NOLOGIN")
    connection.exec_driver_sql(f"GRANT {OWNER} TO CURRENT_USER")
    connection.exec_driver_sql(f"CREATE SCHEMA xlcrm AUTHORIZATION {OWNER}")


def exists(connection: Connection, role: str) -> bool:
    """Whether the cluster knows ``role``."""
    return bool(connection.exec_driver_sql("SELECT count(*) FROM pg_roles WHERE rolname = %s", (role,)).scalar())


def join(connection: Connection, account: str) -> None:
    """Let the login ``account`` use the store; made without a password where the cluster does not know it."""
    quoted = connection.dialect.identifier_preparer.quote_identifier(account).replace("%", "%%")
    if not exists(connection, account):
        connection.exec_driver_sql(f"CREATE ROLE {quoted} LOGIN")
    connection.exec_driver_sql(f"GRANT {MEMBER} TO {quoted}")
