"""Where the stores of the soak lie, and what can be done to them."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.soak.client import HOT, MOMENT
from tests.soak.plan import CLIENTS, Fault
from tests.soak.proxy import Proxy
from tests.store.cluster import ADMIN, SETTINGS, Cluster, programs
from tests.store.conftest import CIPHER, context
from xlcrm.model.context import Person
from xlcrm.model.operation import Change, Operation
from xlcrm.store import sqlite
from xlcrm.store.postgres import opening
from xlcrm.store.sql import SqlStore

PASSWORD = "geheim"
_DISK = "220m"
_SMALL = ("min_wal_size=32MB", "max_wal_size=48MB")


def settle(store: SqlStore) -> list[Person]:
    """The people who submit, and the customer that all of them edit."""
    found = store.people()
    keeper = found[0] if found else store.ensure_person("keeper", "管理员", ["admin", "steward"], context().clock())
    people = [
        store.add_person(Person("", f"soak{number}", f"同事{number}", roles=frozenset({"steward"})), context(keeper, MOMENT))
        for number in range(CLIENTS)
    ]
    store.apply(Operation("submit", [Change("customer", HOT, HOT, {"name": "大家的公司"})], workbook="hot"), context(people[0], MOMENT))
    return people


class File:
    """A SQLite store."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "store.db"
        store = sqlite.open(self.path, CIPHER)
        self.people = settle(store)
        store.close()

    def address(self, number: int) -> str:
        """Where the client ``number`` finds the store."""
        return str(self.path)

    def direct(self) -> str:
        """Where the checks find it."""
        return str(self.path)

    def harm(self, fault: Fault) -> None:
        """Nothing: what can happen to a file happens within the programs (client.py)."""

    def heal(self) -> None:
        """Nothing to put right."""

    def remove(self) -> None:
        """Gone with its folder."""


class Server:
    """PostgreSQL, reached over a bad line; each run has a database of its own."""

    def __init__(self, small: bool = False) -> None:
        found = programs()
        if found is None:
            raise RuntimeError("PostgreSQL is not installed: run .ci/install system")
        self._disk = _mounted() if small else None
        self.cluster = Cluster(found, (*SETTINGS, *_SMALL), self._disk)
        self._ballast = self.cluster.folder / "ballast"
        self._proxy = Proxy(self.cluster.folder)
        made = self.cluster.database()
        store = opening.create(self.cluster.url(made), "管理员", ["admin", "steward"], context().clock(), CIPHER)
        self.people = settle(store)
        store.close()
        self.cluster.run(*(f"ALTER ROLE {person.account} PASSWORD '{PASSWORD}'" for person in self.people))
        self._made, self._database = made, ""

    def fresh(self) -> None:
        """A new database for the next run; the last one goes."""
        last, self._database = self._database, self.cluster.database(self._made)
        if last:
            self.cluster.run(f"DROP DATABASE {last} WITH (FORCE)")

    def address(self, number: int) -> str:
        """Where the client ``number`` finds the store: as itself, over the bad line."""
        return f"postgresql://{self.people[number].account}:{PASSWORD}@/{self._database}?host={self._proxy.folder}"

    def direct(self) -> str:
        """Where the checks find it."""
        return self.cluster.url(self._database)

    def harm(self, fault: Fault) -> None:
        """Do it; what a server that is down cannot suffer does not happen."""
        match fault.kind:
            case "server":
                self.cluster.kill()
            case "cut":
                self._proxy.cut()
            case "deaf":
                self._proxy.deafen()
            case "backend" | "terminate":
                try:
                    found = self.cluster.run(f"SELECT pid FROM pg_stat_activity WHERE datname = '{self._database}'")
                    pid = random.Random(fault.delay).choice([int(str(row[0])) for row in found] or [0])
                    if pid and fault.kind == "backend":
                        os.kill(pid, signal.SIGKILL)
                    elif pid:
                        self.cluster.run(f"SELECT pg_terminate_backend({pid})")
                except (psycopg.Error, ProcessLookupError):
                    return
            case "full":
                self._fill(fault.room)
            case _:
                pass  # happens within a client

    def _fill(self, left: int) -> None:
        """Take the room on its own small disk but for about ``left`` bytes, while the server takes some, too."""
        if self._disk is None:
            return
        with self._ballast.open("wb") as file:
            while (free := shutil.disk_usage(self.cluster.folder).free) > left:
                with contextlib.suppress(OSError):
                    os.posix_fallocate(file.fileno(), 0, os.fstat(file.fileno()).st_size + free - left)

    def heal(self) -> None:
        """Room on the disk again, and a server that runs."""
        self._ballast.unlink(missing_ok=True)
        self.cluster.revive()

    def remove(self) -> None:
        """Leave nothing."""
        self._proxy.close()
        self.cluster.remove()
        if self._disk:
            subprocess.run(["umount", str(self._disk)], check=True)
            self._disk.rmdir()


def _mounted() -> Path:
    """A small disk of its own; making one takes an administrator."""
    folder = Path(tempfile.mkdtemp(prefix="xlcrm-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_DISK},mode=755", "tmpfs", str(folder)], check=True)
    return folder


@contextmanager
def opened(engines: set[str]) -> Iterator[dict[str, Server]]:
    """The servers that runs on ``engines`` need, by engine. A disk that is full takes an administrator: it never is for others."""
    servers: dict[str, Server] = {}
    try:
        for engine in sorted(engines - {"sqlite"}):
            servers[engine] = Server(small=engine == "disk" and os.geteuid() == 0)
        yield servers
    finally:
        for server in servers.values():
            server.remove()


__all__ = ["ADMIN", "File", "Server", "opened"]
