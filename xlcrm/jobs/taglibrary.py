"""标签库: what the team's library of tags holds, and changing it (mission T3; document 003 2.4)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from xlcrm.catalogue import text
from xlcrm.errors import UsageError
from xlcrm.jobs.notify.proposed import proposed
from xlcrm.model.context import Context
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Result
from xlcrm.model.proposal import Proposal
from xlcrm.model.tables import TAG
from xlcrm.model.vocabularies import Option, vocabulary
from xlcrm.rules.clean.text import line
from xlcrm.rules.rights import Action, rights_of
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.taglibrary import LONGEST, Tag, fits, library, named, setting
from xlcrm.store.base import Store

_WRITTEN = (Result.STORED, Result.UPDATED, Result.UNCHANGED)


def uses(store: Store) -> Counter[str]:
    """How many customers bear each tag (code), as far as the acting person may see them."""
    return Counter(record.values.get("name") or "" for record in store.scan(TAG.key))


def the_one(tags: Mapping[str, Tag], said: str) -> Tag:
    """The tag that ``said`` names: its name, or TYPE/NAME where several are called so. UsageError where there is not one."""
    type_, sign, label = said.partition("/")
    option = vocabulary("tag_type").find(type_) if sign else None
    found = named(tags, label if option else said, option.code if option else "")
    if len(found) != 1:
        raise UsageError("tags.several" if found else "tags.unknown", name=said)
    return found[0]


def new(store: Store, context: Context, type_: str, label: str, synonyms: Sequence[str] = (), reason: str = "") -> bool:
    """Add a tag of the team's own, or propose it without the right to; whether it was added. UsageError where it is there."""
    tag = _checked(library(store.settings()), context, type_, label, synonyms)
    rights = rights_of(context.actor, store.people(), context.now()[:10])
    if rights.may(Action.SETTINGS, None):
        _write(store, context, [tag], reason)
        return True
    if any(same(one, tag.option.parent, tag.option.zh) for one in store.proposals("tag")):
        raise UsageError("tags.proposed_before", name=tag.option.zh)
    change = proposal(tag.option, reason)
    changes = [change, *proposed(store, context, store.settings(), [change])]
    store.apply(Operation("proposal", changes, source=context.source, reason=reason, whole=True), context)
    return False


def made(context: Context, type_: str, label: str, synonyms: Sequence[str] = ()) -> Tag:
    """A new tag of the team's own, by the acting person: its label is its code."""
    option = Option(label, label, label, type_, tuple(dict.fromkeys(filter(None, map(line, synonyms)))))
    return Tag(option, own=True, by=context.actor.rid, at=context.now())


def kept(tag: Tag) -> Change:
    """The change that keeps a tag in the library."""
    name, value = setting(tag)
    return Change("setting", name, "", {"value": value})


def proposal(option: Option, reason: str) -> Change:
    """The change that proposes a new tag to the steward."""
    said = json.dumps({"type": option.parent, "label": option.zh, "synonyms": list(option.synonyms)}, ensure_ascii=False)
    values = {"kind": "tag", "customer": None, "about": said, "reason": reason or None, "outcome": "open"}
    return Change("proposal", new_rid(), "", values)


def same(one: Proposal, type_: str, label: str) -> bool:
    """Whether a proposal is about this very tag."""
    return (one.about.get("type"), line(str(one.about.get("label") or ""))) == (type_, label)


def carried(store: Store, context: Context, rulebook: Rulebook, proposals: Sequence[Proposal]) -> dict[str, list[Change]]:
    """The changes that put tags which were agreed to into the library, by the proposal's rid; what is there already stays."""
    tags, found = library(store.settings()), dict[str, list[Change]]()
    for one in proposals:
        type_, label, words = (one.about.get(key) for key in ("type", "label", "synonyms"))
        found[one.rid] = []
        if not named(tags, str(label), str(type_)):
            synonyms = [str(word) for word in words] if isinstance(words, list) else []
            tag = replace(_checked(tags, context, str(type_), str(label), synonyms), by=one.initiator)
            found[one.rid].append(kept(tag))
            tags[tag.option.code] = tag
    return found


def retire(store: Store, context: Context, tag: Tag, back: bool = False) -> None:
    """Let a tag be offered no more, or again; where it was given it stays."""
    _write(store, context, [replace(tag, option=replace(tag.option, retired=not back))])


def exclude(store: Store, context: Context, one: Tag, other: Tag, back: bool = False) -> None:
    """Let two tags exclude each other, or no more. UsageError for one and the same."""
    if one.option.code == other.option.code:
        raise UsageError("tags.itself", name=one.option.zh)
    changed = []
    for tag, away in ((one, other), (other, one)):
        rest = [code for code in tag.option.excludes if code != away.option.code]
        excludes = tuple(rest if back else [*rest, away.option.code])
        changed.append(replace(tag, option=replace(tag.option, excludes=excludes)))
    _write(store, context, changed)


def merge(store: Store, context: Context, tag: Tag, into: Tag) -> int:
    """Let ``tag`` go into another one, everywhere: its words mean that one, and who bore it bears that. How many customers.

    UsageError for one and the same.
    """
    if tag.option.code == into.option.code:
        raise UsageError("tags.itself", name=tag.option.zh)
    _may(store, context)
    bearing = list(store.scan(TAG.key, [("name", "=", tag.option.code)]))
    given = store.children(TAG.key, {one.values.get("customer") or "" for one in bearing})
    changes = []
    for one in bearing:
        customer = one.values.get("customer") or ""
        twin = next((of for of in given.get(customer, ()) if of.values.get("name") == into.option.code), None)
        if twin is not None:
            changes.append(Change(TAG.key, one.rid, customer, {}, one.version, state="merged", merged_into=twin.rid))
            continue
        expected = {key: one.values.get(key) for key in ("type", "name")}
        values: dict[str, str | None] = {"type": into.option.parent, "name": into.option.code}
        changes.append(Change(TAG.key, one.rid, customer, values, one.version, expected))
    if changes:
        store.apply(Operation("tags", changes, source=context.source, whole=True), context)
    _write(store, context, [replace(tag, option=replace(tag.option, into=into.option.code, retired=True))])
    return len(bearing)


def _checked(tags: Mapping[str, Tag], context: Context, type_: str, label: str, synonyms: Sequence[str]) -> Tag:
    label = line(label)
    if type_ not in vocabulary("tag_type").by_code:
        types = text("match.and", context.language).join(one.label(context.language) for one in vocabulary("tag_type").options)
        raise UsageError("tags.bad_type", types=types)
    if not fits(label):
        raise UsageError("tags.bad_name", name=label, longest=LONGEST)
    if known := named(tags, label):
        raise UsageError("tags.there", name=label, type=vocabulary("tag_type").label(known[0].option.parent, context.language))
    return made(context, type_, label, synonyms)


def _write(store: Store, context: Context, tags: Sequence[Tag], reason: str = "") -> None:
    """UsageError without the right, or where a colleague changed one of them since."""
    _may(store, context)
    before = store.settings()
    changes = [kept(tag if tag.by else replace(tag, by=context.actor.rid, at=context.now())) for tag in tags]
    for change in changes:
        change.expected = {"value": before.get(change.rid)}
    receipt = store.apply(Operation("tags", changes, source=context.source, reason=reason), context)
    if any(outcome.result not in _WRITTEN for outcome in receipt.outcomes):
        raise UsageError("tags.changed_meanwhile")


def _may(store: Store, context: Context) -> None:
    if not rights_of(context.actor, store.people(), context.now()[:10]).may(Action.SETTINGS, None):
        raise UsageError("tags.no_right")
