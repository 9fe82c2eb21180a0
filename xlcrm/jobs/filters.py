"""Filters as people write them: 行业=制造业，状态=意向客户，年预算>10万."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from xlcrm.errors import UsageError
from xlcrm.model.fields import Field, Kind, Role
from xlcrm.model.tables import CUSTOMER
from xlcrm.model.vocabularies import fold, vocabulary
from xlcrm.rules.clean import read
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.taglibrary import library, named

Condition = tuple[str, str, str]
"""(field key, one of = != > >= < <=, canonical value), as Store.scan takes it."""

_SEPARATOR = re.compile(r"([,，;；、])")
_PART = re.compile(r"\s*(?P<field>[^=!<>≥≤＞＜＝≠]+?)\s*(?P<sign>!=|<>|>=|<=|[=<>≥≤＞＜＝≠])\s*(?P<value>.*?)\s*")
_SIGN = re.compile(r"[=<>≥≤＞＜＝≠]")
_SIGNS = {"<>": "!=", "≠": "!=", "≥": ">=", "≤": "<=", "＞": ">", "＜": "<", "＝": "="}
_UNORDERED = frozenset({Kind.OPTION, Kind.COLLEAGUE})
_STORED = (Role.DATA, Role.AUDIT)
_TAGS = "tags"
_LAST = "~"  # behind every letter and digit of a code


def conditions(said: str, rulebook: Rulebook) -> list[Condition]:
    """A filter as the conditions that must all be met; fields by header or synonym, in either language.

    A trade of several (制造业) means all of them. UsageError says which condition is not understood, and why.
    """
    return [one for place, part in enumerate(_parts(said), 1) for one in _conditions(part, place, rulebook)]


def _parts(said: str) -> list[str]:
    """The conditions in ``said``; a separator may belong to an option (信息传输、软件和信息技术服务业)."""
    pieces = _SEPARATOR.split(said)
    found: list[str] = []
    for separator, piece in zip(["", *pieces[1::2]], pieces[::2], strict=True):
        if found and piece.strip() and not _SIGN.search(piece):
            found[-1] += separator + piece
        elif piece.strip():
            found.append(piece)
    return found


def _conditions(part: str, place: int, rulebook: Rulebook) -> Iterator[Condition]:
    where: dict[str, object] = {"text": part.strip(), "place": place}
    match = _PART.fullmatch(part)
    if match is None:
        raise UsageError("filters.no_sign", **where)
    field = _asked(match["field"])
    if field is None:
        called = match["field"].strip()
        raise UsageError(f"filters.{'not_stored' if _titled(called) else 'no_field'}", field=called, **where)
    if field.key == _TAGS:
        yield _tagged(match, where, rulebook)
        return
    if field.sensitive:
        raise UsageError("filters.sensitive", field=field.title(rulebook.language), **where)
    sign, said = _SIGNS.get(match["sign"], match["sign"]), match["value"]
    if field.kind in _UNORDERED and sign not in ("=", "!="):
        raise UsageError("filters.no_order", field=field.title(rulebook.language), sign=match["sign"], **where)
    if field.kind is Kind.DECIMAL:
        said = re.sub(r"万?元?$", "", said)
    value = read(said, field, rulebook).value
    if said and (value is None or (field.kind is not Kind.OPTION and _SEPARATOR.search(said))):
        raise UsageError("filters.no_value", field=field.title(rulebook.language), value=said, **where)
    if value is None or not _divided(field, value, rulebook):
        yield field.key, sign, value or ""
    elif sign == "=":
        yield from ((field.key, ">=", value), (field.key, "<", value + _LAST))
    else:
        raise UsageError("filters.divided", field=field.title(rulebook.language), value=said, **where)


def _tagged(match: re.Match[str], where: Mapping[str, object], rulebook: Rulebook) -> Condition:
    """A condition on the tags: one of the library, as TYPE/NAME where several are called so; blank for none at all."""
    sign, said, title = _SIGNS.get(match["sign"], match["sign"]), match["value"], CUSTOMER[_TAGS].title(rulebook.language)
    if sign not in ("=", "!="):
        raise UsageError("filters.no_order", field=title, sign=match["sign"], **where)
    kind, slash, label = said.partition("/")
    type_ = vocabulary("tag_type").find(kind) if slash else None
    found = named(library(rulebook.settings), label if type_ else said, type_.code if type_ else "") if said else []
    if said and len(found) != 1:
        raise UsageError("filters.no_value", field=title, value=said, **where)
    return _TAGS, sign, found[0].option.code if found else ""


def _divided(field: Field, code: str, rulebook: Rulebook) -> bool:
    """Whether there are narrower options below this one in the same list, as below 制造业: their codes begin with its code."""
    words = rulebook.vocabulary(field.options).options if field.kind is Kind.OPTION else ()
    return any(one.parent == code and one.code.startswith(code) for one in words)


def field_named(name: str) -> Field | None:
    """The stored field of a customer with this header, key or synonym, in either language."""
    return next((field for field in _titled(name) if field.role in _STORED), None)


def _asked(name: str) -> Field | None:
    """The field that a filter may ask for: a stored one, or the tags."""
    return next((field for field in _titled(name) if field.role in _STORED or field.key == _TAGS), None)


def _titled(name: str) -> list[Field]:
    """Every column of the customer sheet that is called so, those that only the sheet has included."""
    wanted = fold(name)
    found = []
    for field in CUSTOMER.fields:
        titles = [fold(title) for title in (field.key, field.zh, field.en, *field.synonyms)]
        if wanted in titles or wanted in [re.sub(r"[(（].*", "", title) for title in titles]:
            found.append(field)
    return found
