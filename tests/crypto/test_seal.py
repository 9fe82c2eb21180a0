"""What this machine keeps for itself is sealed by what the person has here."""

from __future__ import annotations

from collections.abc import Iterator

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.crypto.test_crypto import PlaintextKeyring, Safe
from xlcrm.crypto import keys
from xlcrm.crypto.seal import Seal
from xlcrm.errors import KeysError

LINE = keys.new_key()
WAYS = [{"XLCRM_KEY": LINE}, {"XLCRM_IDENTITY": "AGE-SECRET-KEY-1"}, {"XLCRM_PASSPHRASE": "geheim"}]


@pytest.fixture(autouse=True)
def backend() -> Iterator[Safe]:
    before, safe = keyring.get_keyring(), Safe()
    keyring.set_keyring(safe)
    yield safe
    keyring.set_keyring(before)


def flipped(sealed: bytes, place: int) -> bytes:
    return sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]


@given(st.binary(), st.text())
def test_what_is_sealed_opens_for_its_place_only(content: bytes, place: str) -> None:
    seal = Seal(environ=WAYS[0])
    sealed = seal.close(content, place)
    assert seal.open(sealed, place) == content
    assert len(content) < 4 or content not in sealed.partition(b"\n")[2], "behind the word that says what it is"
    for wrong in (sealed[:-1], flipped(sealed, 20), flipped(sealed, 0), b""):
        with pytest.raises(KeysError):
            seal.open(wrong, place)
    with pytest.raises(KeysError):
        seal.open(sealed, place + "x")


@pytest.mark.parametrize("way", [*WAYS, {}])
def test_each_secret_opens_what_it_sealed_and_no_other_does(way: dict[str, str], backend: Safe) -> None:
    if way:
        keyring.set_keyring(PlaintextKeyring())
    sealed = Seal(environ=way).close(b"x", "p")
    assert Seal(environ=way).open(sealed, "p") == b"x"
    keyring.set_keyring(PlaintextKeyring())
    for other in [*WAYS, {}]:
        if other != way:
            with pytest.raises(KeysError) as caught:
                Seal(environ=other).open(sealed, "p")
            assert caught.value.key == "crypto.other_seal"


def test_what_the_keyring_sealed_opens_beside_another_secret(backend: Safe) -> None:
    sealed = Seal(environ={}).close(b"x", "p")
    assert Seal(environ=WAYS[0]).open(sealed, "p") == b"x"


def test_a_passphrase_is_asked_where_nothing_else_is_there() -> None:
    keyring.set_keyring(PlaintextKeyring())
    sealed = Seal(lambda: "geheim", {}).close(b"x", "p")
    assert Seal(environ={"XLCRM_PASSPHRASE": "geheim"}).open(sealed, "p") == b"x"


def test_without_any_secret_nothing_is_sealed(backend: Safe) -> None:
    backend.locked = True
    with pytest.raises(KeysError) as caught:
        Seal(environ={}).close(b"x", "p")
    assert caught.value.key == "crypto.no_seal"
