"""The last step: why two rows may be one customer, in a sentence a sales person can check."""

from __future__ import annotations

from functools import lru_cache

from xlcrm.catalogue import text
from xlcrm.match.engine import Evidence, Pair

# In the order of their weight for a reader; a blank address or mail is not worth a word.
_FIELDS = ("uscc", "identity", "contact", "phone", "mail", "name", "born", "address", "postcode", "locality")
_MISSED = frozenset({"contact", "phone"})
_PLAIN = ("same", "differ", "missing")
# Said in brackets behind the name: what its parts disagree in.
_NOTES = frozenset({"place.differ", "place.one", "branch.near", "branch.one", "branch.differ", "legal.differ", "legal.one"})


def explain(pair: Pair, language: str = "zh") -> str:
    """What agrees, what is alike, what differs, what is missing: 联系人、电话相同；名称相近（地名不同）."""
    return _sentence(pair.evidence, language)


@lru_cache(4096)
def _sentence(evidence: Evidence, language: str) -> str:
    levels = dict(evidence)
    notes = [f"{field}.{level}" for field, level in evidence if f"{field}.{level}" in _NOTES]
    if notes and levels["name"] == "same":
        levels["name"] = "alike"  # the same but for what the note says
    alike = []
    for field in _FIELDS:
        if levels[field] in _PLAIN:
            continue
        sentence = text(f"match.{field}.{levels[field]}", language)
        if field == "name" and notes:
            note = text("match.note.and", language).join(text(f"match.{key}", language) for key in notes)
            sentence = text("match.note", language, sentence=sentence, note=note)
        alike.append(sentence)
    told = {level: [field for field in _FIELDS if levels[field] == level] for level in _PLAIN}
    own = levels["shape"] == "person"  # a person is his own contact
    told["missing"] = [field for field in told["missing"] if field in _MISSED and not (own and field == "contact")]
    listed = {
        level: text(f"match.{level}", language, fields=_names(fields, language)) for level, fields in told.items() if fields
    }
    parts = [listed.get("same"), *alike, listed.get("differ"), listed.get("missing")]
    return text("match.then", language).join(part for part in parts if part)


def _names(fields: list[str], language: str) -> str:
    return text("match.and", language).join(text(f"match.field.{field}", language) for field in fields)
