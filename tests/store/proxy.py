"""A way to a server that breaks when a test wants it: before, during or after the commit of an operation, or altogether."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from pathlib import Path

APPLY = b"xlcrm.apply("
TLS = struct.pack("!I", 80877103)  # the client asks for it
_FIELDS = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"
STARTING = b"E" + struct.pack("!I", len(_FIELDS) + 4) + _FIELDS  # what a server says until it is ready


class Proxy:
    """Listens on the loopback and passes everything on to the socket of a server.

    ``cut``: "" nothing; "away" nobody is let through; else the connection that sends an operation ends: "before" it arrives, "during"
    it, when it is executed and not yet committed, or "after" it, when it is committed and nobody was told.
    ``logins``: so many connections more end when they send a password; ``starting``: so many more are told to come later.
    """

    def __init__(self, server: Path) -> None:
        self.cut = ""
        self.cuts = 0
        self.logins = 0
        self.starting = 0
        self._server = server
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        self._listening.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self._listening.accept()[0]
                if self.cut == "away":
                    client.close()
                    continue
                if self.starting:
                    self._put_off(client)
                    continue
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(self._server))
                _Line(self, client, server)

    def _put_off(self, client: socket.socket) -> None:
        self.starting -= 1
        with client:
            if client.recv(65536)[4:8] == TLS:
                client.sendall(b"N")
                client.recv(65536)
            client.sendall(STARTING)


class _Line:
    """One connection, pumped in both directions."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._sent = b""
        self._held = b""
        threading.Thread(target=self._there, daemon=True).start()
        threading.Thread(target=self._back, daemon=True).start()

    def _there(self) -> None:
        with contextlib.suppress(OSError):
            while part := self._client.recv(65536):
                self._sent += part
                applied = APPLY in self._sent
                if self._proxy.logins and part.startswith(b"p"):  # a password, or a step of SCRAM
                    self._proxy.logins -= 1
                    self._proxy.cuts += 1
                    break
                if self._proxy.cut == "before" and applied:
                    self._end()
                elif self._proxy.cut == "during" and applied and b"COMMIT" in part:
                    self._server.sendall(part[: part.index(b"COMMIT") - 6])  # without the message that says it
                    self._end()
                else:
                    self._server.sendall(part)
        self._close()

    def _back(self) -> None:
        with contextlib.suppress(OSError):
            while part := self._server.recv(65536):
                if self._proxy.cut == "after" and APPLY in self._sent:
                    self._held += part
                    if b"COMMIT\0" in self._held:
                        self._end()
                else:
                    self._client.sendall(part)
        self._close()

    def _end(self) -> None:
        self._proxy.cuts += 1
        self._proxy.cut = "away"
        self._close()
        raise OSError

    def _close(self) -> None:
        for end in (self._client, self._server):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()
