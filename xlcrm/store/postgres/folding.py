"""Folding digests on PostgreSQL (store/folding.py): functions for those who manage keys, who need not see any customer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Table

from xlcrm.store import folding
from xlcrm.store.digests import FOLDING
from xlcrm.store.folding import TEXTS, Place
from xlcrm.store.migrations import LATEST
from xlcrm.store.postgres.keeping import ONLY_KEEPERS
from xlcrm.store.postgres.reach import SAFE

_KEYS = f"""
CREATE FUNCTION xlcrm.keys_to_fold(p_version integer, p_pointer integer, p_faces integer, OUT first integer, OUT keys bigint[],
  OUT faces integer[]) LANGUAGE plpgsql {SAFE} AS $$
BEGIN
  {ONLY_KEEPERS}
  first := coalesce((SELECT id FROM face WHERE id <= p_pointer ORDER BY id DESC LIMIT 1 OFFSET p_faces - 1), 1);
  SELECT array_agg(b.key), array_agg(b.face) INTO keys, faces FROM blocking_key b WHERE b.face BETWEEN first AND p_pointer;
END $$;
CREATE FUNCTION xlcrm.fold_keys(p_version integer, p_pointer integer, p_after integer, p_new bigint[], p_old bigint[],
  p_faces integer[]) RETURNS void LANGUAGE plpgsql {SAFE} AS $$
BEGIN
  {ONLY_KEEPERS}
  UPDATE meta SET value = p_after::text WHERE name = '{FOLDING}' AND value = p_pointer::text;
  IF FOUND THEN
    UPDATE blocking_key b SET key = u.new FROM unnest(p_new, p_old, p_faces) AS u(new, old, face)
      WHERE b.key = u.old AND b.face = u.face;
  END IF;
END $$;
CREATE FUNCTION xlcrm.settle_folding(p_version integer) RETURNS void LANGUAGE plpgsql {SAFE} AS $$
BEGIN
  {ONLY_KEEPERS}
  DELETE FROM meta WHERE name = '{FOLDING}' AND value = '0';
END $$;
"""


def _texts(table: Table, column: str) -> str:
    names = [one.name for one in table.primary_key.columns]
    key, marks = ", ".join(names), ", ".join(f"p_after[{place}]" for place in range(1, len(names) + 1))
    given = ", ".join(f"p_{name} text[]" for name in names)
    listed = ", ".join(f"p_{name}" for name in names)
    same = " AND ".join(f"t.{name} = u.{name}" for name in names)
    there = " AND ".join(f"o.{name} = " + ("u.new" if name == column else f"u.{name}") for name in names)
    rows = f"unnest(p_new, {listed}) AS u(new, {key})"
    return f"""
CREATE FUNCTION xlcrm.unfolded_{table.name}(p_version integer, p_done text, p_after text[], p_count integer) RETURNS SETOF text[]
LANGUAGE plpgsql {SAFE} AS $$
BEGIN
  {ONLY_KEEPERS}
  RETURN QUERY SELECT ARRAY[{key}] FROM {table.name}
    WHERE NOT starts_with({column}, p_done) AND (cardinality(p_after) = 0 OR ({key}) > ({marks}))
    ORDER BY {key} LIMIT p_count;
END $$;
CREATE FUNCTION xlcrm.fold_{table.name}(p_version integer, p_new text[], {given}) RETURNS void LANGUAGE plpgsql {SAFE} AS $$
BEGIN
  {ONLY_KEEPERS}
  DELETE FROM {table.name} t USING {rows} WHERE {same} AND EXISTS (SELECT FROM {table.name} o WHERE {there});
  UPDATE {table.name} t SET {column} = u.new FROM {rows} WHERE {same};
END $$;
"""


def statements() -> Iterator[str]:
    """The functions."""
    yield _KEYS
    yield from (_texts(table, column) for table, column in TEXTS)


class FoldHand(folding.FoldHand):
    """As on SQLite, through the functions above."""

    faces = 500  # whoever changes one of these customers waits

    def unfolded(self, table: Table, column: str, done: str, after: Place, count: int) -> list[Place]:
        asked = f"SELECT * FROM xlcrm.unfolded_{table.name}(%s, %s, %s::text[], %s)"
        return [tuple(row[0]) for row in self.connection.exec_driver_sql(asked, (LATEST, done, list(after), count))]

    def fold(self, table: Table, column: str, rows: Sequence[tuple[str, Place]]) -> None:
        columns = [list(one) for one in zip(*((text, *place) for text, place in rows), strict=True)]
        marks = ", ".join("%s::text[]" for _ in columns)
        self.connection.exec_driver_sql(f"SELECT xlcrm.fold_{table.name}(%s, {marks})", (LATEST, *columns))

    def keys(self, pointer: int) -> tuple[int, list[tuple[int, int]]]:
        asked = "SELECT first, keys, faces FROM xlcrm.keys_to_fold(%s, %s, %s)"
        row = self.connection.exec_driver_sql(asked, (LATEST, pointer, self.faces)).one()
        return row.first - 1, list(zip(row[1] or (), row[2] or (), strict=True))

    def fold_keys(self, pointer: int, after: int, rows: Sequence[tuple[int, int, int]]) -> None:
        columns = [list(one) for one in zip(*rows, strict=True)] or [[], [], []]
        said = "SELECT xlcrm.fold_keys(%s, %s, %s, %s::bigint[], %s::bigint[], %s::integer[])"
        self.connection.exec_driver_sql(said, (LATEST, pointer, after, *columns))

    def settle(self) -> None:
        self.connection.exec_driver_sql("SELECT xlcrm.settle_folding(%s)", (LATEST,))
