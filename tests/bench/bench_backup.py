"""Backups: a full one against the database's own copy, what an increment weighs, and a proven restore against the full backup."""

from __future__ import annotations

import os
import random
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.bench_keys import MOMENT, customers
from tests.bench.timing import TIMES, Row, scaled, seconds, side_by_side
from tests.store.cluster import Cluster, programs
from xlcrm.crypto.chest import Opener
from xlcrm.crypto.keys import new_key
from xlcrm.jobs.backup import making, restoring, verifying
from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Operation, Result
from xlcrm.rules.rights import MATRIX
from xlcrm.store import sqlite
from xlcrm.store.postgres import opening
from xlcrm.store.postgres.server import NOBODY
from xlcrm.store.sql import SqlStore

# As a server runs: every commit reaches the disk.
SETTINGS = ("listen_addresses=", "max_connections=60", "shared_buffers=512MB", "max_wal_size=4GB")
WORDS = "需要报价样品交期合同付款质量服务安装培训替换旧设备新线检测仪器明年预算招标展会联系技术部采购经理确认方案"


def measure() -> list[Row]:
    """The lines for docs/bench.md."""
    found = programs()
    if found is None:
        raise RuntimeError("PostgreSQL is not installed")
    before = os.environ.get("XLCRM_KEY")
    os.environ["XLCRM_KEY"] = new_key()
    try:
        return [*_file(scaled(100_000)), *_server(scaled(100_000), found)]
    finally:
        del os.environ["XLCRM_KEY"]
        if before:
            os.environ["XLCRM_KEY"] = before


def _file(count: int) -> list[Row]:
    with TemporaryDirectory() as name:
        folder = Path(name)
        shop = Shop(sqlite.open(folder / "store.db"), folder, count)

        def copied() -> None:
            with closing(sqlite3.connect(folder / "store.db", isolation_level=None)) as connection:
                connection.execute("VACUUM INTO ?", (str(folder / "copy.db"),))
            (folder / "copy.db").unlink()

        def restored() -> None:
            shop.restored(lambda wish: restoring.to_file(wish, Opener(), folder / "restored.db"))
            (folder / "restored.db").unlink()

        def proven() -> None:
            shop.alone()
            verifying.verify(shop.place, Opener(), folder, shop.by())

        full, floor = side_by_side(shop.full, copied)
        whole, drill, again = side_by_side(restored, proven, shop.full)
        rows = [
            Row(f"full backup of {count:,} customers", full, 2, "VACUUM INTO", floor, note=f"{shop.size / 1e6:.0f} MB, read back and proven"),
            Row(f"restore of {count:,} customers from a full backup", whole, 3, "full backup", again, note="every digest, record, data key and value proven"),
            Row(f"drill over {count:,} customers", drill, 3, "full backup", again, note="the same without delivering it, and every package read"),
        ]  # fmt: skip
        rows += shop.increments()
        shop.store.close()
        return rows


def _server(count: int, found: Path) -> list[Row]:
    cluster = Cluster(found, settings=SETTINGS)
    try:
        with TemporaryDirectory() as name:
            url = cluster.url(cluster.database())
            shop = Shop(opening.create(url, "bench", frozenset(MATRIX), MOMENT), Path(name), count)

            def dumped() -> None:
                dump = [str(found / "pg_dump"), "--format=custom", f"--file={name}/dump", "--schema=xlcrm", url]
                subprocess.run(dump, check=True)

            def restored() -> None:
                target = cluster.url(cluster.database())
                shop.restored(lambda wish: restoring.restore(wish, Opener(), Path(name), "server", lambda built: built.to_server(target, NOBODY)))

            full, floor = side_by_side(shop.full, dumped)
            whole, again = side_by_side(restored, shop.full)
            shop.store.close()
            return [
                Row(f"full backup of {count:,} customers on PostgreSQL", full, 2, "pg_dump", floor, note=f"{shop.size / 1e6:.0f} MB, read back and proven"),
                Row(f"restore of {count:,} customers to PostgreSQL", whole, 3, "full backup", again, note="proven in a scratch file first, then copied to the server"),
            ]  # fmt: skip
    finally:
        cluster.remove()


class Shop:
    """A store with ``count`` customers and a folder for its backups."""

    def __init__(self, store: SqlStore, folder: Path, count: int) -> None:
        self.store, self.root = store, folder / "backups"
        self.root.mkdir()
        self.clock = MOMENT
        self.boss = store.ensure_person(store.account or "boss", "boss", frozenset(MATRIX), MOMENT)
        self.changes = customers(count)
        store.apply(Operation("submit", self.changes, workbook="bench"), self.by())
        self.size = 0

    @property
    def place(self) -> Path:
        return self.root / self.store.backups.store_id()

    def by(self) -> Context:
        self.clock += timedelta(minutes=1)
        moment = self.clock
        return Context(self.boss, lambda: moment, source="客户.xlsx")

    def full(self) -> None:
        self.size = making.make(self.store, self.by(), self.root, full=True).kept.size

    def alone(self) -> None:
        """Leave the last package only."""
        for path in sorted(self.place.glob("*.xlcrmbak"))[:-1]:
            path.unlink()

    def restored(self, restore: Callable[[restoring.Wish], restoring.Restored]) -> None:
        if not restore(restoring.Wish(self.place)).proof.sound:
            raise RuntimeError("the restored store is not sound")

    def edit(self, customers: list[Change], field: str, value: str) -> None:
        stands = self.store.records(one.rid for one in customers)
        changes = [Change("customer", rid, rid, {field: value}, record.version) for rid, record in stands.items()]
        done = self.store.apply(Operation("edit", changes), self.by())
        if {one.result for one in done.outcomes} != {Result.UPDATED}:
            raise RuntimeError("nothing was changed")

    def increments(self) -> list[Row]:
        """What an increment takes, in time and in bytes, after so many operations of one field; and after one of many rows."""
        making.make(self.store, self.by(), self.root)
        empty = making.make(self.store, self.by(), self.root).kept.size
        rows, chance = [], random.Random(1)
        for count in (1, 20, 200):
            taken, sizes = [], []
            for turn in range(TIMES):
                for place in range(turn * count, (turn + 1) * count):
                    self.edit(self.changes[place : place + 1], "need", f"{''.join(chance.choices(WORDS, k=12))}，{place}")
                taken.append(seconds(lambda: sizes.append(making.make(self.store, self.by(), self.root).kept.size)))  # noqa: B023 - used at once
            note = f"{(sorted(sizes)[TIMES // 2] - empty) / count:.0f} bytes an operation behind the {empty} of an empty one; aim 600"
            rows.append(Row(f"increment after {count} operations of one field", sorted(taken)[TIMES // 2], note=note))
        many = self.changes[: scaled(10_000)]
        self.edit(many, "grade", "C")
        size = making.make(self.store, self.by(), self.root).kept.size
        bulk = seconds(lambda: making.make(self.store, self.by(), self.root))
        return [*rows, Row("increment when nothing happened", bulk, note=f"after one of {len(many):,} changes at once, which took {size / len(many):.0f} bytes each")]
