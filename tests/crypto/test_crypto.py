"""Sealing, digests, and where keys come from."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.backends import fail, null
from keyring.errors import KeyringLocked

from xlcrm.crypto import keys
from xlcrm.crypto.cipher import Cipher, Keys, Tampered, key_id, nonces
from xlcrm.crypto.keys import Lock
from xlcrm.errors import KeysError

CIPHER = Cipher(Keys(b"w" * 32, b"i" * 32))
(KEY, WRAPPED), (OTHER, _) = CIPHER.new_data_keys(["a", "b"])


class Safe(KeyringBackend):
    """A keyring such as a desktop has, in memory."""

    priority = -1  # keyring knows every class of this kind: it must not take this one for the system's by itself

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}
        self.locked = False

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise KeyringLocked
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if self.locked:
            raise KeyringLocked
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class PlaintextKeyring(Safe):
    """What keyrings.alt offers under this name writes base64 into a file."""


@pytest.fixture
def backend() -> Iterator[Safe]:
    before, safe = keyring.get_keyring(), Safe()
    keyring.set_keyring(safe)
    yield safe
    keyring.set_keyring(before)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_what_is_sealed_opens_at_its_place_only(text: str) -> None:
    stored = KEY.seal("customer|phone|1", text)
    assert stored.startswith("v1:a:") and key_id(stored) == "a"
    assert KEY.open("customer|phone|1", stored) == text
    for place in ("customer|phone|2", "customer|email|1", "contact|phone|1"):
        with pytest.raises(Tampered):
            KEY.open(place, stored)
    with pytest.raises(Tampered):
        OTHER.open("customer|phone|1", stored)


def test_equal_texts_are_sealed_differently_and_digested_alike() -> None:
    assert len({KEY.seal("x", "same") for _ in range(50)}) == 50
    assert CIPHER.digest("甲") == CIPHER.digest("甲") != Cipher(Keys(b"w" * 32, b"j" * 32)).digest("甲")
    assert len(CIPHER.digest("甲")) == 64
    assert len(set(nonces(1000))) == 1000 and {len(nonce) for nonce in nonces(3)} == {12}


@pytest.mark.parametrize("broken", ["", "v1", "v1:a", "v2:a:AAAA", "v1:a:", "v1:a:!!!", "v1:a:AAAA"])
def test_what_was_never_sealed_does_not_open(broken: str) -> None:
    with pytest.raises(Tampered):
        KEY.open("x", broken)


def test_data_keys_are_wrapped_for_one_customer_of_one_store() -> None:
    assert CIPHER.data_key("a", WRAPPED).open("p", KEY.seal("p", "text")) == "text"
    for cipher, customer in ((CIPHER, "b"), (Cipher(Keys(b"x" * 32, b"i" * 32)), "a")):
        with pytest.raises(Tampered):
            cipher.data_key(customer, WRAPPED)


@pytest.mark.parametrize("line", ["", "short", "zz" * 64, "A" * 88, "00" * 63])
def test_a_malformed_key_is_refused(line: str) -> None:
    with pytest.raises(KeysError) as caught:
        keys.parse(line)
    assert caught.value.key == "crypto.bad_key" and "XLCRM_KEY" in caught.value.hint()


def test_keys_are_read_as_base64_or_hex() -> None:
    found = keys.parse(keys.new_key())
    assert keys.parse((found.wrap + found.index).hex()) == found
    assert "wrap" not in repr(found)


def test_the_environment_comes_first(backend: Safe) -> None:
    line = keys.new_key()
    assert keys.create("s", environ={"XLCRM_KEY": line}) == (keys.parse(line), None)
    assert keys.load(Lock("s"), environ={"XLCRM_KEY": line}).keys == keys.parse(line) and not backend.kept


def test_a_safe_keyring_keeps_the_key_of_each_store(backend: Safe) -> None:
    found, sealed = keys.create("s", environ={})
    assert sealed is None and keys.load(Lock("s"), environ={}).keys == found
    with pytest.raises(KeysError) as caught:
        keys.load(Lock("another"), environ={})
    assert caught.value.key == "crypto.missing"
    backend.locked = True
    calls: list[Callable[[], object]] = [lambda: keys.load(Lock("s"), environ={}), lambda: keys.create("t", environ={})]
    for call in calls:
        with pytest.raises(KeysError) as caught:
            call()
        assert caught.value.key == "crypto.keyring_locked"


@pytest.mark.parametrize("unsafe", [fail.Keyring, null.Keyring, PlaintextKeyring])
def test_an_unsafe_keyring_is_refused(backend: Safe, unsafe: type[KeyringBackend]) -> None:
    keyring.set_keyring(unsafe())
    with pytest.raises(KeysError) as caught:
        keys.create("s", environ={})
    assert caught.value.key == "crypto.no_keyring"


def test_the_file_keyring_of_keyrings_alt_is_refused(backend: Safe) -> None:
    alt = type("EncryptedLooking", (Safe,), {"__module__": "keyrings.alt.file"})
    keyring.set_keyring(alt())
    assert keys.safe_keyring() is None


def test_a_passphrase_seals_the_keys(backend: Safe) -> None:
    keyring.set_keyring(fail.Keyring())  # type: ignore[no-untyped-call]
    found, sealed = keys.create("s", environ={"XLCRM_PASSPHRASE": "口令"})
    assert sealed and keys.load(Lock("s", sealed), ask=lambda: "口令", environ={}).keys == found
    for store, said, key in (("s", "错", "wrong_passphrase"), ("t", "口令", "wrong_passphrase"), ("s", "", "passphrase_needed")):
        with pytest.raises(KeysError) as caught:
            keys.load(Lock(store, sealed), ask=lambda said=said: said, environ={})  # type: ignore[misc]
        assert caught.value.key == f"crypto.{key}"


def test_the_keyring_is_not_imported_where_the_environment_has_the_key() -> None:
    import subprocess

    code = (
        "import sys; from xlcrm.crypto import keys; keys.load(keys.Lock('s'), environ={'XLCRM_KEY': keys.new_key()}); "
        "print('keyring' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "False"
