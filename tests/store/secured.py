"""A server that is reached over the network: TLS with certificates of an authority of the tests' own, passwords by SCRAM."""

from __future__ import annotations

import os
import pwd
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.store.cluster import ACCESS, SETTINGS, Cluster

HOST = "crm.example.test"  # a name that no machine has: the address says where it is


class Authority:
    """Signs certificates."""

    def __init__(self, name: str) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        ends = datetime.now(UTC) + timedelta(days=3650)
        made = self._begun(self._name, self._key, datetime.now(UTC) - timedelta(days=1000), ends)
        made = made.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        self.pem = made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def certificate(self, host: str, days: int = 30, begins: int = -400) -> tuple[bytes, bytes]:
        """A certificate for ``host`` from ``begins`` days from now until ``days`` from now, and its key (both PEM)."""
        key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
        made = self._begun(subject, key, now + timedelta(days=begins), now + timedelta(days=days))
        made = made.add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        signed = made.sign(self._key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        return signed, key.private_bytes(*form)

    def _begun(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, begins: datetime, ends: datetime
    ) -> x509.CertificateBuilder:
        made = x509.CertificateBuilder().subject_name(subject).issuer_name(self._name).public_key(key.public_key())
        return made.serial_number(x509.random_serial_number()).not_valid_before(begins).not_valid_after(ends)


class Secured(Cluster):
    """A cluster that listens on the loopback, too; what comes over the network must be encrypted and brings a password."""

    def __init__(self, programs: Path) -> None:
        with socket.socket() as tried:
            tried.bind(("127.0.0.1", 0))
            self.port = tried.getsockname()[1]
        self.authority = Authority("xlcrm tests")
        self._certificate: tuple[bytes, bytes] | None = self.authority.certificate(HOST)
        settings = [one for one in SETTINGS if not one.startswith("listen_addresses")]
        super().__init__(programs, (*settings, "listen_addresses=127.0.0.1", f"port={self.port}"))
        self.roots = self.folder / "root.crt"
        self.roots.write_bytes(self.authority.pem)
        self.folder.chmod(0o755)

    def start(self) -> None:
        (self.data / "pg_hba.conf").write_text(ACCESS + "host all all 127.0.0.1/32 scram-sha-256\n")
        shown = self._certificate
        (self.data / "postgresql.auto.conf").write_text(f"ssl = {'on' if shown else 'off'}\n")
        for name, content in zip(("server.crt", "server.key"), shown or (b"", b""), strict=True):
            path = self.data / name
            path.write_bytes(content)
            path.chmod(0o600)
            if os.geteuid() == 0:
                account = pwd.getpwnam("postgres")
                os.chown(path, account.pw_uid, account.pw_gid)
        super().start()

    def show(self, certificate: tuple[bytes, bytes] | None) -> None:
        """Come back with another certificate; None: without TLS."""
        self.stop()
        self._certificate = certificate
        self.start()

    def remote(self, database: str, account: str, password: str = "", *, host: str = HOST, more: str = "") -> str:
        """The address of ``database`` as another machine would write it."""
        login = f"{account}:{password}" if password else account
        return f"postgresql://{login}@{host}:{self.port}/{database}?hostaddr=127.0.0.1{more}"
