"""A bad line between clients and server: a socket that passes everything on, and is cut on command."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import tempfile
from multiprocessing.connection import Connection
from pathlib import Path

SOCKET = ".s.PGSQL.5432"
_FORK = multiprocessing.get_context("fork")


class Proxy:
    """Listens in a folder of its own (``folder``), in a process of its own, for the server whose socket lies in ``server``."""

    def __init__(self, server: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="xlcrm-px-"))
        self.folder.chmod(0o755)
        self._command, command = _FORK.Pipe()
        self._process = _FORK.Process(target=_serve, args=(self.folder / SOCKET, server / SOCKET, command), daemon=True)
        self._process.start()
        self._command.recv()

    def cut(self) -> None:
        """Every connection breaks off now."""
        self._command.send("cut")
        self._command.recv()

    def deafen(self) -> None:
        """What the clients say still arrives; no answer does, and then every connection breaks off."""
        self._command.send("deaf")
        self._command.recv()

    def close(self) -> None:
        """Stop and leave nothing."""
        self._process.kill()
        self._process.join()
        for left in self.folder.iterdir():
            left.unlink()
        self.folder.rmdir()


def _serve(here: Path, there: Path, command: Connection) -> None:
    asyncio.run(_run(here, there, command))


async def _run(here: Path, there: Path, command: Connection) -> None:
    lines: set[_Line] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            server = await asyncio.open_unix_connection(there)
        except OSError:
            writer.transport.abort()
            return
        line = _Line(writer, server[1])
        lines.add(line)
        await asyncio.gather(line.pass_on(reader, server[1], False), line.pass_on(server[0], writer, True))
        lines.discard(line)

    async def deaf() -> None:
        found = [*lines]
        for line in found:
            line.deaf = True
        await asyncio.sleep(0.05)
        for line in found:
            line.cut()

    def told() -> None:
        asked = command.recv()
        if asked == "cut":
            for line in [*lines]:
                line.cut()
        else:
            tasks.append(asyncio.ensure_future(deaf()))
        command.send("done")

    tasks: list[asyncio.Future[None]] = []
    server = await asyncio.start_unix_server(connected, here)
    here.chmod(0o777)
    asyncio.get_running_loop().add_reader(command.fileno(), told)
    command.send(os.getpid())
    async with server:
        await server.serve_forever()


class _Line:
    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.deaf = False
        self._ends = (client, server)

    async def pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, answers: bool) -> None:
        try:
            while said := await source.read(1 << 16):
                if not (answers and self.deaf):
                    target.write(said)
                    await target.drain()
        except OSError:
            pass
        self.cut()

    def cut(self) -> None:
        for end in self._ends:
            end.transport.abort()
