"""What a workbook file consists of: its sheets, the Excel tables on them, its date system."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass

from xlcrm.errors import BookError
from xlcrm.sheets.address import area, corners
from xlcrm.sheets.files.markup import attributes, plain, whole, with_attribute
from xlcrm.sheets.files.package import Package

_RELATION = re.compile(rb"<Relationship\s([^>]*)>")
_SHEET = re.compile(rb"<sheet\s[^>]*>")
_TABLE = re.compile(rb"<table\s[^>]*>")
_AUTOFILTER = re.compile(rb"<autoFilter\s([^>]*?)(?:/>|>.*?</autoFilter>)", re.DOTALL)
_SORT = re.compile(rb"<sortState\b[^>]*?(?:/>|>.*?</sortState>)", re.DOTALL)
_ACTIVE = re.compile(rb"<workbookView\s[^>]*>")


@dataclass(slots=True)
class ListObject:
    """An Excel table: its name, its part, its corners (left, top, right, bottom) and its totals rows (0 or 1)."""

    package: Package
    name: str
    part: str
    ref: tuple[int, int, int, int]
    totals: int

    def resized(self, bottom: int, unfiltered: bool = False) -> None:
        """Let the table end in row ``bottom``; ``unfiltered`` also drops its filter criteria and sort order."""
        package = self.package
        self.ref = (*self.ref[:3], bottom)
        ref = area(*self.ref)
        data = package.part(self.part)
        data = _TABLE.sub(lambda tag: with_attribute(tag[0], b"ref", ref), data, count=1)
        filtered = area(self.ref[0], self.ref[1], self.ref[2], bottom - self.totals)
        if unfiltered:
            data = _AUTOFILTER.sub(b"<autoFilter/>", _SORT.sub(b"", data), count=1)
            data = data.replace(b"<autoFilter/>", b'<autoFilter ref="%b"/>' % filtered.encode())
        else:
            data = re.sub(rb"<autoFilter\s[^>]*>", lambda tag: with_attribute(tag[0], b"ref", filtered), data, count=1)
        package.put(self.part, data)


@dataclass(slots=True)
class Entry:
    """A worksheet as the workbook lists it: title, part, state ("visible", "hidden", "veryHidden") and its Excel tables."""

    title: str
    part: str
    state: str
    lists: tuple[ListObject, ...]


class Workbook:
    """The list of sheets of ``package``; BookError if it has none."""

    def __init__(self, package: Package) -> None:
        self._package = package
        roots = [target for kind, target in _relations(package, "").values() if kind == "officeDocument"]
        self.part = roots[0] if roots else "xl/workbook.xml"
        if self.part.endswith(".bin"):
            raise BookError("sheets.old_format", path=package.path.name)
        if not package.has(self.part):
            raise BookError("sheets.not_workbook", path=package.path.name)
        data = package.part(self.part)
        self._relations = _relations(package, self.part)
        self.since_1904 = bool(re.search(rb'<workbookPr\b[^>]*\sdate1904\s*=\s*"(?:1|true)"', data))
        self.sheets = [entry for tag in _SHEET.findall(data) if (entry := self._entry(tag)) is not None]
        if not self.sheets:
            raise BookError("sheets.not_workbook", path=package.path.name)

    def related(self, kind: str) -> str | None:
        """The workbook's part of this kind ("sharedStrings", "styles"), None if it has none."""
        return next((target for name, target in self._relations.values() if name == kind and self._package.has(target)), None)

    def _entry(self, tag: bytes) -> Entry | None:
        found = attributes(tag)
        identity = next((value for name, value in found.items() if name.endswith(b":id")), b"")
        kind, part = self._relations.get(identity.decode("utf-8", "replace"), ("", ""))
        if kind != "worksheet":
            return None  # chart and macro sheets hold no rows
        state = found.get(b"state", b"visible").decode()
        lists = [
            _list_object(self._package, target)
            for name, target in _relations(self._package, part).values()
            if name == "table" and self._package.has(target)
        ]
        return Entry(plain(found.get(b"name", b"")), part, state, tuple(item for item in lists if item is not None))

    def show(self, sheet: Entry, visible: bool) -> None:
        """Show or hide a sheet; a sheet made very hidden by somebody is shown like any other."""
        if (sheet.state == "visible") == visible:
            return
        sheet.state = "visible" if visible else "hidden"
        data = self._package.part(self.part)
        tags = list(_SHEET.finditer(data))
        index = next(number for number, tag in enumerate(tags) if plain(attributes(tag[0]).get(b"name", b"")) == sheet.title)
        tag = tags[index]
        data = data[: tag.start()] + with_attribute(tag[0], b"state", None if visible else "hidden") + data[tag.end() :]
        view = _ACTIVE.search(data)
        if not visible and view and attributes(view[0]).get(b"activeTab", b"0") == str(index).encode():
            first = next((n for n, other in enumerate(tags) if n != index and b"state=" not in other[0]), 0)
            data = data[: view.start()] + with_attribute(view[0], b"activeTab", str(first)) + data[view.end() :]
        self._package.put(self.part, data)


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """The relationships of a part ("" for the package): id -> (kind, part name). External ones are left out."""
    folder, name = posixpath.split(part)
    source = posixpath.join(folder, "_rels", f"{name}.rels")
    if not package.has(source):
        return {}
    found = {}
    for tag in _RELATION.findall(package.part(source)):
        named = attributes(tag)
        if named.get(b"TargetMode") == b"External":
            continue
        target = plain(named.get(b"Target", b""))
        target = posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))
        found[plain(named.get(b"Id", b""))] = (plain(named.get(b"Type", b"")).rsplit("/", 1)[-1], target)
    return found


def _list_object(package: Package, part: str) -> ListObject | None:
    tag = _TABLE.search(package.part(part))
    named = attributes(tag[0]) if tag else {}
    ref = corners(plain(named.get(b"ref", b"")))
    if ref is None:
        return None
    return ListObject(package, plain(named.get(b"displayName", b"")), part, ref, whole(named.get(b"totalsRowCount", b""), 0))
