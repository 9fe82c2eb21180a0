"""A PostgreSQL cluster of the tests' own: made in a temporary folder, reached through its socket, gone with the tests."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from itertools import count
from pathlib import Path

import psycopg

ADMIN = "xlcrm_test"
# What a crash of the machine would lose does not matter here, what a crash of the server would lose does. Passwords count for everybody but the administrator.
SETTINGS = ("fsync=off", "full_page_writes=off", "listen_addresses=", "max_connections=60", "log_statement=none")
MEMORY, ROOM = Path("/dev/shm"), 4 << 30  # bytes
ACCESS = f"local all {ADMIN} trust\nlocal all all scram-sha-256\n"


def programs() -> Path | None:
    """Where PostgreSQL's server programs lie, the newest version; None where it is not installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    if found:
        return found[-1].parent
    named = shutil.which("initdb")
    return Path(named).resolve().parent if named else None


def memory() -> Path | None:
    """Where a server keeps hundreds of databases that nobody needs tomorrow: on a disk, making each takes eight times as long.

    None where the system has no such place, or little room in it.
    """
    return MEMORY if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM else None


class Cluster:
    """A running server. It refuses to run as root, and so takes another account of the system then."""

    port = 5432

    def __init__(self, programs: Path, settings: tuple[str, ...] = SETTINGS, disk: Path | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="xlcrm-pg-", dir=disk))
        self._programs = programs
        self._settings = settings
        self._count = count()
        self._as: list[str] = []
        if os.geteuid() == 0:
            account = pwd.getpwnam("postgres")
            os.chown(self.folder, account.pw_uid, account.pw_gid)
            self._as = ["setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
        initdb = [str(programs / "initdb"), "-D", str(self.data), "-U", ADMIN, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]
        subprocess.run([*self._as, *initdb], check=True, capture_output=True, cwd=self.folder)
        (self.data / "pg_hba.conf").write_text(ACCESS)
        self.start()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def start(self) -> None:
        """Start the server; it ends with this process, however that ends."""
        options = [option for setting in self._settings for option in ("-c", setting)]
        server = [str(self._programs / "postgres"), "-D", str(self.data), "-k", str(self.folder), *options]
        with (self.folder / "log").open("ab") as log:
            command = [*(self._as or ["setpriv"]), "--pdeathsig=QUIT", *server]
            self._server = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder)
        ready = [str(self._programs / "pg_isready"), "-h", str(self.folder), "-p", str(self.port), "-t", "1", "-q"]
        while subprocess.run(ready, check=False).returncode:
            if self._server.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text())

    def stop(self) -> None:
        """Stop at once, cutting every connection; the data stays."""
        self._server.send_signal(signal.SIGQUIT)
        self._server.wait()

    def kill(self) -> None:
        """Kill the server as if the machine had taken it away, and start it again."""
        self._server.kill()
        self._server.wait()
        self.revive()

    def revive(self) -> None:
        """Start the server if it does not run; the processes of one that was killed may need a moment to go."""
        while self._server.poll() is not None:
            with contextlib.suppress(RuntimeError):
                self.start()

    def remove(self) -> None:
        """Stop and leave nothing."""
        self.stop()
        shutil.rmtree(self.folder)

    def url(self, database: str, account: str = ADMIN, password: str = "") -> str:
        """The address of ``database`` for a login."""
        login = f"{account}:{password}" if password else account
        return f"postgresql://{login}@/{database}?host={self.folder}&port={self.port}"

    def run(self, *statements: str, database: str = "postgres", account: str = ADMIN, password: str = "") -> list[tuple[object, ...]]:
        """Run ``statements``, each in a transaction of its own; the rows of the last one."""
        with psycopg.connect(self.url(database, account, password), autocommit=True) as connection:
            for statement in statements:
                done = connection.execute(statement)
            return done.fetchall() if done.description else []

    def database(self, template: str = "template0") -> str:
        """The name of a new database like ``template``."""
        name = f"crm{next(self._count)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def drop(self, database: str) -> None:
        """Take a database away, whoever is still connected."""
        self.run(f"DROP DATABASE {database} WITH (FORCE)")
