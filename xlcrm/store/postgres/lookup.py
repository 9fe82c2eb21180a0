"""What is asked about blocking keys, in PostgreSQL's words: one array a question, each key looked up in the index by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from xlcrm.match.caps import MOST_COUNTED
from xlcrm.store import keys

_COUNTED = """
SELECT w.key, many.many FROM unnest(%s::bigint[]) AS w(key) CROSS JOIN LATERAL (
  SELECT count(*) AS many FROM (SELECT FROM blocking_key WHERE key = w.key LIMIT %s) few) many
WHERE many.many > 0
"""

# The limit changes nothing: it keeps the planner from reading all keys instead of looking up those wanted.
_HAVING = f"""
SELECT w.key, sharing.face FROM unnest(%s::bigint[]) AS w(key) CROSS JOIN LATERAL (
  SELECT face FROM blocking_key WHERE key = w.key LIMIT {MOST_COUNTED}) sharing
"""
# Asked by themselves: joined, the planner would read everything that the person may see (seen.py) for each key.
_FACES = "SELECT id, rid FROM face WHERE id = ANY (%s::integer[])"
_LIVING = "SELECT rid FROM customer WHERE rid = ANY (%s::text[]) AND life = 'live'"

# Counting takes 0.1 s a million; what the server remembers of a small table is too rough, or nothing yet (-1).
_TOTAL = """
SELECT CASE WHEN reltuples < 10000 THEN (SELECT count(*) FROM customer) ELSE reltuples::bigint END
FROM pg_class WHERE oid = 'xlcrm.customer'::regclass
"""


class Lookup(keys.Lookup):
    """As on SQLite; nothing is written, not even a temporary table."""

    def counted(self, names: Sequence[int], most: int) -> dict[int, int]:
        return {row.key: row.many for row in self.connection.exec_driver_sql(_COUNTED, (list(names), most))}

    def having(self, names: Sequence[int]) -> Iterator[tuple[int, str]]:
        found = self.connection.exec_driver_sql(_HAVING, (list(names),)).all()
        asked = self.connection.exec_driver_sql(_FACES, (list({row.face for row in found}),))
        faces = {row.id: row.rid for row in asked}
        living = set(self.connection.exec_driver_sql(_LIVING, (list(faces.values()),)).scalars())
        yield from ((row.key, faces[row.face]) for row in found if faces.get(row.face) in living)

    def total(self) -> int:
        return int(self.connection.exec_driver_sql(_TOTAL).scalar_one())
