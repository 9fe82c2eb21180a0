"""What somebody with the file in hand can and cannot do unnoticed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from tests.store.conftest import CIPHER, ZHANG, context
from xlcrm.errors import StoreError
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Kept, Operation
from xlcrm.store import sqlite, triggers
from xlcrm.store.sql import SqlStore

SECRETS = {"phone": "+8613777712345", "email": "planted@haihe.example", "identity": "110101199003070011", "bankcard": "6222020200112233445"}


def customer(name: str, **more: str) -> Change:
    rid = new_rid()
    keys = (f"p:{more.get('phone', '')}", f"e:{more.get('email', '')}", f"n:{name}")
    return Change("customer", rid, rid, {"name": name, **more}, keys=keys, token=f"{rid}:1")


def put(store: SqlStore, *changes: Change) -> None:
    store.apply(Operation("submit", list(changes), workbook="w"), context())


@pytest.fixture
def changes(path: Path) -> list[Change]:
    """Three operations: people with entries 1-4, one change (5), one more customer (6)."""
    store = sqlite.open(path, CIPHER)
    made = [customer(f"公司{place}", phone=f"+861391234567{place}") for place in range(4)]
    put(store, *made)
    put(store, Change("customer", made[0].rid, made[0].rid, {"phone": "+8613800138000"}, 1))
    put(store, customer("末公司"))
    store.close()
    return made


def edit(path: Path, *statements: str, guarded: bool = False) -> None:
    connection = sqlite3.connect(path)
    try:
        if not guarded:
            for name in triggers.SQLITE:
                connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    finally:
        connection.close()


def faults(path: Path) -> list[tuple[str, object]]:
    store = sqlite.open(path, CIPHER)
    found = [(key.removeprefix("store."), values.get("entry", values.get("operation"))) for key, values in store.verify().faults]
    store.close()
    return found


def test_sensitive_values_are_nowhere_in_the_files(path: Path) -> None:
    store, change = sqlite.open(path, CIPHER), customer("公司", **SECRETS)
    contact = Change("contact", new_rid(), change.rid, {"name": "李芳", "phone": "+8613666654321", "email": "second@haihe.example"})
    put(store, change, contact)
    put(store, Change("customer", change.rid, change.rid, {"phone": "+8613555598765"}, 1, kept=(Kept("phone", "+8613444411111", "x"),)))
    store.search("98765")
    planted = [*SECRETS.values(), "+8613666654321", "second@haihe.example", "+8613555598765", "+8613444411111"]
    for suffix in ("", "-wal", "-shm"):
        content = path.with_name(path.name + suffix).read_bytes()
        for secret in planted:
            for form in (secret, secret.removeprefix("+86"), secret.rpartition("@")[0] or secret):
                assert form.encode() not in content, (form, suffix)
    assert path.with_name(path.name + "-wal").stat().st_size > 0


@pytest.mark.parametrize("statement", [
    "DELETE FROM entry", "UPDATE entry SET after = 'x'", "UPDATE entry SET seq = seq + 100", "DELETE FROM operation",
    "UPDATE operation SET actor = 'x'", "DELETE FROM customer", "UPDATE entry SET before='', after='', salt='', reason='', place='x'",
])  # fmt: skip
def test_the_log_and_the_records_refuse(path: Path, changes: list[Change], statement: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        edit(path, statement, guarded=True)
    assert faults(path) == []


def test_replacing_a_record_does_not_slip_past_the_triggers(path: Path, changes: list[Change]) -> None:
    store = sqlite.open(path, CIPHER)
    with pytest.raises(Exception, match="append-only"), store._writing() as connection:
        connection.exec_driver_sql("INSERT OR REPLACE INTO entry SELECT * FROM entry WHERE seq = 1")


def test_a_redacted_entry_leaves_the_chain_intact(path: Path, changes: list[Change]) -> None:
    edit(path, "UPDATE entry SET before = '', after = '', reason = '', salt = '' WHERE seq = 2")
    assert faults(path) == []


@pytest.mark.parametrize(("statements", "found"), [
    (["UPDATE entry SET after = replace(after, '公司1', '公司9') WHERE seq = 2"], ("entry_edited", 2)),
    (["UPDATE entry SET rid = 'x' WHERE seq = 3"], ("entry_edited", 3)),
    (["DELETE FROM entry WHERE seq = 2"], ("entry_removed", 2)),
    (["DELETE FROM entry WHERE seq = 4"], ("entry_removed", 4)),
    (["UPDATE entry SET seq = -1 WHERE seq = 2", "UPDATE entry SET seq = 2 WHERE seq = 3", "UPDATE entry SET seq = 3 WHERE seq = -1"],
     ("entry_reordered", 2)),
    (['INSERT INTO entry SELECT 99, operation, "table", rid, version_from, version_to, place, before, after, reason, salt, payload, hash '
      "FROM entry WHERE seq = 2"], ("entry_inserted", 99)),
    (['INSERT INTO entry SELECT 99, \'none\', "table", rid, version_from, version_to, place, before, after, reason, salt, payload, hash '
      "FROM entry WHERE seq = 2"], ("entry_inserted", 99)),
    (["UPDATE operation SET actor = 'x' WHERE seq = 2"], ("operation_edited", 2)),
    (["DELETE FROM entry WHERE seq = 5", "DELETE FROM operation WHERE seq = 2"], ("operation_removed", 2)),
    (["DELETE FROM entry WHERE seq = 6", "DELETE FROM operation WHERE seq = 3"], ("operation_removed", 3)),
    (["UPDATE customer SET grade = 'A' WHERE name = '公司1'"], ("record_differs", None)),
    (["DELETE FROM customer WHERE name = '公司1'"], ("record_differs", None)),
    (["INSERT INTO customer (rid, name, life, version) VALUES ('x', '假公司', 'live', 1)"], ("record_differs", None)),
])  # fmt: skip
def test_verifying_names_what_was_done(path: Path, changes: list[Change], statements: list[str], found: tuple[str, object]) -> None:
    edit(path, *statements)
    assert faults(path)[0] == found


def test_it_is_said_which_operation_and_who_and_when(path: Path, changes: list[Change]) -> None:
    edit(path, "UPDATE entry SET after = replace(after, '公司1', '公司9') WHERE seq = 2", "DELETE FROM entry WHERE seq = 5")
    store = sqlite.open(path, CIPHER)
    said = {"at": "2025-03-05 14:30:00", "actor": ZHANG.rid}
    assert store.verify().faults[:2] == (
        ("store.entry_edited", {"entry": 2, "operation": 1} | said), ("store.entry_removed", {"entry": 5, "operation": 2} | said),
    )  # fmt: skip
    store.close()


def test_heads_that_were_printed_witness_against_a_log_that_holds_together(path: Path, tmp_path: Path) -> None:
    """Whoever owns the file may write it anew, wholly sound; not what stands in the receipts."""
    heads = {}
    for other in (path, tmp_path / "other.db"):
        store = sqlite.open(other, CIPHER)
        heads[other] = [store.apply(Operation("submit", [customer(f"公司{turn}")]), context()).head for turn in range(3)]
        assert not store.verify(heads[other]).faults and store.verify().head == heads[other][-1]
        assert not store.verify([head[:18] for head in heads[other]]).faults, "16 digits are enough"
        store.close()
    edit(path, "DELETE FROM entry WHERE seq = 3", "DELETE FROM operation WHERE seq = 3", "DELETE FROM customer WHERE name = '公司2'",
         "UPDATE meta SET value = (SELECT head FROM operation WHERE seq = 2) WHERE name = 'head'")  # fmt: skip
    store = sqlite.open(path, CIPHER)
    assert not store.verify().faults and not store.verify(heads[path][:2]).faults
    assert store.verify(heads[path]).faults == (("store.log_cut", {"operation": 3, "last": 2}),)
    rewritten = store.verify(heads[tmp_path / "other.db"][:2]).faults
    assert [(key, values["operation"]) for key, values in rewritten] == [("store.log_rewritten", 1), ("store.log_rewritten", 2)]
    store.close()


def test_verifying_tells_how_far_it_is(path: Path, changes: list[Change]) -> None:
    store, told = sqlite.open(path, CIPHER), list[tuple[int, int]]()
    store.verify(watch=lambda done, total: told.append((done, total)))
    assert told[-1] == (11, 11), "six entries, five customers"
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    store.close()


def test_values_swapped_between_rows_are_detected(path: Path, changes: list[Change]) -> None:
    first, second = changes[1].rid, changes[2].rid
    edit(path, f"UPDATE customer SET phone = (SELECT phone FROM customer WHERE rid = '{first}') WHERE rid = '{second}'")
    store = sqlite.open(path, CIPHER)
    assert store.records([first])
    with pytest.raises(StoreError) as caught:
        store.records([second])
    assert caught.value.key == "store.tampered" and second in str(caught.value.values["place"])


@pytest.mark.parametrize("value", ["plain", "v1:x", "substr(phone, 1, 60)", "replace(phone, 'v1:', 'v9:')"])
def test_edited_ciphertext_is_detected(path: Path, changes: list[Change], value: str) -> None:
    quoted = value if "(" in value else f"'{value}'"
    edit(path, f"UPDATE customer SET phone = {quoted} WHERE rid = '{changes[1].rid}'")
    with pytest.raises(StoreError) as caught:
        sqlite.open(path, CIPHER).records([changes[1].rid])
    assert caught.value.key == "store.tampered"


def test_destroying_a_data_key_erases_the_values_everywhere(path: Path, changes: list[Change]) -> None:
    rid = changes[0].rid
    edit(path, f"UPDATE data_key SET wrapped = NULL WHERE customer = '{rid}'", guarded=True)
    store = sqlite.open(path, CIPHER)
    assert store.records([rid])[rid].values["phone"] is None
    assert store.history(rid)[0].after["phone"] is None and store.as_of([(rid, 1)])[rid, 1]["phone"] is None
    assert store.records([changes[1].rid])[changes[1].rid].values["phone"] == "+8613912345671"
    assert not store.verify().faults
