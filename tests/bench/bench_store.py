"""Storing many new customers, against the floor: executemany of the identical final rows into the same schema."""

from __future__ import annotations

import random
import sys
import time
from datetime import datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from sqlalchemy import select

from tests.bench.timing import TIMES, Row, scaled
from xlcrm.crypto.cipher import Cipher
from xlcrm.crypto.keys import new_key, parse
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation
from xlcrm.store import sqlite
from xlcrm.store.schema import META, MIGRATION, insert, metadata


def changes(count: int, seed: int = 1) -> list[Change]:
    """New customers of 30 filled fields, three of them sensitive, with six blocking keys each."""
    chance = random.Random(seed)
    made = []
    for place in range(count):
        rid = new_rid()
        core = "".join(chance.choices("海河华信科技电子机械商贸食品纺织东方南山长江天元宏达", k=4)) + str(place)
        phone = f"+8613{chance.randrange(10**9):09d}"
        values: dict[str, str | None] = {
            "name": f"深圳市{core}有限公司", "contact": "王小明", "phone": phone, "industry": "I65", "size": "medium",
            "contact_title": "采购总监", "source": "fair", "first_contact": "2025-03-01", "status": "lead", "kind": "company",
            "owner": "0" * 32, "short_name": core, "uscc": f"91440300{chance.randrange(10**10):010d}", "employees": "200",
            "revenue": "1200.00", "ownership": "private", "email": f"wang{place}@haihe.example",
            "identity": f"1101011990{chance.randrange(10**8):08d}", "province": "440000", "city": "440300", "district": "440305",
            "address": f"科技园路{place}号", "cooperation": "talking", "grade": "B", "product": "检测仪", "budget": "30.00",
            "decision_date": "2025-06-01", "need": "替换旧设备", "channel": "phone", "remark": "展会上见过一次，希望收到报价",
        }  # fmt: skip
        keys = (f"p:{phone}", f"e:wang{place}@haihe.example", f"n:{core}", f"d:{core[1:]}", f"u:{values['uscc']}", f"c:王{core[:2]}{place}")
        number = f"CX202503{place + 1:04d}"
        made.append(Change("customer", rid, rid, values, number=number, keys=keys, token=f"{rid}:1", origin="a.xlsx", place=str(place + 2)))
    return made


def timings(count: int = 100_000) -> dict[str, float]:
    """Seconds for ``count`` customers: "apply", and "floor" for the same final rows with the same indexes and fsync."""
    cipher = Cipher(parse(new_key()))
    context = Context(Person("0" * 32, "bench", "bench"), lambda: datetime(2025, 3, 5, 12))
    operation = Operation("submit", changes(count), workbook="bench")
    with TemporaryDirectory() as folder:
        store = sqlite.open(Path(folder) / "apply.db", cipher)
        start = time.perf_counter()
        store.apply(operation, context)
        applied = time.perf_counter() - start
        rows = {}
        with store._reading() as connection:
            for table in metadata.sorted_tables:
                if table not in (META, MIGRATION):
                    rows[table] = [tuple(row) for row in connection.execute(select(table))]
        store.close()
        raw = sqlite.open(Path(folder) / "floor.db", cipher)
        start = time.perf_counter()
        with raw._writing() as connection:
            for table, found in rows.items():
                if found:
                    connection.exec_driver_sql(insert(table), found)
        floor = time.perf_counter() - start
        raw.close()
    return {"apply": applied, "floor": floor, "ratio": applied / floor}


def measure() -> list[Row]:
    """Medians of several whole runs: the floor needs the rows that the run before it has stored."""
    count = scaled(100_000)
    runs = [timings(count) for _ in range(TIMES)]
    ours, floor = (median(run[name] for run in runs) for name in ("apply", "floor"))
    note = "30 fields, 3 of them encrypted, 6 blocking keys and a log entry each; the floor writes the identical final rows"
    return [Row(f"storing {count:,} new customers", ours, 3.0, "executemany", floor, note)]


if __name__ == "__main__":
    for name, figure in timings(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000).items():
        print(f"{name}: {figure:.2f}")
