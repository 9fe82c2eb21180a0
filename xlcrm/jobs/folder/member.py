"""A member's side of a shared folder: joining, the own copy of the store, and what goes out."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from xlcrm.crypto.box import Pair
from xlcrm.errors import Away, KeysError, StoreError, UsageError
from xlcrm.jobs.folder import share as shared
from xlcrm.jobs.folder.share import Envelope, Share
from xlcrm.jobs.outbox.box import Outbox
from xlcrm.jobs.outbox.parcel import having, pack, to_bytes, unheld
from xlcrm.jobs.submit.draft import Send
from xlcrm.model import snapshot
from xlcrm.model.tables import SUBMITTED
from xlcrm.rules.checks.numbers import SETTLED
from xlcrm.sheets.base import Book
from xlcrm.store import copied, replica

SCHEME = "folder:"
PURPOSE = "folder"
_ABOUT, _COPY = "member.json", "copy-*.db"


@dataclass(frozen=True, slots=True)
class Member:
    """This machine as a member of a share: the share as it was when its fingerprint was compared, the name of the personal
    folder, where the copy lies, and this machine's keys.
    """

    share: Share
    folder: str
    home: Path
    mine: Pair

    @property
    def store(self) -> str:
        """What the store is called in the outbox."""
        return f"{SCHEME}{self.share.id}"

    @property
    def url(self) -> str:
        """Its address."""
        return f"{SCHEME}{self.share.root}"


def home(settings: Path, root: Path) -> Path:
    """Where this user keeps what belongs to the share at ``root``."""
    return settings / "folders" / sha256(str(root).encode()).hexdigest()[:16]


def join(root: Path, settings: Path, folder: str, secret: str, machine: str, agreed: Callable[[str], bool]) -> Member:
    """Become a member of the share at ``root`` by the personal folder ``folder``, with the identity ``secret``.

    ``agreed`` is asked whether the share's fingerprint is the steward's. Away where the share is not reached, UsageError where
    there is no such folder or the fingerprint is another one.
    """
    found = shared.read(root)
    inbox = found.inbox(folder)
    try:
        known = sorted(one.name for one in inbox.parent.iterdir() if one.is_dir())
    except OSError as error:
        raise Away("folder.away", path=root) from error
    if folder not in known:
        raise UsageError("folder.no_folder", name=folder, path=inbox.parent, known="、".join(known) or "-")
    if not agreed(found.fingerprint):
        raise UsageError("folder.not_agreed", fingerprint=found.fingerprint)
    member = Member(found, folder, home(settings, root), Pair(secret, PURPOSE))
    name, content = shared.join_file(found, member.mine.public, machine)
    shared.put(inbox / f"{name}{shared.JOIN}", content)
    told = {"root": str(root), "id": found.id, "steward": found.steward, "folder": folder}
    try:
        member.home.mkdir(parents=True, exist_ok=True)
        (member.home / _ABOUT).write_text(json.dumps(told, ensure_ascii=False), "utf-8")
    except OSError as error:
        raise UsageError("cli.unwritable", path=member.home) from error
    return member


def load(root: Path, settings: Path, secret: str) -> Member:
    """This machine as a member of the share at ``root``. UsageError where it never joined, KeysError without its identity."""
    place = home(settings, root)
    try:
        told = json.loads((place / _ABOUT).read_text("utf-8"))
        found = Share(root, str(told["id"]), str(told["steward"])), str(told["folder"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError("folder.not_joined", path=root) from error
    if not secret:
        raise KeysError("folder.no_identity")
    return Member(found[0], found[1], place, Pair(secret, PURPOSE))


def fetch(member: Member) -> bool:
    """Bring the copy up to date; whether it changed. Away where the share is not reached.

    UsageError where the share has another steward than the one agreed on, KeysError for a snapshot that this one did not make.
    """
    present = shared.read(member.share.root)
    if present != member.share:
        raise UsageError("folder.swapped", path=member.share.root, fingerprint=present.fingerprint)
    path = present.outbox(member.folder) / f"{shared.short(member.mine.public)}{shared.SNAPSHOT}"
    try:
        found = path.stat()
        mark = f"{found.st_size}-{found.st_mtime_ns}"
        if _marked(member) == mark and latest(member):
            return False
        data = shared.take(path)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise Away("folder.away", path=path) from error
    taken = _opened(member, data)
    if taken is None:
        return False  # it is still being copied
    have = latest(member)
    number = replica.facts(have, member.mine).number if have else 0
    if taken.number < number:
        raise StoreError("folder.older", path=path)
    if taken.number > number or have is None:
        copied.build(member.home / f"copy-{taken.number:014}.db", taken, member.mine)
        _tidy(member)
    with suppress(OSError):
        (member.home / "mark").write_text(mark)
    return taken.number > number


def latest(member: Member) -> Path | None:
    """The newest copy on this machine."""
    return max(member.home.glob(_COPY), default=None)


def opened(member: Member) -> replica.Replica:
    """The copy as a store. StoreError where the steward's machine has not answered yet."""
    path = latest(member)
    if path is None:
        raise StoreError("folder.no_answer", name=member.folder)
    return replica.open(path, member.mine)


def sending(member: Member, book: Book, outbox: Outbox, at: str) -> Send:
    """What 提交 does with the rows that it accepted: they wait in the outbox until the steward's machine has dealt with them.

    What waited of this workbook before is replaced by what it says now; rows that are no longer in it go on waiting.
    """

    def send(chosen: Mapping[str, set[int]]) -> None:
        parcel = pack(book, member.store, member.url, at, chosen)
        older = list(outbox.of(book.setting("uid"), member.store))
        outbox.add(parcel)
        current = {table.key: book.read(table) for table in SUBMITTED if table in book.tables()}
        parcels = [one for _, one in older]
        fresh = {
            key: {row for row in range(len(rows)) if not rows.cell(row, "number")} - having(rows, SETTLED)
            for key, rows in current.items()
        }
        edited = {key: unheld(rows, fresh[key], parcels) for key, rows in current.items()}
        for name, one in older:
            left = one.left(current, edited)
            shared.drop(lies(member, name))  # what is left of it goes out under a name of its own
            outbox.drop(name)
            if any(left.values()):
                one.only(left)
                outbox.add(one)

    return send


def deliver(member: Member, outbox: Outbox, done: set[str]) -> tuple[int, int]:
    """Lay what waits into the share, where it is not there yet; how many parcels went out, how many wait for an answer.

    Those ``done`` (names) were dealt with and are dropped. Away where the share is not reached.
    """
    out = waiting = 0
    for one in list(outbox.waiting()):
        if one.parcel is None or one.parcel.store != member.store:
            continue
        if one.name in done:
            outbox.drop(one.name)
            continue
        waiting += 1
        path = lies(member, one.name)
        if shared.read(member.share.root) != member.share:
            raise UsageError("folder.swapped", path=member.share.root, fingerprint=member.share.fingerprint)
        if not path.exists():
            kind = (
                "undo" if one.parcel.undo else "actions" if one.parcel.actions else "reviews" if one.parcel.reviews else "parcel"
            )
            envelope = Envelope(kind, member.share.id, member.mine.public, member.share.steward, one.name)
            shared.put(path, shared.closed(envelope, to_bytes(one.parcel), member.mine.close))
            out += 1
    return out, waiting


def lies(member: Member, name: str) -> Path:
    """Where a parcel lies in the share."""
    return member.share.inbox(member.folder) / f"{name}{shared.PARCEL}"


def _opened(member: Member, data: bytes) -> snapshot.Snapshot | None:
    try:
        envelope, whole = shared.addressed(data)
        if not whole:
            return None
        if (envelope.share, envelope.sender) != (member.share.id, member.share.steward):
            raise KeysError("crypto.other_box")
        if envelope.kind != snapshot.FORMAT:
            raise StoreError("folder.other_version")
        return snapshot.from_bytes(shared.opened(data, member.mine.open))
    except ValueError as error:
        raise KeysError("crypto.other_box") from error


def _marked(member: Member) -> str:
    try:
        return (member.home / "mark").read_text()
    except OSError:
        return ""


def _tidy(member: Member) -> None:
    """Older copies go; one that somebody still has open goes next time."""
    for path in sorted(member.home.glob(_COPY))[:-1]:
        for one in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            shared.drop(one)
