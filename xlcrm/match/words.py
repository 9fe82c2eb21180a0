"""The word tables behind normalising (data/words.json): trades, legal forms, branches, titles, remarks, placeholders.

All words stand as ``text.fold`` leaves them: NFKC, simplified, lower case, no spaces.
"""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

_TABLES: dict[str, Any] = json.loads((files("xlcrm.match") / "data" / "words.json").read_text("utf-8"))


def _words(name: str) -> tuple[str, ...]:
    return tuple(" ".join(_TABLES[name]).split())


TRADES = frozenset(_words("trades"))
SAME_TRADE: tuple[tuple[str, ...], ...] = tuple(tuple(line.split()) for line in _TABLES["same_trade"])
LEGAL: dict[str, str] = {form: sort for sort, forms in _TABLES["legal"].items() for form in forms.split()}
GROUPS = _words("groups")
BRANCHES = _words("branches")
ANCHORS = _words("anchors")
INSTITUTIONS = _words("institutions")
DEPARTMENTS = _words("departments")
SHOPS = _words("shops")
REMARKS = _words("remarks")
FORMER = _words("former")
TITLES = _words("titles")
COMPOUND_SURNAMES = frozenset(_words("compound_surnames"))
NOTHING = frozenset(_words("nothing"))
FREE_MAIL = frozenset(_words("free_mail"))
FAKE_MAIL = frozenset(_words("fake_mail"))
FAKE_PHONES = frozenset(_words("fake_phones"))
