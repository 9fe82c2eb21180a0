"""Changing single cells inside a sheet's XML; everything that is not touched keeps its bytes."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from xlcrm.errors import BookError
from xlcrm.model.rows import Cell, CellError, Link
from xlcrm.sheets.address import ROWS, area, column, corners, letters
from xlcrm.sheets.files.dates import serial
from xlcrm.sheets.files.grid import ROW
from xlcrm.sheets.files.markup import attributes, escaped, whole, with_attribute

_DATA = re.compile(rb"<sheetData(?:\s[^>]*)?(?:(/)>|>)")
_START = re.compile(rb'<c(?: r="([A-Z]{1,3})[0-9]+")?((?=[\s/>])[^>]*)>')  # no cell holds another one, and no text a "<"
_PLACE = re.compile(rb"([A-Za-z]{1,3})[0-9]+")
_LINE = re.compile(rb'\sr\s*=\s*"([^"]*)"')
_COLUMN = re.compile(rb"<col\s([^>]*)>")
_DIMENSION = re.compile(rb'(<dimension\s+ref=")([^"]*)(")')
_SPANS = re.compile(rb'\sspans="([0-9]{1,5}):([0-9]{1,5})"')

Changes = Mapping[int, Mapping[int, Cell | Link]]
"""Row number -> column number -> the cell's new value."""


@dataclass(frozen=True, slots=True)
class Formats:
    """The cell formats that new cells take: of whole columns; and which formats show dates, counted from which day."""

    dates: frozenset[int]
    since_1904: bool
    columns: Mapping[int, bytes] = field(default_factory=dict)


def bounds(sheet: bytes, part: str) -> tuple[int, int]:
    """Where the inside of ``<sheetData>`` begins and ends; BookError if the sheet has none."""
    start = _DATA.search(sheet)
    end = sheet.rfind(b"</sheetData>")
    if start is None or (not start[1] and end < start.end()):
        raise BookError("sheets.damaged", part=part)
    return start.end(), start.end() if start[1] else end


def parted(sheet: bytes, part: str) -> tuple[bytes, bytes, bytes]:
    """A sheet's XML up to and with ``<sheetData>``, the rows, and the rest from ``</sheetData>`` on."""
    start, end = bounds(sheet, part)
    if sheet[start - 2 : start] == b"/>":
        return sheet[: start - 2].rstrip() + b">", b"", b"</sheetData>" + sheet[end:]
    return sheet[:start], sheet[start:end], sheet[end:]


def column_formats(head: bytes) -> dict[int, bytes]:
    """The cell format of whole columns, from ``<cols>``; only of the columns that people can reach."""
    found: dict[int, bytes] = {}
    for tag in _COLUMN.findall(head):
        named = attributes(tag)
        first, last, style = whole(named.get(b"min", b"")), whole(named.get(b"max", b"")), named.get(b"style", b"")
        if first > 0 and whole(style) >= 0:
            found.update(dict.fromkeys(range(first, min(last, 1_000) + 1), style))
    return found


def hidden_columns(head: bytes) -> list[tuple[int, int]]:
    """The runs of columns that are not shown, from ``<cols>``: the first and the last of each."""
    found = []
    for tag in _COLUMN.findall(head):
        named = attributes(tag)
        if named.get(b"hidden") in (b"1", b"true") or named.get(b"width") == b"0":
            found.append((whole(named.get(b"min", b"")), whole(named.get(b"max", b""))))
    return found


def patched_rows(rows: bytes, changes: Changes, formats: Formats, shown: Collection[int] = ()) -> bytes:
    """``rows`` (the inside of ``<sheetData>``) with ``changes``. Rows in ``shown`` are unhidden."""
    waiting = sorted(changes, reverse=True)
    unseen = set(shown)
    pieces: list[bytes] = []
    copied = line = 0
    for match in ROW.finditer(rows):
        found = _LINE.search(match[1])
        number = whole(found[1]) if found else line + 1
        if not line < number <= ROWS:
            continue  # out of order: not read, so not written
        line = number
        while waiting and waiting[-1] < line:
            new = waiting.pop()
            pieces += (rows[copied : match.start()], _new_row(new, changes[new], formats))
            copied = match.start()
        wanted = line in unseen and b"hidden" in match[1]
        changed = bool(waiting) and waiting[-1] == line
        if not wanted and not changed:
            if not waiting and not unseen:
                break
            continue
        tag = with_attribute(b"<row" + match[1] + b">", b"hidden", None) if wanted else b"<row" + match[1] + b">"
        end = match.end() if match[2] else rows.find(b"</row>", match.end())
        inside = b"" if match[2] else rows[match.end() : end]
        if changed:
            waiting.pop()
            tag, inside = _row(tag, inside, line, changes[line], formats)
        pieces += (rows[copied : match.start()], tag, inside, b"</row>")
        copied = end if match[2] else end + len(b"</row>")
    pieces.append(rows[copied:])
    pieces += [_new_row(number, changes[number], formats) for number in reversed(waiting)]
    return b"".join(pieces)


def _new_row(line: int, cells: Mapping[int, Cell | Link], formats: Formats) -> bytes:
    """A row that the sheet did not have; nothing when it would be blank."""
    tag, inside = _row(b'<row r="%d">' % line, b"", line, {n: cell for n, cell in cells.items() if cell is not None}, formats)
    return tag + inside + b"</row>" if inside else b""


def _row(tag: bytes, inside: bytes, line: int, cells: Mapping[int, Cell | Link], formats: Formats) -> tuple[bytes, bytes]:
    """A row's start tag and content with some cells changed, the others as they were."""
    named = attributes(tag)
    own = named.get(b"s", b"") if named.get(b"customFormat") in (b"1", b"true") else b""
    waiting = sorted(cells, reverse=True)
    pieces: list[bytes] = []
    copied = number = 0
    for match in _START.finditer(inside):
        if not waiting:
            break
        if match[1]:  # nearly always
            number = column(match[1].decode())
        else:
            place = _PLACE.search(match[2])
            number = column(place[1].decode()) if place and b"r=" in match[2] else number + 1
        while waiting and waiting[-1] < number:
            new = waiting.pop()
            pieces += (
                inside[copied : match.start()],
                _cell(line, new, own or formats.columns.get(new, b""), cells[new], formats),
            )
            copied = match.start()
        if waiting and waiting[-1] == number:
            waiting.pop()
            style = attributes(match[2]).get(b"s", b"")
            pieces += (inside[copied : match.start()], _cell(line, number, style, cells[number], formats))
            end = match.end() if match[2].endswith(b"/") else inside.find(b"</c>", match.end()) + len(b"</c>")
            copied = end if end >= match.end() else len(inside)  # a last cell without an end
    pieces.append(inside[copied:])
    pieces += [_cell(line, new, own or formats.columns.get(new, b""), cells[new], formats) for new in reversed(waiting)]
    spans = _SPANS.search(tag)
    if spans and not int(spans[1]) <= min(cells) <= max(cells) <= int(spans[2]):
        wide = f"{min(int(spans[1]), *cells)}:{max(int(spans[2]), *cells)}"
        tag = with_attribute(tag, b"spans", wide)
    return tag, b"".join(pieces)


def _cell(line: int, number: int, style: bytes, value: Cell | Link, formats: Formats) -> bytes:
    """One cell's XML. A moment becomes a date where the format shows dates, text elsewhere."""
    start = f'<c r="{letters(number)}{line}"'.encode() + (b' s="%b"' % style if style else b"")
    if isinstance(value, datetime):
        days = serial(value, formats.since_1904)
        if whole(style) in formats.dates and days >= 0:
            return start + f"><v>{_number(days)}</v></c>".encode()
        value = value.isoformat(" ", "seconds")
    if isinstance(value, bool):
        return start + b' t="b"><v>%d</v></c>' % value
    if isinstance(value, int | float) and abs(value) < 1e300:
        return start + f"><v>{_number(value)}</v></c>".encode()
    if isinstance(value, CellError):
        return start + f' t="e"><v>{escaped(value.text)}</v></c>'.encode()
    text = "" if value is None else str(value)
    if not text:
        return start + b"/>" if style else b""
    return start + f' t="inlineStr"><is><t xml:space="preserve">{escaped(text)}</t></is></c>'.encode()


def _number(value: float) -> str:
    return str(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def widened(head: bytes, changes: Changes) -> bytes:
    """The head of a sheet with its ``<dimension>`` reaching over the changed cells."""
    filled = [(line, number) for line, cells in changes.items() for number, cell in cells.items() if cell is not None]
    found = _DIMENSION.search(head)
    old = corners(found[2].decode("ascii", "replace")) if found else None
    if not filled or found is None or old is None:
        return head
    lines, numbers = [line for line, _ in filled], [number for _, number in filled]
    ref = area(min(old[0], *numbers), min(old[1], *lines), max(old[2], *numbers), max(old[3], *lines))
    return head[: found.start(2)] + ref.encode() + head[found.end(2) :]
