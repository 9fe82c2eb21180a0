"""Which packages a store is restored from, and what to say where one of them is missing or damaged."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from xlcrm.catalogue import text
from xlcrm.crypto.chest import Opener
from xlcrm.errors import KeysError, StoreError, UsageError, XlcrmError
from xlcrm.jobs.backup.folder import Kept, Shelf, shelf, stores
from xlcrm.jobs.progress import Progress, silent
from xlcrm.store.backup import scratch
from xlcrm.store.backup.package import opened

_NUMBER = re.compile(r"\d{6}(?=-)")
_OURS = frozenset({"backup.no_room", "backup.newer", "backup.before_log"})
"""Sentences about backups that say nothing against a package."""


class Broken(StoreError):
    """The packages do not hold what was asked for: ``fault`` says which one is damaged, ``until`` how far the others reach."""

    def __init__(self, fault: XlcrmError, until: str) -> None:
        super().__init__(fault.key, **fault.values)
        self.until = until

    def hint(self, language: str = "zh") -> str:
        return text("backup.sound_until" if self.until else "backup.sound_never", language, at=self.until)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A store built anew: the packages it was built from, and what was wrong with others, which it was done without."""

    built: scratch.Built
    chain: Sequence[Kept]
    passed: Sequence[XlcrmError]


def only(root: Path, store: str = "") -> Path:
    """The folder of the one store in ``root``, or of the one whose id begins with ``store``. UsageError: none, several."""
    found = [one for one in stores(root) if one == root or one.name.startswith(store)]
    if not found:
        raise UsageError("backup.nothing_there", path=root)
    if len(found) > 1:
        raise UsageError("backup.several_stores", path=root, stores="、".join(one.name[:8] for one in found))
    return found[0]


@contextmanager
def rebuilt(
    place: Path, opener: Opener, path: Path, moment: str = "", language: str = "zh", progress: Progress = silent
) -> Iterator[Rebuilt]:
    """The store whose packages lie in the folder ``place``, as it was at ``moment`` (scratch.build), in the fresh file ``path``.

    Of several packages that tell it the nearest is taken whose chain is sound. Broken, KeysError; UsageError where there is none.
    """
    there = shelf(place)
    passed: list[XlcrmError] = _own(there) if moment else []
    if not there.packages and not there.faults:
        raise UsageError("backup.nothing_there", path=place)

    def watch(done: int, total: int) -> None:
        progress(text("backup.restoring", language), done, total)

    with ExitStack() as stack:
        for last in _telling(there, moment):
            try:
                chain = _whole(there, last)
                erased = _erased(there, chain, opener, passed)
                files = [one.path for one in chain]
                built = stack.enter_context(scratch.build(path, files, opener, moment, erased, watch))
                break
            except StoreError as error:
                if not error.key.startswith("backup.") or error.key in _OURS:
                    raise
                passed.append(error)
            except KeysError as error:  # a later one may be for who is here
                passed.append(error)
        else:
            fault, until = (passed or there.faults)[0], _until(there, opener)
            strange = isinstance(fault, KeysError) or (fault.key == "backup.opening_damaged" and not until)
            raise fault if strange else Broken(fault, until)  # whoever opens none of them has other keys
        yield Rebuilt(built, chain, passed)


def _telling(there: Shelf, moment: str) -> Sequence[Kept]:
    """The packages that tell how the store was, the nearest first; none where the last one cannot be read.

    Only one whose log goes beyond ``moment`` is sure to hold all that was done until then; but one that ends right there will do
    where those are damaged.
    """
    last = max((one.head.number for one in there.packages), default=0)
    newest = there.packages[-1:] if all(_number(one) <= last for one in _own(there)) else ()
    if not moment:
        return newest
    later = [one for one in there.packages if one.head.reaches > moment] or newest
    return [*later, *(one for one in reversed(there.packages) if one.head.reaches == moment and one not in later)]


def _own(there: Shelf) -> list[XlcrmError]:
    """What is wrong with packages that may be this store's."""
    return [one for one in there.faults if one.key != "backup.another_store"]


def _number(fault: XlcrmError) -> int:
    """The number of a package by its file's name; 0 where that says none."""
    found = _NUMBER.match(Path(str(fault.values.get("path", ""))).name)
    return int(found.group()) if found else 0


def _whole(there: Shelf, last: Kept) -> list[Kept]:
    """The chain that ends with ``last``. StoreError naming the package that is missing, or cannot be read."""
    if chain := there.chain(last):
        return chain
    by_id = {one.head.id: one for one in there.packages}
    while last.head.parent in by_id:
        last = by_id[last.head.parent]
    fault = next((one for one in there.faults if _number(one) == last.head.number - 1), None)
    raise fault or StoreError("backup.missing", path=last.path, number=f"{last.head.number - 1:06d}")


def _erased(there: Shelf, chain: Sequence[Kept], opener: Opener, passed: list[XlcrmError]) -> set[str]:
    """What packages beside the ``chain`` know of as erased; notes in ``passed`` where one that knows more does not open."""
    mine = chain[-1].head.erased
    parents = {one.head.parent for one in there.packages}
    found: set[str] = set()
    for one in there.packages:
        if one.head.erased > mine and one.head.id not in parents and one not in chain:
            try:
                found |= scratch.erased_in([one.path], opener)
            except (StoreError, KeysError):
                passed.append(StoreError("backup.erased_unknown", path=one.path, count=one.head.erased - mine))
    return found


def _until(there: Shelf, opener: Opener) -> str:
    """The moment of the last operation that is in a package whose chain reads from end to end; "" where none does."""
    known: dict[str, XlcrmError | None] = {}
    for last in reversed(there.packages):
        chain = there.chain(last)
        if chain and all(_fault(one, opener, known) is None for one in chain):
            return last.head.reaches
    return ""


def unreadable(
    there: Shelf, opener: Opener, but: Collection[Kept], watch: Callable[[int, int], None]
) -> list[XlcrmError]:  # fmt: skip
    """What is wrong with each package, ``but`` for some, that does not read from end to end, or that lacks what it builds upon.

    One that nobody here opens is not looked into: it may be of a time when other keys were held.
    """
    faults: list[XlcrmError] = list(there.faults)
    for number, one in enumerate(there.packages):
        watch(number, len(there.packages))
        fault = None if one in but else _fault(one, opener, {})
        if isinstance(fault, StoreError):
            faults.append(fault)
        elif not there.chain(one):
            faults.append(StoreError("backup.missing", path=one.path, number=f"{one.head.number - 1:06d}"))
    return faults


def _fault(one: Kept, opener: Opener, known: dict[str, XlcrmError | None]) -> XlcrmError | None:
    """What is wrong with a package; None where it reads from end to end."""
    if one.head.id not in known:
        known[one.head.id] = None
        try:
            with opened(one.path, opener) as package:
                for _ in package.sections():
                    pass
        except (StoreError, KeysError) as error:
            known[one.head.id] = error
    return known[one.head.id]


def knows(chain: Collection[Kept]) -> list[str]:
    """The heads (SEQ:HASH) at the end of each package: a log restored from them leads through all that are not behind its end."""
    return [f"{one.head.until.operations}:{one.head.until.head}" for one in chain if one.head.until.operations]
