"""Options: codes with labels per language, synonyms and vague words, read from data files."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Option:
    """One choice. ``parent`` is the code of the option it depends on (city of a province, tag of a type).

    A ``retired`` one is understood where it stands, and offered no more; one that went ``into`` another (a code) is not called
    by its words any more.
    """

    code: str
    zh: str
    en: str
    parent: str = ""
    synonyms: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    retired: bool = False
    into: str = ""

    def label(self, language: str) -> str:
        return self.zh if language == "zh" else self.en


@dataclass(frozen=True)
class Vocabulary:
    """The options of one dropdown, in their order; ``vague`` maps refused words to the codes to choose from."""

    name: str
    zh: str
    en: str
    options: tuple[Option, ...]
    vague: dict[str, tuple[str, ...]]
    extensible: bool = False

    @cached_property
    def by_code(self) -> dict[str, Option]:
        return {option.code: option for option in self.options}

    @cached_property
    def _by_text(self) -> dict[str, tuple[Option, ...]]:
        found: dict[str, tuple[Option, ...]] = {}
        for option in self.options:
            if option.into:
                continue
            for word in dict.fromkeys(fold(text) for text in (option.zh, option.en, *option.synonyms)):
                found[word] = (*found.get(word, ()), option)
        return found

    def find(self, text: str, parent: str = "") -> Option | None:
        """The option meant by a label, or synonym in either language; narrowed by ``parent`` where one is given.

        None when there is none or when several fit equally.
        """
        found = self.called(text)
        if parent:
            found = tuple(option for option in found if option.parent in ("", parent))
        return found[0] if len(found) == 1 else None

    def called(self, text: str) -> tuple[Option, ...]:
        """Every option with this label or synonym, whatever it depends on."""
        return self._by_text.get(fold(text), ())

    def label(self, code: str, language: str) -> str:
        """The label of ``code``; the code itself where it is unknown (a team's option that was removed)."""
        option = self.by_code.get(code)
        return option.label(language) if option else code

    def extended(self, more: Iterable[Option]) -> Vocabulary:
        """The same vocabulary as a team has it: its own options after the shipped ones, or in the place of those they change."""
        own = {option.code: option for option in more}
        options = (*(own.pop(option.code, option) for option in self.options), *own.values())
        return Vocabulary(self.name, self.zh, self.en, options, self.vague, self.extensible)


def fold(text: str) -> str:
    """Text as compared: NFKC, lower case, without spaces."""
    return "".join(unicodedata.normalize("NFKC", text).lower().split())


@cache
def vocabulary(name: str) -> Vocabulary:
    """The shipped vocabulary ``name``; KeyError when there is none. Files: model/data/vocabularies.json, or NAME.json."""
    own = files("xlcrm.model") / "data" / f"{name}.json"
    found = json.loads(own.read_text("utf-8")) if own.is_file() else _shared()[name]
    options = tuple(_option(**row) for row in found["options"]) or _made(name)
    vague = {fold(word): tuple(codes) for word, codes in found.get("vague", {}).items()}
    return Vocabulary(name, found["zh"], found["en"], options, vague, found.get("extensible", False))


def _made(name: str) -> tuple[Option, ...]:
    """The options of a vocabulary that is made of the declaration; none of one that only a team fills."""
    from xlcrm.model.choices import MADE

    return tuple(MADE[name]()) if name in MADE else ()


def _option(
    code: str, zh: str, en: str, parent: str = "", synonyms: Sequence[str] = (), excludes: Sequence[str] = ()
) -> Option:
    return Option(code, zh, en, parent, tuple(synonyms), tuple(excludes))


@cache
def _shared() -> dict[str, Any]:
    text = (files("xlcrm.model") / "data" / "vocabularies.json").read_text("utf-8")
    shared: dict[str, Any] = json.loads(text)
    return shared


def names() -> tuple[str, ...]:
    """The names of all shipped vocabularies."""
    folder = files("xlcrm.model") / "data"
    own = sorted(item.name[:-5] for item in folder.iterdir() if item.name.endswith(".json") and item.name != "vocabularies.json")
    return (*_shared(), *own)
