"""What was delivered: every file of a folder, who delivered it, whether it could be read, and whose list it is a copy of."""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from xlcrm.catalogue import text
from xlcrm.errors import XlcrmError
from xlcrm.model.context import Context, Person
from xlcrm.sheets.sources.reading import read
from xlcrm.sheets.sources.source import Source

_NO_TABLES = frozenset({"sources.no_table_file", "sources.lock_file", "sources.outside", "sources.no_file"})
_EMPTY = frozenset({"sources.no_table_found", "sources.only_hidden", "sources.only_header"})
# 客户表0315.xlsx, 客户表 (2).xlsx, 客户表-副本.xlsx and 客户表_v2_最终.xlsx are copies of one list.
_COPY = re.compile(
    r"[(（\[【]\s*\d{1,2}\s*[)）\]】]|副本|复件|拷贝|备份|最终版?|终稿|更新版?|修改版?|最新版?|定稿|\bcopy\b|\bfinal\b|\bv\d+\b|第?\d+版"
    r"|(?:20)?\d{2}[-._年]?\d{1,2}[-._月]?\d{1,2}日?|\d{1,2}月\d{1,2}日?|\d{1,2}月份?|\d+",
    re.I,
)
_BETWEEN = re.compile(r"[\s_\-—·.,，()（）\[\]【】]+")


@dataclass(slots=True)
class Delivery:
    """A file: its ``name`` as it is shown (under the folder that was asked for), and what became of it.

    ``state`` is a code of the vocabulary "delivery_state", ``reason`` the sentence that goes with it. ``saved`` is when it was
    last saved (YYYY-MM-DD HH:MM:SS); ``family`` tells whose list it is, whatever day's copy. ``source`` is let go of once
    its rows are gathered.
    """

    path: Path
    name: str
    state: str = "read"
    reason: str = ""
    saved: str = ""
    family: str = ""
    person: Person | None = None
    rows: int = 0
    columns: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    source: Source | None = None
    root: Path | None = None


def find(asked: Sequence[Path], skip: Iterable[Path] = ()) -> list[Delivery]:
    """The files that are asked for, and those in the folders among them, by name; none of ``skip`` (files or folders).

    A link that leads out of its folder is not followed; each file comes once, however often it is named.
    """
    left_out = {path.resolve() for path in skip}
    found: dict[Path, Delivery] = {}
    for path in asked:
        if not path.is_dir():
            found.setdefault(path.absolute(), Delivery(path, _shown(path.name)))
            continue
        for file in _files(path, left_out):
            if _real(file) not in left_out:
                found.setdefault(file.absolute(), Delivery(file, _shown(str(file.relative_to(path))), root=path))
    deliveries = list(found.values())
    for part in (1, 2, 3):  # 客户.xlsx of two folders: as much of the path as tells them apart
        names = Counter(delivery.name for delivery in deliveries)
        for delivery in deliveries:
            if names[delivery.name] > 1:
                delivery.name = _shown("/".join(delivery.path.absolute().parts[-1 - part :]))
    return deliveries


def _files(folder: Path, left_out: set[Path]) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        here = Path(place)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and (here / name).resolve() not in left_out)
        yield from (here / name for name in sorted(files) if not name.startswith(".") or name.startswith(".~"))


def load(deliveries: Sequence[Delivery], context: Context, people: Iterable[Person]) -> Iterator[Delivery]:
    """Read the files one by one; what cannot be read says so and stops nothing.

    Of several files with the same content the first is read.
    """
    colleagues = {person.name: person for person in people if not person.disabled and len(person.name) > 1}
    seen: dict[str, str] = {}
    for delivery in deliveries:
        _load(delivery, context, seen)
        if delivery.source is not None:
            own = delivery.source.settings.get("person", "")
            delivery.person = colleagues.get(own)
        delivery.person = delivery.person or _named(f"{delivery.path.absolute().parent.name}/{delivery.name}", colleagues)
        yield delivery


def _load(delivery: Delivery, context: Context, seen: dict[str, str]) -> None:
    path = delivery.path
    try:
        source = read(path, root=delivery.root)
    except XlcrmError as error:
        delivery.state = "skipped" if error.key in _NO_TABLES else "empty" if error.key in _EMPTY else "failed"
        delivery.reason = f"{error.sentence(context.language)}{error.hint(context.language)}"
        return
    first = seen.setdefault(source.digest, delivery.name)
    if first != delivery.name:
        delivery.state, delivery.reason = "same", text("consolidate.same_file", context.language, file=first)
        return
    if source.settings.get("consolidated"):
        delivery.state, delivery.reason = "skipped", text("consolidate.own_result", context.language)
        return
    delivery.source = source
    delivery.reason = "\n".join(text(f"sources.{key}", context.language, **values) for key, values in source.notes)
    delivery.saved = datetime.fromtimestamp(source.modified).strftime("%Y-%m-%d %H:%M:%S")
    delivery.family = family(delivery.name)


def family(name: str) -> str:
    """Whose list a file is, by its name and the folder it lies in, without dates and marks of copies: 16 hexadecimal digits."""
    path = Path(name)
    bare = _BETWEEN.sub("", _COPY.sub("", path.stem)).lower() or path.stem.lower()
    return hashlib.sha256(f"{path.parent.as_posix()}\x1f{bare}".encode()).hexdigest()[:16]


def _named(name: str, colleagues: Mapping[str, Person]) -> Person | None:
    """The one colleague whose name the path holds; of 王伟 and 王伟东 the longer; None where there are two."""
    found = [one for one in colleagues if one in name]
    longest = [one for one in found if not any(one != other and one in other for other in found)]
    return colleagues[longest[0]] if len(longest) == 1 else None


def _real(path: Path) -> Path:
    """Where a file lies, links followed; the path itself where they lead in a circle."""
    try:
        return path.resolve()
    except (OSError, RuntimeError):
        return path


def _shown(name: str) -> str:
    """A path as a sheet can hold it: no control characters, no half characters of another encoding."""
    plain = name.encode(errors="replace").decode()
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in plain)[:400]
