"""What is asked about blocking keys, in PostgreSQL's words: one array a question, each key looked up in the index by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlcrm.match.caps import MOST_COUNTED
from xlcrm.store import keys

_COUNTED = f"""
SELECT w.key, many.many FROM unnest(%s::text[]) AS w(key) CROSS JOIN LATERAL (
  SELECT count(DISTINCT customer) AS many FROM (
    SELECT customer FROM blocking_key WHERE key = w.key COLLATE "C" LIMIT {MOST_COUNTED}) few) many
WHERE many.many > 0
"""

# The limit changes nothing: it keeps the planner from reading all keys instead of looking up those wanted.
_HAVING = f"""
SELECT w.key, sharing.customer FROM unnest(%s::text[]) AS w(key) CROSS JOIN LATERAL (
  SELECT DISTINCT b.customer FROM (
    SELECT customer FROM blocking_key WHERE key = w.key COLLATE "C" LIMIT {MOST_COUNTED}) b) sharing
"""
# Asked by itself: joined, the planner would read everything that the person may see (seen.py) for each key.
_LIVING = "SELECT rid FROM customer WHERE rid = ANY (%s) AND life = 'live'"

# Counting takes 0.1 s a million; what the server remembers of a small table is too rough, or nothing yet (-1).
_TOTAL = """
SELECT CASE WHEN reltuples < 10000 THEN (SELECT count(*) FROM customer) ELSE reltuples::bigint END
FROM pg_class WHERE oid = 'xlcrm.customer'::regclass
"""


class Lookup(keys.Lookup):
    """As on SQLite; nothing is written, not even a temporary table."""

    def counted(self, names: Sequence[str]) -> dict[str, int]:
        return {row.key: row.many for row in self.connection.exec_driver_sql(_COUNTED, (list(names),))}

    def having(self, names: Sequence[str]) -> Iterator[tuple[str, str]]:
        found = self.connection.exec_driver_sql(_HAVING, (list(names),)).all()
        customers = list({row.customer for row in found})
        living = set(self.connection.exec_driver_sql(_LIVING, (customers,)).scalars())
        yield from ((row.key, row.customer) for row in found if row.customer in living)

    def total(self) -> int:
        return int(self.connection.exec_driver_sql(_TOTAL).scalar_one())
