"""Passwords of database logins: in the system's keyring or nowhere, never in a file."""

from __future__ import annotations

from xlcrm.crypto.keys import safe_keyring

SERVICE = "xlcrm password"


def kept(login: str) -> str | None:
    """The password kept for ``login`` (person@host:port); None where there is none or the keyring is locked."""
    keyring = safe_keyring()
    if keyring is None:
        return None
    from keyring.errors import KeyringError

    try:
        found: str | None = keyring.get_password(SERVICE, login)
    except KeyringError:
        return None
    return found


def keep(login: str, password: str) -> bool:
    """Keep ``password`` for ``login`` from now on; False where there is no safe keyring, or it is locked."""
    keyring = safe_keyring()
    if keyring is None:
        return False
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, login, password)
    except KeyringError:
        return False
    return True


def forget(login: str) -> None:
    """Keep no password for ``login`` any more."""
    keyring = safe_keyring()
    if keyring is None:
        return
    from keyring.errors import KeyringError

    try:
        keyring.delete_password(SERVICE, login)
    except KeyringError:  # there was none, or the keyring stays locked
        return
