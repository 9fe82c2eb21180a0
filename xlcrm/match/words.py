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
NOUNS = _words("nouns")
REMARKS = _words("remarks")
REMARK_MARKS = _words("remark_marks")
FORMER = _words("former")
TITLES = _words("titles")
SURNAMES = "".join(_words("surnames"))
COMPOUND_SURNAMES = frozenset(_words("compound_surnames"))
NOTHING = frozenset(_words("nothing"))
FREE_MAIL = frozenset(_words("free_mail"))
FAKE_MAIL = frozenset(_words("fake_mail"))
FAKE_PHONES = frozenset(_words("fake_phones"))
WEST_FORMS: dict[str, str] = {form: sort for sort, forms in _TABLES["west_forms"].items() for form in forms.split()}
WEST_TRADES = frozenset(_words("west_trades"))
WEST_PLACES: dict[str, str] = _TABLES["west_places"]
OFFICES = _words("offices")
SPOKEN_FORMS: dict[str, str] = _TABLES["spoken_forms"]
AREAS: dict[str, str] = dict(entry.split(":") for entry in _words("areas"))
