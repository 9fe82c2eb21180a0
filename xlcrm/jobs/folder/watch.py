"""Watching a share: one look takes what everybody put in, answers, and publishes what each may see.

Nothing here waits or knows the time by itself. A look may be ended anywhere, by whatever means: the next one finds the same
files, the store recognises what it has, and what was published before stays as it was until it is written anew as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from os import DirEntry
from pathlib import Path

from xlcrm.catalogue import text
from xlcrm.errors import Away, StoreError, XlcrmError
from xlcrm.jobs.folder import parcels, plain, publish
from xlcrm.jobs.folder import share as shared
from xlcrm.jobs.folder.parcels import Became
from xlcrm.jobs.folder.share import Envelope
from xlcrm.jobs.folder.steward import Steward
from xlcrm.model import snapshot
from xlcrm.model.context import Person
from xlcrm.rules.rights import Group, Level, Rights, rights_of
from xlcrm.store.deliveries import Machine, Seen, Sent

HELD_EVERY = timedelta(hours=1)
"""How often a snapshot goes out in which nothing is new but what others hold; what is the member's own goes at once."""
_IGNORED = (".tmp", ".part", ".crdownload", ".download", ".ini", ".db")
_RETRIED = ("unknown_machine",)  # verdicts that somebody else's deed may change
_CONFLICT = re.compile(r"冲突|副本|(?i:conflict|\bcopy\b|[- ](desktop|laptop|pc|macbook)[-\w]*$)|\(\d+\)$")
_LINES = 500  # of the record that each person can read


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one file: whose folder, its name, when, and what is to be said (area "folder")."""

    person: str
    name: str
    at: str
    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def sentence(self, language: str) -> str:
        """The verdict for a person."""
        return text(f"folder.{self.key}", language, **self.values)


class Watch:
    """Looks at a share again and again. ``told`` hears every verdict, ``unexpected`` an error that no rule foresaw."""

    def __init__(
        self, steward: Steward, told: Callable[[Verdict], None], unexpected: Callable[[Exception], None] | None = None
    ) -> None:
        self._steward, self._told, self._unexpected = steward, told, unexpected
        self._before: dict[tuple[str, str], str] = {}
        self._published: tuple[int, str, int] | None = None
        self._news: set[str] = set()  # to whom there is something to say
        self._telling = publish.Telling()
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
        self._publish()
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
            self._record(folder, said)
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
        self._news.add(person.rid)
        shared.drop(path)
        return Became("joined" if first else "asks", digits)

    def _parcel(self, person: Person, path: Path, mark: str, ripe: bool) -> Became | None:
        machines = {one.public: one for one in self._steward.ledger.machines()}
        became = parcels.take(self._steward, person, machines, shared.take(path))
        if not became.final:
            return self._once(person, path.name, mark, became) if ripe else None
        self._news.add(person.rid)
        accepted = became.key in ("taken", "again")
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
        self._news.add(person.rid)
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

    def _record(self, folder: str, said: list[Verdict]) -> None:
        """Let the person read what became of the files."""
        path, language = self._steward.share.outbox(folder) / shared.RECORD, self._steward.language
        try:
            lines = shared.take(path).decode("utf-8-sig", "replace").splitlines()
        except OSError:
            lines = []
        lines += [f"{one.at}  {one.name}  {one.sentence(language)}" for one in said]
        shared.put(path, ("\ufeff" + "\r\n".join(lines[-_LINES:]) + "\r\n").encode())  # Windows' editor tells UTF-8 by the mark

    def _publish(self) -> None:
        """Write the snapshots that say something new."""
        steward, store, ledger = self._steward, self._steward.store, self._steward.ledger
        machines = [one for one in ledger.machines() if one.admitted]
        present, before = (store.position(), steward.now[:13], len(machines)), self._published
        if not self._news and present == before:
            return
        # What was held back goes out when the hour is over.
        touched = ledger.touched(before[0]) if before is not None and before[1:] == present[1:] else None
        self._telling.renew(store, ledger)
        folders, people = ledger.folders(), store.people()
        for person in publish.recipients(people, folders):
            mine = [one for one in machines if one.person == person.rid]
            rights = rights_of(person, people, steward.now[:10])
            concerned = (
                person.rid in self._news
                or touched is None
                or any(rights.level(owner or None, Group.NAME) is not Level.HIDDEN for owner in touched)
            )
            if not mine or not concerned:
                continue
            answers = publish.all_answers(steward.pair, steward.ledger, person.rid)
            context = steward.context(person, steward.language, "")
            found = publish.own(store, ledger, steward.share.id, person, context, answers)
            self._bring(found, rights, folders[person.rid], mine)
        self._published = present
        self._news.clear()

    def _bring(self, found: snapshot.Snapshot, rights: Rights, folder: str, machines: Sequence[Machine]) -> None:
        """Publish a snapshot for each of somebody's machines that has not had the same."""
        steward, now = self._steward, self._steward.clock()
        own, late = _digest(replace(found, at="")), []
        for machine in machines:
            before = steward.ledger.sent(machine.public)
            path = steward.share.outbox(folder) / f"{shared.short(machine.public)}{shared.SNAPSHOT}"
            lately = before.at and timedelta(0) <= now - datetime.fromisoformat(before.at) < HELD_EVERY
            if own != before.own or not lately or not path.exists():
                late.append((machine, before, path, own == before.own and path.exists()))
        if not late:
            return
        found.held = publish.held(found, self._telling, rights)
        held = _digest(snapshot.Snapshot("", "", "", "", held=found.held))
        for machine, before, path, same in late:
            if same and held == before.held:
                continue
            # Ahead of what a store that was restored from a backup still remembers.
            number = max(before.number + 1, int(now.timestamp()))
            envelope = Envelope(snapshot.FORMAT, steward.share.id, steward.share.steward, machine.public, str(number))
            content = snapshot.to_bytes(replace(found, number=number))
            shared.put(path, shared.closed(envelope, content, steward.pair.close))
            steward.ledger.send(machine.public, Sent(number, own, held, steward.now))


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


def _digest(found: snapshot.Snapshot) -> str:
    return sha256(snapshot.to_bytes(found)).hexdigest()


def _order(entry: DirEntry[str]) -> tuple[int, str]:
    """Who asks to be served first, then packages in the order of their making, then what was edited before what it answers."""
    kind = 0 if entry.name.endswith(shared.JOIN) else 1 if entry.name.endswith(shared.PARCEL) else 2
    return kind + (kind == 2 and plain.RESULT not in entry.name), entry.name


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
