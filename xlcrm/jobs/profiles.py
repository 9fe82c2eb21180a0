"""The stores a person works with, by names of their own: a small file in the user's folder, no passwords in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

from xlcrm.errors import StoreError, UsageError
from xlcrm.store.share import on_share

SERVERS = ("postgresql://", "postgres://")
FOLDER = "folder:"
EMBEDDED = ("local", "本机")
"""What the store on this machine is called: no name for another one."""
_LARGEST = 1_000_000  # bytes
_NAME = re.compile(r"[\w-]{1,40}")
_CERTIFICATE = b"-----BEGIN CERTIFICATE-----"


def load(path: Path) -> dict[str, str]:
    """Address by name; nothing where the file was never made. UsageError when it cannot be understood."""
    try:
        if path.stat().st_size > _LARGEST:
            raise UsageError("login.profiles_damaged", path=path)
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise UsageError("login.profiles_damaged", path=path) from error
    if not isinstance(found, dict) or not all(isinstance(url, str) for url in found.values()):
        raise UsageError("login.profiles_damaged", path=path)
    return found


def save(path: Path, profiles: Mapping[str, str]) -> None:
    """Keep ``profiles``, whole or not at all. UsageError when the folder cannot be written."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(dict(sorted(profiles.items())), ensure_ascii=False, indent=1), "utf-8")
        fresh.replace(path)
    except OSError as error:
        raise UsageError("login.profiles_unwritable", path=path) from error


def find(path: Path, name: str) -> str | None:
    """The address known as ``name``; None where it is no name but a path. UsageError for a name that nobody added."""
    known = load(path)
    if name not in known and _NAME.fullmatch(name):
        raise UsageError("login.no_profile", name=name, known="、".join(sorted(known)) or "-")
    return known.get(name)


def add(path: Path, name: str, url: str, certificates: Path | None = None) -> tuple[str, bool | None]:
    """Know ``url`` (an address, a shared folder, or an embedded store's path) as ``name`` from now on; nothing is connected to.

    A file of root ``certificates`` is copied beside the profiles. Gives the address as it is kept, and whether the password that
    was in it went to the keyring; None where there was none. UsageError: no name, no address, one less safe than it must be, no
    certificates. StoreError: a path on a network share.
    """
    if not _NAME.fullmatch(name) or name in EMBEDDED:
        raise UsageError("login.bad_name", name=name)
    if url.startswith(FOLDER):
        url = f"{FOLDER}{Path(url.removeprefix(FOLDER)).expanduser().absolute()}"
        save(path, load(path) | {name: url})
        return url, None
    if not url.startswith(SERVERS):
        kind, slashes, rest = url.rpartition("://")
        if slashes and kind != "sqlite":
            raise UsageError("cli.store_kind", url=url)
        place = Path(rest[1:] if slashes else url).expanduser().absolute()
        if on_share(place):
            raise StoreError("store.share", path=place)
        save(path, load(path) | {name: f"sqlite:///{place}"})
        return f"sqlite:///{place}", None
    from xlcrm.store.postgres import address

    known = load(path)
    if certificates is not None:
        kept = path.parent / "certificates" / f"{name}.pem"
        _copy(certificates, kept)
        url = address.with_roots(url, kept)
    address.parse(url)
    bare = address.shown(url)
    save(path, known | {name: bare})
    return bare, keep_password(url)


def remove(path: Path, name: str) -> None:
    """Forget ``name``, and the password kept for its login where no other name needs it. UsageError for an unknown one."""
    known = load(path)
    url = find(path, name)
    if url is None:
        raise UsageError("login.bad_name", name=name)
    del known[name]
    save(path, known)
    (path.parent / "certificates" / f"{name}.pem").unlink(missing_ok=True)
    if url.startswith(SERVERS):
        from xlcrm.crypto import passwords
        from xlcrm.store.postgres import address

        login = address.parse(url).login
        if all(address.parse(other).login != login for other in known.values() if other.startswith(SERVERS)):
            passwords.forget(login)


def keep_password(url: str) -> bool | None:
    """Lay the password in ``url`` into the keyring; None where there is none, False where there is no safe keyring."""
    if not url.startswith(SERVERS):
        return None
    from xlcrm.crypto import passwords
    from xlcrm.store.postgres import address

    secret = address.secret(url)
    return passwords.keep(address.parse(url).login, secret) if secret else None


def _copy(source: Path, path: Path) -> None:
    """Copy a file of root certificates (PEM) to ``path``. UsageError when it is none, or cannot be copied."""
    try:
        found = source.read_bytes()
    except OSError as error:
        raise UsageError("cli.missing", path=source) from error
    if _CERTIFICATE not in found or len(found) > _LARGEST:
        raise UsageError("login.bad_ca", path=source)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(found)
    except OSError as error:
        raise UsageError("login.profiles_unwritable", path=path) from error
