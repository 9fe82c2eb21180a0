"""Boxes: only the two of them open one, each knows who made it, and nothing of it can be changed or moved."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.crypto import identity
from xlcrm.crypto.box import Pair
from xlcrm.errors import KeysError

LI, ZHAO, EVE = (Pair(identity.new(), "folder") for _ in range(3))


@given(st.binary(max_size=2000), st.text(max_size=50))
def test_what_one_closes_the_other_opens(content: bytes, place: str) -> None:
    sealed = LI.close(content, ZHAO.public, place)
    assert ZHAO.open(sealed, LI.public, place) == content
    assert len(content) < 8 or content not in sealed


def test_nobody_else_opens_it_or_could_have_made_it() -> None:
    sealed = LI.close(b"x", ZHAO.public, "here")
    for pair, of, place in (
        (EVE, LI.public, "here"),
        (ZHAO, EVE.public, "here"),
        (ZHAO, LI.public, "there"),
        (LI, ZHAO.public, "here"),
    ):
        with pytest.raises(KeysError):
            pair.open(sealed, of, place)
    for at in range(len(sealed)):
        changed = bytearray(sealed)
        changed[at] ^= 1
        with pytest.raises(KeysError):
            ZHAO.open(bytes(changed), LI.public, "here")


@pytest.mark.parametrize("public", ["", "no base64", "AAAA", "A" * 43 + "="])
def test_what_is_no_public_half_is_refused(public: str) -> None:
    with pytest.raises(KeysError):
        LI.close(b"x", public, "here")


def test_a_pair_follows_from_its_secret_and_purpose() -> None:
    secret = identity.new()
    assert Pair(secret, "folder").public == Pair(f" {secret}\n", "folder").public != Pair(secret, "other").public
    assert Pair(secret, "folder").derived("copy") != Pair(secret, "folder").derived("box folder")
