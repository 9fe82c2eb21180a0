"""The last step: why two rows may be one customer, in a sentence a sales person can check."""

from __future__ import annotations

from functools import lru_cache

from xlcrm.catalogue import text
from xlcrm.match.engine import Evidence, Pair

# Said in brackets behind the name; only what disturbs.
_NOTES = ("place.differ", "branch.near", "branch.one", "branch.differ", "legal.differ")
# In the order of their weight for a reader. A blank address or mail is not worth a word.
_TOLD = ("uscc", "contact", "phone", "mail", "name", "address")
_MISSED = frozenset({"contact", "phone"})


def explain(pair: Pair, language: str = "zh") -> str:
    """What agrees, what is alike, what differs, what is missing: 联系人、电话相同；名称相近（地名不同）. "" when there is nothing."""
    return _sentence(pair.evidence, language)


@lru_cache(4096)
def _sentence(evidence: Evidence, language: str) -> str:
    found = dict(evidence)

    def listed(level: str) -> list[str]:
        fields = [field for field in _TOLD if found.get(field) == level and (level != "missing" or field in _MISSED)]
        if not fields:
            return []
        names = text("match.and", language).join(text(f"match.field.{field}", language) for field in fields)
        return [text(f"match.{level}", language, fields=names)]

    notes = [text(f"match.{key}", language) for key in _NOTES if found.get(key.split(".")[0]) == key.split(".")[1]]
    note = text("match.note.and", language).join(notes)
    own = [text(f"match.{field}.{found[field]}", language) for field in _TOLD if found.get(field) not in _PLAIN]
    alike = listed("same")
    if found.get("name") == "same" and notes:
        alike = [text("match.note", language, sentence=alike[0], note=note)]
    elif notes and own and found.get("name") not in _PLAIN:
        at = own.index(text(f"match.name.{found['name']}", language))
        own[at] = text("match.note", language, sentence=own[at], note=note)
    elif notes:
        own += notes
    return text("match.then", language).join([*alike, *own, *listed("differ"), *listed("missing")])


_PLAIN = frozenset({None, "same", "differ", "missing"})
