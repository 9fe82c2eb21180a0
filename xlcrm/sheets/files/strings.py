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
    texts = plain(b"\0".join(found)).split("\0") if found else []  # no text holds a NUL
    return [text if text and not text.isspace() else None for text in texts]


def filled(text: str) -> str | None:
    """``text``, or None where nothing can be seen of it."""
    return None if not text or text.isspace() else text
