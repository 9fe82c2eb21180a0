"""Matching the columns of many tables, one after the other, with what the team has answered before."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from xlcrm.model.fields import Kind
from xlcrm.model.learned import Learned, header_key, layout, value_key
from xlcrm.model.rows import Cell
from xlcrm.model.vocabularies import Vocabulary, fold
from xlcrm.rules import headers, values
from xlcrm.rules.clean.text import written
from xlcrm.rules.headers import Match
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store.base import Store

SAMPLE = 200
"""Cells of a column that are looked at."""

_SHOWN = 5
_LEFT = frozenset({"city", "district"})
"""Vocabularies too long to choose from, and whose words are places' own names."""


@dataclass(slots=True)
class AskedHeader:
    """A header that a person is asked about: the guesses in its tables, the layouts it stands in, samples, where it stands."""

    header: str
    match: Match
    guesses: Counter[str] = field(default_factory=Counter)
    layouts: dict[str, None] = field(default_factory=dict)
    samples: dict[str, None] = field(default_factory=dict)
    places: dict[str, None] = field(default_factory=dict)


@dataclass(slots=True)
class AskedWord:
    """A word of a dropdown column that a person is asked about; ``count`` rows have it."""

    vocabulary: str
    word: str
    match: values.OptionMatch
    count: int = 0
    places: dict[str, None] = field(default_factory=dict)


class Matcher:
    """Says of each table which field its columns are, and collects what to ask. Without a ``store`` nothing is remembered.

    The store is asked once for each table and once for each dropdown column.
    """

    def __init__(self, rulebook: Rulebook, store: Store | None = None) -> None:
        self.rulebook = rulebook
        self._store = store
        self._answers: dict[str, str] = {}
        self._known: set[str] = set()
        self._means: dict[tuple[str, str], values.OptionMatch] = {}
        self.headers: dict[str, AskedHeader] = {}
        self.words: dict[tuple[str, str], AskedWord] = {}

    def fields(self, header: Sequence[str], columns: Sequence[Sequence[Cell]], place: str) -> list[Match]:
        """What the columns of a table are; ``place`` says for people where the table stands."""
        here = layout(header)
        learned = self._recall([header_key(text, where) for text in header for where in ("", here)])
        samples = [_sample(column) for column in columns]
        matches = headers.fields(header, samples, learned, self.rulebook)
        for match in matches:
            if match.certainty == "doubtful":
                self._ask(header[match.column], match, here, samples[match.column], place)
        return matches

    def options(self, field: str, cells: Sequence[Cell], place: str) -> list[Cell]:
        """The cells of a column of ``field`` ("customer.source") with the words that are certain as their options' labels.

        What is not certain stays, and is asked about. Other columns than dropdowns come back as they are.
        """
        item = values.field_of(field)
        if item.kind is not Kind.OPTION or item.options in _LEFT:
            return list(cells)
        words, language = self.rulebook.vocabulary(item.options), self.rulebook.language
        counts = Counter(written(cell) for cell in cells if isinstance(cell, str | float | bool))
        meant = self.codes(field, {text: count for text, count in counts.items() if words.find(text) is None}, place)
        said = {text: words.label(code, language) if code else None for text, code in meant.items()}
        return [said.get(written(cell), cell) if isinstance(cell, str | float | bool) else cell for cell in cells]

    def codes(self, field: str, counts: Mapping[str, int], place: str) -> dict[str, str | None]:
        """The option of each word of a column of ``field`` that is certain, None for a word that was said to mean nothing.

        The others are left out and asked about; ``counts`` says how many rows have each.
        """
        name = values.field_of(field).options
        learned = self._recall([value_key(name, text) for text in counts])
        fresh = [text for text in counts if (name, text) not in self._means]
        self._means |= {(name, text): match for text, match in values.options(field, fresh, learned, self.rulebook).items()}
        found: dict[str, str | None] = {}
        for text, count in counts.items():
            match = self._means.get((name, text))
            if match is None:  # a blank, a placeholder
                continue
            if (match.certainty == "sure" and match.code) or match.reason == "headers.told_none":
                found[text] = match.code
            else:
                self._ask_word(self.rulebook.vocabulary(name), text, match, count, place)
        return found

    def _ask(self, header: str, match: Match, here: str, sample: Iterable[Cell], place: str) -> None:
        asked = self.headers.setdefault(fold(header), AskedHeader(header, match))
        asked.guesses[str(match.target or "")] += 1
        if str(match.target or "") == asked.guesses.most_common(1)[0][0]:
            asked.match = match
        asked.layouts[here] = None
        asked.places[place] = None
        for cell in sample:
            if cell is not None and len(asked.samples) < _SHOWN:
                asked.samples[written(cell)[:40]] = None

    def _ask_word(self, words: Vocabulary, text: str, match: values.OptionMatch, count: int, place: str) -> None:
        asked = self.words.setdefault((words.name, fold(text)), AskedWord(words.name, text, match))
        asked.count += count
        asked.places[place] = None

    def _recall(self, keys: Iterable[str]) -> Learned:
        fresh = dict.fromkeys(key for key in keys if key not in self._known)
        if fresh and self._store is not None:
            self._answers |= {key: decision.verdict for key, decision in self._store.decisions(fresh).items()}
        self._known |= fresh.keys()
        return Learned(self._answers)


def _sample(column: Sequence[Cell]) -> list[Cell]:
    """The first cells that are not blank."""
    found: list[Cell] = []
    for cell in column:
        if cell is not None:
            found.append(cell)
            if len(found) == SAMPLE:
                break
    return found
