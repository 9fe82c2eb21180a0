"""Identities, copies of keys that only one of them opens, and the printed recovery passphrase."""

from __future__ import annotations

import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.crypto import identity, keys, recovery
from xlcrm.crypto.cipher import Cipher, Keys, Superseded, Tampered, key_version
from xlcrm.crypto.keys import Copy, Lock
from xlcrm.errors import KeysError

KEYS = Keys(b"w" * 32, b"i" * 32)
ANNA, BEN = identity.new(), identity.new()
LETTERS = "023456789ABCDEFGHJKMNPQRSTVWXYZ"


def lock(*copies: Copy, version: int = 1, passphrase: str | None = None) -> Lock:
    return Lock("s", passphrase, copies, version)


def admitted(secret: str, holder: str = "a", sealed: str = "", printed: bool = False, store: str = "s") -> Copy:
    public = identity.public(secret)
    return Copy(holder, public, sealed, identity.copy(KEYS, public, store, holder), identity.tag(KEYS, public, holder), printed)


def fault(wanted: Lock, ask: keys.Ask | None = None, **environ: str) -> str:
    with pytest.raises(KeysError) as caught:
        keys.load(wanted, ask, environ)
    assert caught.value.sentence("zh") and caught.value.hint("en")
    return caught.value.key.removeprefix("crypto.")


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlcrm.crypto.keys.safe_keyring", lambda: None)


def test_a_copy_opens_for_its_holder_only() -> None:
    copy = identity.copy(KEYS, identity.public(ANNA), "s", "a")
    assert identity.opened(copy, ANNA, "s", "a") == KEYS and "w" * 10 not in copy
    for secret, store, holder in ((BEN, "s", "a"), (ANNA, "t", "a"), (ANNA, "s", "b")):
        with pytest.raises(KeysError) as caught:
            identity.opened(copy, secret, store, holder)
        assert caught.value.key == "crypto.copy_tampered"


@given(st.integers(0, 500), st.sampled_from(string.ascii_letters))
def test_a_copy_that_was_changed_does_not_open(place: int, letter: str) -> None:
    copy = identity.copy(KEYS, identity.public(ANNA), "s", "a")
    place %= len(copy) - 4  # the last letters of base64 hold unused bits
    changed = copy[:place] + letter + copy[place + 1 :]
    if changed != copy:
        with pytest.raises(KeysError):
            identity.opened(changed, ANNA, "s", "a")


def test_an_identity_opens_the_store_where_it_was_admitted() -> None:
    both = lock(admitted(BEN, "b"), admitted(ANNA))
    found = keys.load(both, environ={"XLCRM_IDENTITY": ANNA})
    assert found.keys == KEYS and found.identity == ANNA
    assert fault(lock(admitted(BEN, "b")), XLCRM_IDENTITY=ANNA) == "not_admitted"
    assert fault(both) == "not_admitted" and fault(lock()) == "missing"
    assert fault(both, XLCRM_IDENTITY="AGE-SECRET-KEY-1") == "bad_identity"
    waits = Copy("a", identity.public(ANNA), "", "", "", False)
    assert fault(lock(waits, admitted(BEN, "b")), XLCRM_IDENTITY=ANNA) == "not_admitted"


def test_a_service_is_handed_its_identity_by_systemd(tmp_path: Path) -> None:
    (tmp_path / keys.CREDENTIAL).write_text(f"{ANNA}\n", "utf-8")
    found = keys.load(lock(admitted(ANNA)), environ={"CREDENTIALS_DIRECTORY": str(tmp_path)})
    assert found.keys == KEYS and found.origin == "identity_environment"
    assert fault(lock(admitted(ANNA)), CREDENTIALS_DIRECTORY=str(tmp_path / "none")) == "not_admitted"


def test_copies_that_were_swapped_in_the_store_are_noticed() -> None:
    one, other = admitted(ANNA), admitted(BEN, "b")
    swapped = Copy(one.holder, one.public, "", other.copy, other.tag, False)
    assert fault(lock(swapped), XLCRM_IDENTITY=ANNA) == "copy_tampered"
    renamed = Copy(other.holder, one.public, "", one.copy, one.tag, False)
    assert fault(lock(renamed), XLCRM_IDENTITY=ANNA) == "copy_tampered"


def test_an_identity_without_keyring_lies_under_a_passphrase_of_its_own() -> None:
    sealed = keys.seal_identity(ANNA, "我的口令", "a")
    mine = lock(admitted(ANNA, sealed=sealed))
    assert keys.load(mine, ask=lambda: "我的口令", environ={}).keys == KEYS
    assert fault(mine, lambda: "别的") == "wrong_passphrase" and fault(mine) == "passphrase_needed"
    moved = lock(admitted(ANNA, "b", sealed))
    assert fault(moved, lambda: "我的口令") == "wrong_passphrase"


def test_the_recovery_passphrase_opens_what_is_copied_for_it() -> None:
    code = recovery.new()
    printed = lock(admitted(BEN, "r", keys.seal_identity(BEN, code, "r"), printed=True), admitted(ANNA))
    assert keys.recovered(printed, code).keys == KEYS
    assert keys.load(printed, environ={"XLCRM_PASSPHRASE": code.lower().replace("-", " ")}).keys == KEYS
    with pytest.raises(KeysError) as caught:
        keys.recovered(printed, recovery.new())
    assert caught.value.key == "crypto.wrong_recovery"
    with pytest.raises(KeysError) as caught:
        keys.recovered(lock(admitted(ANNA)), code)
    assert caught.value.key == "crypto.no_recovery"


@given(st.integers(0, 34), st.sampled_from(LETTERS))
def test_a_slip_in_the_recovery_passphrase_is_pointed_out(place: int, letter: str) -> None:
    code = recovery.new()
    letters = list(code.replace("-", ""))
    if letters[place] == letter:
        return
    letters[place] = letter
    with pytest.raises(KeysError) as caught:
        recovery.read("".join(letters))
    assert caught.value.key == "crypto.recovery_typed" and caught.value.values["group"] == place // 5 + 1


@given(st.integers(0, 33))
def test_two_letters_or_groups_that_changed_places_are_pointed_out(place: int) -> None:
    code = recovery.new().replace("-", "")
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    group = place // 5 * 5
    turned = code[:group] + code[group + 5 : group + 10] + code[group : group + 5] + code[group + 10 :]
    for other in (swapped, turned):
        if other != code:
            with pytest.raises(KeysError):
                recovery.read(other)


def test_the_recovery_passphrase_is_read_as_people_type_it() -> None:
    code = recovery.new()
    assert recovery.read(f" {code.lower().replace('-', '  ').replace('0', 'o')} ") == code and len(code) == 41
    assert recovery.looks(code) and not recovery.looks("correct horse battery") and not recovery.looks("团队口令")
    with pytest.raises(KeysError) as caught:
        recovery.read(code[:-6])
    assert caught.value.key == "crypto.recovery_length"
    assert len({recovery.new() for _ in range(100)}) == 100


def test_fingerprints_are_digits_and_differ() -> None:
    prints = {identity.fingerprint(identity.public(identity.new())) for _ in range(50)}
    assert len(prints) == 50 and all(len(one) == 35 and one.replace(" ", "").isdigit() for one in prints)


def test_a_new_store_key_opens_what_the_former_one_wrapped_and_not_the_other_way() -> None:
    before = Cipher(KEYS)
    (key, wrapped), (other, _) = before.new_data_keys(["a", "b"])
    fresh, former = before.successor()
    after = Cipher(fresh)
    with pytest.raises(Tampered):
        after.data_key("a", wrapped)  # the former one was not handed over
    after.adopt(fresh, former)
    again = after.rewrapped("a", wrapped)
    assert (key_version(wrapped), key_version(again), fresh.version) == (1, 2, 2) and fresh.index == KEYS.index
    assert after.data_key("a", again).open("p", key.seal("p", "text")) == "text"
    with pytest.raises(Superseded):
        before.data_key("a", again)
    with pytest.raises(Tampered):
        after.data_key("b", again)
    assert other.id == "b" and after.check("s").startswith("v1:store2:")
    with pytest.raises(KeysError) as caught:
        before.confirm("s", after.check("s"))
    assert caught.value.key == "crypto.old_key"


def test_who_holds_no_keys_admits_nobody() -> None:
    public = identity.public(ANNA)
    assert identity.tag(KEYS, public, "a") not in (
        identity.tag(Keys(b"x" * 32, KEYS.index), public, "a"), identity.tag(KEYS, public, "b"), identity.tag(KEYS, identity.public(BEN), "a"),
    )  # fmt: skip
