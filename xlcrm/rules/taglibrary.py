"""A team's tag library: the shipped tags as the team changed them, and its own (mission T3; document 003 2.4).

Each tag that differs from the shipped ones is a setting of the store, so that two people who change two tags do not meet.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from xlcrm.model.vocabularies import Option, Vocabulary, fold, vocabulary

PREFIX = "tag."
"""A setting's name is this and the code of its tag; a tag of the team's own has its label for a code."""
LEVELS: Mapping[str, str] = {
    "industry": "basic",
    "region": "basic",
    "need": "behaviour",
    "channel": "behaviour",
    "risk": "behaviour",
    "value": "value",
}
"""The level of each type: 基础属性, 行为特征, 价值维度."""
LONGEST = 20


@dataclass(frozen=True, slots=True)
class Tag:
    """One tag: ``option`` as it is chosen, and of the team's own or changed ones who did it (a rid) and when."""

    option: Option
    own: bool = False
    by: str = ""
    at: str = ""

    @property
    def level(self) -> str:
        return LEVELS.get(self.option.parent, "")


def library(settings: Mapping[str, str]) -> dict[str, Tag]:
    """Every tag by its code, the shipped ones first; what a setting says that nobody understands is left out."""
    found = {option.code: Tag(option) for option in vocabulary("tag").options}
    for name, value in sorted(settings.items()):
        if name.startswith(PREFIX) and value:
            tag = _read(name.removeprefix(PREFIX), value, found)
            if tag is not None:
                found[tag.option.code] = tag
    return _joined(found)


def options(settings: Mapping[str, str]) -> tuple[Option, ...]:
    """The tags that are not as they were shipped, for Rulebook.options."""
    if not any(name.startswith(PREFIX) for name in settings):
        return ()
    shipped = vocabulary("tag").by_code
    return tuple(tag.option for code, tag in library(settings).items() if tag.option != shipped.get(code))


def setting(tag: Tag) -> tuple[str, str]:
    """The setting that keeps ``tag``: (name, value)."""
    option = tag.option
    said: dict[str, object] = {"zh": option.zh, "en": option.en, "type": option.parent, "synonyms": list(option.synonyms)}
    said |= {"excludes": sorted(option.excludes), "retired": option.retired, "into": option.into, "by": tag.by, "at": tag.at}
    return PREFIX + option.code, json.dumps(said, ensure_ascii=False)


def named(tags: Mapping[str, Tag], label: str, type_: str = "") -> list[Tag]:
    """The tags that are called ``label``, in either language, of a type (a code) where one is given."""
    wanted = fold(label)
    words = ((tag, (tag.option.code, tag.option.zh, tag.option.en, *tag.option.synonyms)) for tag in tags.values())
    found = [tag for tag, said in words if not tag.option.into and wanted in map(fold, said)]
    return [tag for tag in found if not type_ or tag.option.parent == type_]


def contradicts(words: Vocabulary, one: str, other: str) -> bool:
    """Whether two tags (codes) exclude each other: it is enough that one of them says so."""
    first, second = words.by_code.get(one), words.by_code.get(other)
    return bool((first and other in first.excludes) or (second and one in second.excludes))


def excluded(words: Vocabulary, code: str, given: Iterable[str]) -> str | None:
    """The first of the ``given`` tags (codes) that ``code`` cannot stand beside; None where there is none."""
    return next((other for other in given if other != code and contradicts(words, code, other)), None)


def told(about: Mapping[str, object], language: str) -> str:
    """What a proposal of a new tag says: TYPE/NAME; "" for anything else."""
    if not {"type", "label"} <= about.keys():
        return ""
    return f"{vocabulary('tag_type').label(str(about['type']), language)}/{about['label']}"


def fits(label: str) -> bool:
    """Whether a tag can be called so."""
    return 0 < len(label) <= LONGEST and "/" not in label


def _read(code: str, value: str, known: Mapping[str, Tag]) -> Tag | None:
    try:
        said = json.loads(value)
        shipped = known.get(code)
        option = Option(
            code,
            str(said["zh"]),
            str(said.get("en") or said["zh"]),
            str(said["type"]),
            tuple(map(str, said.get("synonyms", ()))),
            tuple(map(str, said.get("excludes", ()))),
            bool(said.get("retired")),
            str(said.get("into") or ""),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    return Tag(option, shipped is None, str(said.get("by") or ""), str(said.get("at") or ""))


def _joined(tags: dict[str, Tag]) -> dict[str, Tag]:
    """Tags with the words of those that went into them, however many steps away; a ring of them is left as it is."""
    for tag in list(tags.values()):
        goal, seen = tag.option.into, {tag.option.code}
        while goal in tags and tags[goal].option.into and goal not in seen:
            seen.add(goal)
            goal = tags[goal].option.into
        if goal in tags and goal not in seen:
            into = tags[goal]
            called = dict.fromkeys((*into.option.synonyms, tag.option.zh, tag.option.en, *tag.option.synonyms))
            words = tuple(word for word in called if word not in (into.option.zh, into.option.en))
            tags[goal] = replace(into, option=replace(into.option, synonyms=words))
    return tags
