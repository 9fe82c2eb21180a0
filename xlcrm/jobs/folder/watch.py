"""Watching a share: one look takes what everybody put in, answers, and publishes what each may see.

Nothing here waits or knows the time by itself. A look may be ended anywhere, by whatever means: the next one finds the same
files, the store recognises what it has, and what was published before stays as it was until it is written anew as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from os import DirEntry
from pathlib import Path

from xlcrm.errors import Away, StoreError, XlcrmError
from xlcrm.jobs.folder import parcels, plain
from xlcrm.jobs.folder import share as shared
from xlcrm.jobs.folder.post import Post
from xlcrm.jobs.folder.steward import Steward
from xlcrm.jobs.folder.verdict import Became, Verdict, record
from xlcrm.model.context import Person
from xlcrm.store.deliveries import Machine, Seen

_IGNORED = (".tmp", ".part", ".crdownload", ".download", ".ini", ".db")
_RETRIED = ("unknown_machine",)  # verdicts that somebody else's deed may change
_CONFLICT = re.compile(r"冲突|副本|(?i:conflict|\bcopy\b|[- ](desktop|laptop|pc|macbook)[-\w]*$)|\(\d+\)$")


class Watch:
    """Looks at a share again and again. ``told`` hears every verdict, ``unexpected`` an error that no rule foresaw."""

    def __init__(
        self, steward: Steward, told: Callable[[Verdict], None], unexpected: Callable[[Exception], None] | None = None
    ) -> None:
        self._steward, self._told, self._unexpected = steward, told, unexpected
        self._before: dict[tuple[str, str], str] = {}
        self._post = Post(steward)
        self._strangers: set[str] = set()

    def look(self) -> bool:
        """Deal with everything that is ready; whether something is there that may be ready at the next look.

        Raises Away where the share is not reached, StoreError where the store fails; nothing is lost then. Where the store fails
        over one person's file the others are served first.
        """
        steward = self._steward
        if shared.read(steward.share.root) != steward.share:
            raise StoreError("folder.changed", path=steward.share.root)
        folders, people = steward.ledger.folders(), {one.rid: one for one in steward.store.people()}
        self._meet(set(folders.values()))
        pending, failed = False, list[StoreError]()
        for rid, folder in folders.items():
            if (person := people.get(rid)) is None:
                continue
            try:
                pending = self._person(person, folder) or pending
            except Away:
                raise
            except StoreError as error:
                failed.append(error)
        self._post.go()
        if failed:
            raise failed[0]
        return pending

    def _meet(self, known: set[str]) -> None:
        """Say once which folders belong to nobody."""
        for entry in shared.files(self._steward.share.root / shared.INBOX):
            if entry.name not in known and entry.name not in self._strangers and entry.is_dir(follow_symlinks=False):
                self._strangers.add(entry.name)
                self._told(Verdict("", shared.printable(entry.name), self._steward.now, "nobodys"))

    def _person(self, person: Person, folder: str) -> bool:
        """Deal with one personal folder; whether something in it waits."""
        inbox, known = self._steward.share.inbox(folder), self._steward.ledger.seen(person.rid)
        said: list[Verdict] = []
        pending, there = False, set()
        for entry in sorted(shared.files(inbox), key=_order):
            there.add(entry.name)
            if _ignored(entry):
                continue
            mark = _mark(entry)
            before = known.get(entry.name)
            same = before.verdict if before is not None and before.mark == mark else ""
            if mark is None or (same and same not in _RETRIED):
                continue
            ripe = self._before.get((person.rid, entry.name)) == mark
            self._before[person.rid, entry.name] = mark
            became = self._safely(person, inbox, entry.name, mark, ripe, known)
            if became is None:
                pending = True
                continue
            if became.key in ("", same):
                continue
            said.append(Verdict(person.name, shared.printable(entry.name), self._steward.now, became.key, became.values))
            self._told(said[-1])
        gone = set(known) - there
        if gone:
            self._steward.ledger.see(person.rid, self._steward.now, {}, gone)
        if said:
            record(self._steward.share.outbox(folder), said, self._steward.language)
        return pending

    def _safely(self, person: Person, inbox: Path, name: str, mark: str, ripe: bool, known: Mapping[str, Seen]) -> Became | None:
        """What became of a file, None where it is to be looked at again; whatever is wrong with one, the others go on."""
        try:
            return self._file(person, inbox, name, mark, ripe, known)
        except StoreError:
            raise
        except XlcrmError as error:
            became = Became("failed", {"why": error.sentence(self._steward.language), "how": error.hint(self._steward.language)})
        except OSError:
            return None  # open elsewhere, or gone again
        except Exception as error:
            if self._unexpected is None:
                raise
            self._unexpected(error)
            became = Became("unexpected")
        self._see(person, name, mark, "", became.key)
        return became

    def _file(self, person: Person, inbox: Path, name: str, mark: str, ripe: bool, known: Mapping[str, Seen]) -> Became | None:
        path = inbox / name
        if path.is_symlink():
            return self._once(person, name, mark, Became("link"))
        if person.disabled:
            return self._once(person, name, mark, Became("removed"))
        if name.endswith(shared.JOIN):
            return self._join(person, path, mark)
        if name.endswith(shared.PARCEL):
            return self._parcel(person, path, mark, ripe)
        if not path.is_file():
            return self._once(person, name, mark, Became("junk"))
        if Path(name).suffix.lower() not in plain.READ:
            return self._once(person, name, mark, Became("junk")) if ripe else None
        return self._plain(person, path, mark, known) if ripe else None

    def _join(self, person: Person, path: Path, mark: str) -> Became | None:
        steward = self._steward
        try:
            share, public, name = shared.joining(shared.take(path, shared.LITTLE))
        except ValueError:
            return self._once(person, path.name, mark, Became("unreadable"))
        machines = steward.ledger.machines()
        if share != steward.share.id or any(one.public == public and one.person != person.rid for one in machines):
            return self._once(person, path.name, mark, Became("other_office"))
        digits = {"machine": shared.printable(name), "fingerprint": shared.machine_digits(public)}
        if any(one.public == public for one in machines):
            shared.drop(path)
            return Became("known_machine", digits)
        first = not any(one.person == person.rid for one in machines)  # who has the folder is who it was made for
        now = steward.now
        steward.ledger.add_machine(Machine(public, person.rid, name, now, now if first else ""))
        self._post.urgent.add(person.rid)
        shared.drop(path)
        return Became("joined" if first else "asks", digits)

    def _parcel(self, person: Person, path: Path, mark: str, ripe: bool) -> Became | None:
        machines = {one.public: one for one in self._steward.ledger.machines()}
        became = parcels.take(self._steward, person, machines, shared.take(path))
        if not became.final:
            return self._once(person, path.name, mark, became) if ripe else None
        self._post.urgent.add(person.rid)
        accepted = became.key in ("taken", "again", "undone", "not_undone", "acted")
        if not (shared.drop(path) if accepted else shared.put_back(path)):
            self._see(person, path.name, mark, "", became.key)
        return became

    def _plain(self, person: Person, path: Path, mark: str, known: Mapping[str, Seen]) -> Became | None:
        """A workbook that was not touched since the last look."""
        steward, name = self._steward, path.name
        answer = plain.result_name(name)
        if (path.parent / f"~${name}").exists() or (path.parent / f"~${answer}").exists():
            return None  # somebody works in it
        data = shared.take(path)
        if not data:
            return self._once(person, name, mark, Became("empty"))
        digest, back, before = sha256(data).hexdigest(), path.parent / answer, known.get(name)
        if before is not None and before.digest == digest and back.exists():
            self._see(person, name, mark, digest, before.verdict)  # only its date is another one
            return Became("")
        if back != path and back.exists() and _mark(back) != known.get(answer, Seen("", "", "")).mark:
            return None  # edited, and not yet dealt with
        same = next((other for other, one in known.items() if one.digest == digest and other != name), "")
        if same:
            self._see(person, name, mark, digest, "copy")
            return Became("copy", {"other": shared.printable(same)})
        saved = datetime.fromtimestamp(int(mark.partition("-")[2]) // 1_000_000_000)
        served = plain.serve(steward, person, name, data, saved)
        self._post.urgent.add(person.rid)
        if name == answer and _mark(path) != mark:
            return None  # saved again meanwhile
        try:
            shared.put(back, served.content)
        except Away:
            return None  # open in a program that holds it; the rows are stored, the next look answers
        result = sha256(served.content).hexdigest()
        steward.ledger.see(
            person.rid,
            steward.now,
            {name: Seen(mark, digest, "served")} | {answer: Seen(_mark(back) or "", result, "answer")},
        )
        key = "served_conflict" if _CONFLICT.search(path.stem.removesuffix(plain.RESULT)) else "served"
        return Became(key, {"rows": served.rows, "answer": shared.printable(answer), **served.counts})

    def _once(self, person: Person, name: str, mark: str, became: Became) -> Became:
        """Say it, and not again before the file changes."""
        self._see(person, name, mark, "", became.key)
        return became

    def _see(self, person: Person, name: str, mark: str, digest: str, verdict: str) -> None:
        self._steward.ledger.see(person.rid, self._steward.now, {name: Seen(mark, digest, verdict)})


def run(watch: Watch, wait: Callable[[], bool], failed: Callable[[StoreError], None]) -> None:
    """Look until ``wait``, called between two looks, says no; ``failed`` hears what kept a look from being finished."""
    while True:
        try:
            watch.look()
        except StoreError as error:
            failed(error)
        if not wait():
            return


def once(watch: Watch, wait: Callable[[], bool], most: int = 5) -> None:
    """As many looks as it takes for what lies there now, at most ``most``, with a ``wait`` between them; as ``Watch.look``."""
    for _ in range(most):
        if not watch.look() or not wait():
            return


def _order(entry: DirEntry[str]) -> tuple[int, int, str]:
    """Who asks to be served first, then packages in the order of their making, then what was edited before what it answers.

    Of workbooks the one with the shorter name first: a sync program's copy is called like the original, and something more.
    """
    kind = 0 if entry.name.endswith(shared.JOIN) else 1 if entry.name.endswith(shared.PARCEL) else 2
    return kind + (kind == 2 and plain.RESULT not in entry.name), len(entry.name) if kind == 2 else 0, entry.name


def _ignored(entry: DirEntry[str]) -> bool:
    """Locks of spreadsheet programs, files that are still being copied, folders, what systems leave everywhere."""
    name = entry.name
    return name.startswith((".", "~")) or name.lower().endswith(_IGNORED) or entry.is_dir(follow_symlinks=False)


def _mark(file: DirEntry[str] | Path) -> str | None:
    """What tells that a file is as it was: size and time; None where it is gone."""
    try:
        found = file.stat(follow_symlinks=False)
    except OSError:
        return None
    return f"{found.st_size}-{found.st_mtime_ns}"
