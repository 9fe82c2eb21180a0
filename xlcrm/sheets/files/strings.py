"""The shared strings of a workbook."""

from __future__ import annotations

import re

from xlcrm.sheets.files.markup import plain, runs

_SIMPLE = re.compile(rb"<si><t(?: xml:space=\"preserve\")?>([^<]*)</t></si>")
_ANY = re.compile(rb"<si(?:\s[^>]*)?(?:/>|>(.*?)</si>)", re.DOTALL)


def shared_strings(data: bytes) -> list[str | None]:
    """The strings in the order of their numbers; None for those that are blank or only spaces."""
    found = _SIMPLE.findall(data)
    if len(found) != data.count(b"<si"):
        return [filled(runs(item)) for item in _ANY.findall(data)]
    if b"&" in data or b"_x" in data or b"\r" in data:
        return [filled(plain(item)) for item in found]
    return [filled(item) for item in b"\0".join(found).decode("utf-8", "replace").split("\0")] if found else []


def filled(text: str) -> str | None:
    """``text``, or None where nothing can be seen of it."""
    return None if not text or text.isspace() else text
