"""The shared folder: what lies where, and files in it that are there as a whole or not at all."""

from __future__ import annotations

import json
import os
import re
import stat
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from xlcrm.crypto import identity
from xlcrm.errors import Away, UsageError
from xlcrm.model.identity import new_rid

ABOUT = "xlcrm-folder.json"
INBOX, OUTBOX = "提交箱", "回执"
PARCEL, SNAPSHOT, JOIN = ".xlcrm", ".copy", ".join"
BACK = "退回"
RECORD = "处理记录.txt"
LARGEST = 256 << 20  # bytes of a file that is read as a whole
LITTLE = 100_000  # bytes; what tells about a share or a machine is a few hundred
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_LONGEST = 60  # characters of a person's folder


@dataclass(frozen=True, slots=True)
class Share:
    """A shared folder ``root``, its id, and the public half of the steward's keys (crypto/box.py)."""

    root: Path
    id: str
    steward: str

    @property
    def fingerprint(self) -> str:
        """30 digits to compare by telephone: they tell the steward and the folder."""
        return identity.fingerprint(f"{self.id}|{self.steward}")

    def inbox(self, folder: str) -> Path:
        """Where somebody's packages and workbooks lie."""
        return self.root / INBOX / folder

    def outbox(self, folder: str) -> Path:
        """Where the answers to somebody lie."""
        return self.root / OUTBOX / folder


def read(root: Path) -> Share:
    """The share at ``root``. Away where the folder is not reached, UsageError where none was made in it."""
    try:
        if not root.is_dir():
            raise Away("folder.away", path=root)
        found = json.loads(take(root / ABOUT, LITTLE))
        return Share(root, str(found["id"]), str(found["steward"]))
    except FileNotFoundError as error:
        raise UsageError("folder.none", path=root) from error
    except OSError as error:
        raise Away("folder.away", path=root) from error
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError("folder.damaged", path=root / ABOUT) from error


def publish(share: Share) -> None:
    """Write what tells about a share. Away where it cannot be written."""
    put(share.root / ABOUT, json.dumps({"id": share.id, "steward": share.steward}, indent=1).encode())


def folder_name(name: str, used: set[str]) -> str:
    """A folder's name for somebody: what every system accepts, and nobody else has (``used``)."""
    plain = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", name)).strip(" .")[:_LONGEST].strip(" .") or "_"
    if _DEVICES.fullmatch(plain):
        plain += "_"
    taken = {one.casefold() for one in used}
    found, count = plain, 1
    while found.casefold() in taken:
        count += 1
        found = f"{plain}{count}"
    return found


def put(path: Path, content: bytes) -> None:
    """Let ``path`` hold ``content``: as a whole or not at all, and on the disk when this returns. Away where that fails."""
    fresh = path.with_name(f".{new_rid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o666), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        drop(fresh)
        raise Away("folder.unwritable", path=path.parent) from error


def take(path: Path, largest: int = LARGEST) -> bytes:
    """What ``path`` holds, which is a file and no link. OSError, also for one larger than ``largest``."""
    with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)), "rb") as file:
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_size > largest:
            raise OSError(f"{path.name}: {found.st_size}")
        return file.read()


def files(folder: Path) -> Iterator[os.DirEntry[str]]:
    """What lies in a personal folder, by name; nothing where it is a link out of the share, or gone."""
    try:
        if folder.is_symlink() or folder.parent.is_symlink():
            return
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda one: one.name)
    except OSError:
        return
    yield from entries


def put_back(path: Path) -> bool:
    """Lay a file that was refused aside, beside the others that were; whether that worked."""
    try:
        aside = path.parent / BACK
        aside.mkdir(exist_ok=True)
        path.replace(aside / path.name)
        return True
    except OSError:
        return False


def printable(name: str) -> str:
    """A file's name as it can be shown: without control characters, not endless."""
    plain = "".join(letter if letter.isprintable() else "?" for letter in name)
    return plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 12]}…{plain[-10:]}"


def drop(path: Path) -> bool:
    """Take a file away; whether it is gone."""
    try:
        path.unlink(missing_ok=True)
        return True
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Envelope:
    """What stands in the open on a sealed file: from whom to whom (public halves), in which share, under which name."""

    kind: str
    share: str
    sender: str
    to: str
    name: str


def closed(envelope: Envelope, content: bytes, seal: Callable[[bytes, str, str], bytes]) -> bytes:
    """A sealed file; ``seal`` is Pair.close. The last bytes of its first line tell how long the rest is."""
    line = json.dumps(asdict(envelope))
    sealed = seal(content, envelope.to, line)
    return f"{line}\t{len(sealed)}\n".encode() + sealed


def opened(data: bytes, unseal: Callable[[bytes, str, str], bytes]) -> bytes:
    """What a sealed file holds; ``unseal`` is Pair.open. ValueError: incomplete, or none; KeysError: not what was sealed."""
    found, _ = addressed(data)
    line, _, rest = data.partition(b"\n")
    return unseal(rest, found.sender, line.rpartition(b"\t")[0].decode())


def addressed(data: bytes) -> tuple[Envelope, bool]:
    """What stands on a sealed file, and whether all of it is there; ValueError for anything else."""
    line, newline, rest = data.partition(b"\n")
    told, _, size = line.rpartition(b"\t")
    try:
        if not newline or len(line) > LITTLE:
            raise ValueError("envelope")
        found = json.loads(told)
        envelope = Envelope(*(str(found[name]) for name in Envelope.__slots__))
        return envelope, len(rest) == int(size)
    except (KeyError, TypeError, UnicodeDecodeError) as error:
        raise ValueError("envelope") from error


def join_file(share: Share, public: str, machine: str) -> tuple[str, bytes]:
    """The file by which a machine asks to be served: (name, content)."""
    name = short(public)
    return name, json.dumps({"share": share.id, "public": public, "machine": machine[:100]}).encode() + b"\n"


def joining(data: bytes) -> tuple[str, str, str]:
    """(share, public half, machine) of a machine that asks; ValueError where the file is none, or not all there."""
    if not data.endswith(b"\n"):
        raise ValueError("join")
    try:
        found = json.loads(data)
        return str(found["share"]), str(found["public"]), str(found["machine"])[:100]
    except (KeyError, TypeError, UnicodeDecodeError) as error:
        raise ValueError("join") from error


def short(public: str) -> str:
    """What a machine's files are called: the first digits of its fingerprint."""
    return identity.fingerprint(public).replace(" ", "")[:12]


def same_digits(one: str, other: str) -> bool:
    """Whether two fingerprints are the same, however they are written."""
    digits = ["".join(letter for letter in text if letter.isdigit()) for text in (one, other)]
    return bool(digits[0]) and digits[0] == digits[1]


def machine_digits(public: str) -> str:
    """A machine's fingerprint."""
    return identity.fingerprint(public)


def folder(path: Path) -> None:
    """Have a folder. Away where it cannot be made."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Away("folder.unwritable", path=path) from error
