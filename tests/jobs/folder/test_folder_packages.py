"""Packages that are not what they should be: a verdict for each, nothing stored, and the others go on."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.jobs.conftest import customer, other
from tests.jobs.folder.conftest import Firm, Machine
from xlcrm.errors import Away, KeysError, StoreError, UsageError
from xlcrm.jobs.folder import member as job
from xlcrm.jobs.folder import share as shared
from xlcrm.jobs.people import change
from xlcrm.model import snapshot
from xlcrm.model.context import Context
from xlcrm.model.rows import Cell
from xlcrm.sheets.memory import MemoryBook


def package(machine: Machine, *rows: Mapping[str, Cell]) -> Path:
    """A fresh package of ``machine`` in its folder."""
    machine.submit(MemoryBook({"customer": rows or [customer()]}))
    (found,) = machine.inbox.glob("*.xlcrm")
    return found


def test_one_that_lay_in_somebody_elses_folder_is_refused_and_told(firm: Firm) -> None:
    li, chen = firm.hire("李芳"), firm.hire("陈静")
    found = package(li)
    found.rename(chen.inbox / found.name)
    assert firm.look() == ["mismatch"] and "李芳" in firm.said()
    assert firm.customers() == [] and (chen.inbox / "退回" / found.name).exists()
    li.deliver()  # the share lost it, so it goes out again
    assert firm.look() == ["taken"] and len(firm.customers()) == 1


def test_a_replay_stores_nothing_and_stops_nothing(firm: Firm) -> None:
    li = firm.hire("李芳")
    found = package(li)
    kept = found.read_bytes()
    assert firm.look() == ["taken"]
    found.write_bytes(kept)
    (li.inbox / "冲突副本.xlcrm").write_bytes(kept)
    assert firm.look() == ["again", "again"]
    assert len(firm.customers()) == 1 and list(li.inbox.glob("*.xlcrm")) == []


@pytest.mark.parametrize("place", [0.2, 0.5, 0.999])
def test_tampering_shows(firm: Firm, place: float) -> None:
    li = firm.hire("李芳")
    found = package(li)
    data = bytearray(found.read_bytes())
    data[int(len(data) * place)] ^= 1
    found.write_bytes(data)
    (key,) = firm.look(2)
    assert key in ("tampered", "unreadable", "other_office", "unknown_machine") and firm.customers() == []


def test_another_name_on_the_envelope_shows(firm: Firm) -> None:
    """The name is what makes it the same package: a new one would be a new submission."""
    li = firm.hire("李芳")
    found = package(li)
    data = found.read_bytes()
    found.write_bytes(data.replace(found.stem.encode(), b"x" * len(found.stem)))
    assert firm.look() == ["tampered"] and firm.customers() == []


def test_an_incomplete_one_is_waited_for(firm: Firm) -> None:
    li = firm.hire("李芳")
    found = package(li)
    data = found.read_bytes()
    found.write_bytes(data[: len(data) // 2])
    assert firm.look(3) == ["incomplete"]
    found.write_bytes(data)
    assert firm.look() == ["taken"]


def test_one_for_another_steward(firm: Firm, tmp_path: Path) -> None:
    li = firm.hire("李芳")
    found = package(li)
    envelope, _ = shared.addressed(found.read_bytes())
    there = shared.Envelope("parcel", "another", envelope.sender, envelope.to, envelope.name)
    found.write_bytes(shared.closed(there, b"x", li.member.mine.close))
    assert firm.look() == ["other_office"]


def test_a_removed_member_is_neither_heard_nor_told(firm: Firm) -> None:
    li, chen = firm.hire("李芳"), firm.hire("陈静")
    package(li)
    package(chen, other(1))
    snapshots = {path: path.read_bytes() for path in firm.share.outbox("李芳").glob("*.copy")}
    change(firm.store, Context(firm.chief, lambda: firm.now), "李芳", disabled=True)
    assert sorted(firm.look()) == ["removed", "taken"]
    assert [one.values["owner"] for one in firm.customers()] == [chen.person.rid]
    assert {path: path.read_bytes() for path in firm.share.outbox("李芳").glob("*.copy")} == snapshots


def test_a_second_machine_waits_until_somebody_compared_its_fingerprint(firm: Firm) -> None:
    li = firm.hire("李芳")
    laptop = Machine(firm, li.person, firm.home / "laptop")
    laptop.join()
    assert firm.look() == ["asks"]
    with pytest.raises(StoreError, match="not answered"):
        laptop.store()
    from xlcrm.jobs.folder import steward

    one = steward.waiting(firm.ledger, li.person, shared.machine_digits(laptop.member.mine.public))
    steward.admit(firm.ledger, one, steward_now(firm))
    firm.look()
    book = MemoryBook({"customer": [customer()]})
    laptop.submit(book)
    assert firm.look() == ["taken"]
    assert list(li.customers()) == [customer()["name"]]
    with pytest.raises(UsageError, match="No machine"):
        steward.waiting(firm.ledger, li.person)


def steward_now(firm: Firm) -> str:
    return firm.steward.now


def test_a_package_that_came_before_its_machine_was_admitted_is_taken_afterwards(firm: Firm) -> None:
    li = firm.hire("李芳")
    laptop = Machine(firm, li.person, firm.home / "laptop")
    laptop.join()
    firm.look()
    envelope = shared.Envelope("parcel", firm.share.id, laptop.member.mine.public, firm.share.steward, "p1")
    book = MemoryBook({"customer": [customer()]}, settings={"uid": "u"})
    from xlcrm.jobs.outbox.parcel import pack, to_bytes

    content = to_bytes(pack(book, "", "", steward_now(firm), {"customer": [0]}))
    shared.put(li.inbox / "p1.xlcrm", shared.closed(envelope, content, laptop.member.mine.close))
    assert firm.look(3) == ["unknown_machine"]
    from xlcrm.jobs.folder import steward

    steward.admit(firm.ledger, steward.waiting(firm.ledger, li.person), steward_now(firm))
    assert firm.look() == ["taken"]


def test_a_swapped_steward_is_noticed_before_anything_is_sent(firm: Firm) -> None:
    li = firm.hire("李芳")
    book = MemoryBook({"customer": [customer()]})
    li.submit(book, deliver=False)
    shared.publish(shared.Share(firm.root, firm.share.id, li.member.mine.public))
    with pytest.raises(UsageError, match="another one now"):
        li.deliver()
    with pytest.raises(UsageError, match="another one now"):
        li.store()
    assert list(li.inbox.glob("*.xlcrm")) == []
    with pytest.raises(StoreError, match="exchanged"):
        firm.look()


def test_joining_needs_the_fingerprint_and_a_folder(firm: Firm) -> None:
    li = firm.hire("李芳", joined=False)
    with pytest.raises(UsageError, match="not confirmed"):
        li.join(agreed=False)
    assert list(li.inbox.iterdir()) == []
    with pytest.raises(UsageError, match="no folder"):
        li.join("王五")


def test_a_forged_or_older_snapshot_is_not_used(firm: Firm) -> None:
    li, chen = firm.hire("李芳"), firm.hire("陈静")
    (path,) = firm.share.outbox("李芳").glob("*.copy")
    first = path.read_bytes()
    li.store()
    package(li)
    firm.look()
    assert len(li.customers()) == 1
    envelope = shared.Envelope(snapshot.FORMAT, firm.share.id, firm.share.steward, li.member.mine.public, "99999999999")
    path.write_bytes(shared.closed(envelope, b"{}", chen.member.mine.close))
    with pytest.raises(KeysError):
        li.store()
    path.write_bytes(first)
    with pytest.raises(StoreError, match="older"):
        li.store()
    later = shared.Envelope("snapshot 99", firm.share.id, firm.share.steward, li.member.mine.public, "99999999999")
    path.write_bytes(shared.closed(later, b"{}", firm.steward.pair.close))
    with pytest.raises(StoreError, match="another version"):
        li.store()


def test_while_the_share_is_away_everything_waits_and_the_copy_is_read(firm: Firm) -> None:
    li = firm.hire("李芳")
    li.store()
    gone = firm.root.with_name("weg")
    firm.root.rename(gone)
    book = MemoryBook({"customer": [customer()]})
    copy = job.opened(li.member)
    firm.opened.append(copy)
    send = job.sending(li.member, book, li.outbox, steward_now(firm))
    from xlcrm.jobs.submit import submit

    assert submit(book, copy, li.context(copy), li.rulebook(copy), send=send).sent == 1
    with pytest.raises(Away):
        li.deliver()
    with pytest.raises(Away):
        firm.look()
    gone.rename(firm.root)
    assert li.deliver() == (1, 1)
    assert li.deliver() == (0, 1), "it lies there"
    assert firm.look() == ["taken"] and len(firm.customers()) == 1
    li.refresh(book)
    assert list(li.outbox.waiting()) == []


def test_a_package_that_the_share_lost_goes_out_again(firm: Firm) -> None:
    li = firm.hire("李芳")
    package(li).unlink()
    assert firm.look() == []
    assert li.deliver() == (1, 1)
    assert firm.look() == ["taken"]


def test_nothing_of_a_customer_can_be_read_in_the_share_or_on_the_machines(firm: Firm) -> None:
    li = firm.hire("李芳")
    planted = customer(email="wang@haihe.example", remark="绝密备注")
    li.submit(MemoryBook({"customer": [planted]}))
    firm.look()
    li.customers()
    secrets = [str(planted[key]).encode() for key in ("name", "contact", "phone", "email", "remark")]
    for path in [one for one in firm.root.rglob("*") if one.is_file()]:
        assert not any(word in path.read_bytes() for word in secrets), path
    for path in [one for one in firm.home.rglob("*") if one.is_file()]:
        content = path.read_bytes()
        assert not any(str(planted[key]).encode() in content for key in ("phone", "email")), path


def test_the_watch_and_its_folders_are_of_one_store(firm: Firm, tmp_path: Path) -> None:
    from xlcrm.crypto import keys
    from xlcrm.crypto.cipher import Cipher
    from xlcrm.jobs.folder import steward
    from xlcrm.store import sqlite
    from xlcrm.store.deliveries import Deliveries

    store = sqlite.open(tmp_path / "other.db", Cipher(keys.parse(keys.new_key())))
    with pytest.raises(UsageError, match="another store"):
        steward.make(Deliveries(store), (), firm.root)
    store.close()


def test_a_personal_folder_that_is_a_link_is_not_followed(firm: Firm, tmp_path: Path) -> None:
    li = firm.hire("李芳", joined=False)
    outside = tmp_path / "outside"
    shutil.move(li.inbox, outside)
    (outside / "x.csv").write_text("客户名称\n甲公司\n", "utf-8")
    li.inbox.symlink_to(outside, target_is_directory=True)
    assert firm.look(3) == [] and firm.customers() == []
