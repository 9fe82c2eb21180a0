"""The team's store: PostgreSQL, where people read tables and write only through functions of the database."""

from __future__ import annotations

from xlcrm.store.migrations import Engine
from xlcrm.store.postgres import catalog

ENGINE: Engine = catalog
