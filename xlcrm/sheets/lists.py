"""The lists behind the dropdowns: which there are, what they are called and what they offer.

A dropdown names its list (``L_source``); a dependent one takes the part of its list that belongs to the parent's
cell, for which ``L_city_of`` names the parents' labels beside the labels of ``L_city``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from xlcrm.model.fields import Field, Table
from xlcrm.model.tables import TABLES
from xlcrm.model.vocabularies import Vocabulary, vocabulary

BLANK = "L_blank"  # what a dependent dropdown offers while its parent is blank: two cells, of one LibreOffice offers its value, 0


@dataclass(frozen=True, slots=True)
class OptionList:
    """One list: ``labels`` in their order; ``parents`` (as long, equal ones adjacent) only for a dependent one.

    ``title`` is the vocabulary's title, under which a team finds it in the dictionary; ``extensible`` lists take
    the options that a team added there.
    """

    vocabulary: str
    title: str
    labels: tuple[str, ...]
    parents: tuple[str, ...] = ()
    extensible: bool = False


def name_of(vocabulary: str) -> str:
    """The defined name of a vocabulary's list."""
    return f"L_{vocabulary}"


def parents_of(vocabulary: str) -> str:
    """The defined name of the parents' labels beside a dependent list."""
    return f"L_{vocabulary}_of"


def offered(vocabulary_name: str, language: str) -> tuple[str, ...]:
    """The labels of a vocabulary, each once, in order."""
    return tuple(dict.fromkeys(option.label(language) for option in vocabulary(vocabulary_name).options))


def title(found: Vocabulary, language: str) -> str:
    """The vocabulary's title in ``language``."""
    return found.zh if language == "zh" else found.en


@cache
def used(language: str) -> tuple[OptionList, ...]:
    """Every list that a dropdown of some table needs, in the order of the tables."""
    found: dict[str, OptionList] = {}
    for table in TABLES:
        for field in table.fields:
            if field.options and field.options not in found:
                found[field.options] = _list(table, field, language)
    return tuple(found.values())


def _list(table: Table, field: Field, language: str) -> OptionList:
    source = vocabulary(field.options)
    if not field.parent:
        return OptionList(source.name, title(source, language), offered(source.name, language), (), source.extensible)
    above = vocabulary(table[field.parent].options)
    pairs = dict.fromkeys((above.label(option.parent, language), option.label(language)) for option in source.options)
    order = {parent: number for number, parent in enumerate(dict.fromkeys(parent for parent, _ in pairs))}
    rows = sorted(pairs, key=lambda pair: order[pair[0]])  # parents of one name (two towns, one spelling) side by side
    parents, labels = zip(*rows, strict=True)
    return OptionList(source.name, title(source, language), labels, parents, source.extensible)
