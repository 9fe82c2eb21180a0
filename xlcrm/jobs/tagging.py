"""Computed tags: what follows for every customer from what is stored (rules/tagging.py), shown or set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from xlcrm.catalogue import LANGUAGES, text
from xlcrm.model.context import Context
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Record, Result, Values
from xlcrm.model.tables import CUSTOMER, FEEDBACK, INTERACTION, OPPORTUNITY, TAG
from xlcrm.model.vocabularies import Option
from xlcrm.rules.rights import Action, rights_of
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.tagging import Facts, Step, computed, steps, thresholds
from xlcrm.store.base import Store

_PAGE = 1_000
_SHOWN = 20
ORIGINS = frozenset(text("tags.origin", language) for language in LANGUAGES)
"""What a computed tag says as its 数据来源."""


@dataclass(frozen=True, slots=True)
class Tagged:
    """One tag to be set on a customer; ``record`` is the computed one whose place it takes."""

    customer: Record
    option: Option
    record: Record | None

    def as_told(self) -> dict[str, str | None]:
        """For a program."""
        before = self.record.values.get("name") if self.record else None
        return {"customer": self.customer.number, "tag": self.option.code, "before": before}


@dataclass(slots=True)
class Computed:
    """What follows for ``customers`` customers: the tags to be set."""

    customers: int = 0
    steps: list[Tagged] = field(default_factory=list)


def compute(store: Store, context: Context, rulebook: Rulebook) -> Computed:
    """The tags that are to be set on the customers which the acting person may add to; nothing is stored."""
    rights = rights_of(context.actor, store.people(), context.now()[:10])
    words, limits = rulebook.vocabulary(TAG["name"].options), thresholds(store.settings())
    found = Computed()
    mine = (one for one in store.scan(CUSTOMER.key) if rights.may(Action.CREATE, one.values.get("owner")))
    for page in _pages(mine):
        rids = [one.rid for one in page]
        talks, chances, feedback, tags = (store.children(one.key, rids) for one in (INTERACTION, OPPORTUNITY, FEEDBACK, TAG))
        for customer in page:
            rid = customer.rid
            below = ([one.values for one in of[rid]] for of in (talks, chances, feedback))
            wanted = computed(Facts(customer.values, customer.created_at or "", *below), context.clock().date(), limits)
            by_rule = {one.values.get("name") or "": one for one in tags[rid] if one.origin in ORIGINS}
            by_people = {one.values.get("name") or "" for one in tags[rid] if one.origin not in ORIGINS}
            for step in steps(wanted, by_people, by_rule, words):
                found.steps.append(_tagged(customer, step, words.by_code[step.code], by_rule))
        found.customers += len(page)
    return found


def apply(store: Store, context: Context, found: Computed) -> int:
    """Store the computed tags, by "系统计算"; how many. What somebody changed meanwhile stays as they left it."""
    origin = text("tags.origin", context.language)
    changes = []
    for one in found.steps:
        values: Values = {"type": one.option.parent, "name": one.option.code}
        if one.record is None:
            made = {"customer": one.customer.rid, **values}
            changes.append(Change(TAG.key, new_rid(), one.customer.rid, made, origin=origin))
        else:
            expected = {key: one.record.values.get(key) for key in values}
            changes.append(Change(TAG.key, one.record.rid, one.customer.rid, values, one.record.version, expected, origin=origin))
    if not changes:
        return 0
    outcomes = store.apply(Operation("tags", changes, source=context.source, reason=origin), context).outcomes
    return sum(outcome.result in (Result.STORED, Result.UPDATED) for outcome in outcomes)


def told(found: Computed, language: str) -> list[str]:
    """What was computed, for a person: how many customers get each tag, and the first of them one by one."""
    if not found.steps:
        return [text("tags.computed_none", language, customers=found.customers)]
    counts = Counter(one.option.label(language) for one in found.steps)
    lines = [text("tags.computed", language, customers=found.customers, count=len(found.steps))]
    lines += [text("tags.computed_tag", language, name=name, count=count) for name, count in counts.most_common()]
    for one in found.steps[:_SHOWN]:
        said = {"number": one.customer.number or "", "customer": one.customer.values.get("name") or ""}
        lines.append(text("tags.computed_line", language, name=one.option.label(language), **said))
    if len(found.steps) > _SHOWN:
        lines.append(text("tags.computed_more", language, count=len(found.steps) - _SHOWN))
    return lines


def _pages(records: Iterator[Record]) -> Iterator[list[Record]]:
    while page := list(islice(records, _PAGE)):
        yield page


def _tagged(customer: Record, step: Step, option: Option, by_rule: dict[str, Record]) -> Tagged:
    return Tagged(customer, option, by_rule.get(step.before or ""))
