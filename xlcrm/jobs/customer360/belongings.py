"""What belongs to a customer, as lists: contacts, the timeline of interactions, opportunities, requests, tags, reviews ..."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from xlcrm.catalogue import text
from xlcrm.jobs.customer360.look import LATEST, Look, minutes, newest
from xlcrm.jobs.keeping.sheet import SCOPES
from xlcrm.model.fields import Table
from xlcrm.model.operation import Record
from xlcrm.model.page import Lines
from xlcrm.model.tables import BY_KEY, CONTACT, FEEDBACK, TAG
from xlcrm.model.vocabularies import vocabulary

_COLUMNS: Mapping[str, tuple[tuple[int, tuple[str, ...]], ...]] = {
    "contact": (
        (3, ("name",)), (4, ("role", "title")), (4, ("phone",)), (6, ("email",)), (4, ("check", "check_date")),
        (3, ("valid", "remark")),
    ),
    "interaction": (
        (5, ("at", "follower")), (3, ("way", "contact")), (9, ("topic", "summary", "feedback", "agreed")),
        (7, ("next_step", "next_by", "next_due")),
    ),
    "opportunity": (
        (6, ("title",)), (3, ("stage", "lost_reason")), (4, ("amount",)), (4, ("expected_on",)), (7, ("strategy", "competitors")),
    ),
    "activity": ((4, ("on",)), (3, ("type",)), (6, ("title",)), (11, ("plan", "execution", "evaluation", "attachments"))),
    "feedback": (
        (4, ("raised_on",)), (3, ("type",)), (8, ("content",)), (4, ("assigned_to", "due")),
        (5, ("result", "progress", "closed_on")),
    ),
    "request": (
        (5, ("number", "opened_at")), (3, ("field",)), (4, ("before",)), (4, ("after",)), (5, ("reason", "initiator")),
        (3, ("state", "done_on")),
    ),
    "tag": ((3, ("type",)), (5, ("name",)), (8, ("note",)), (5, ("created_at",)), (3, ("created_by",))),
}  # fmt: skip
"""The lists by table: each column's width in columns of the page, and its fields, all but the first one with their header."""
_BY = {"interaction": "at", "activity": "on", FEEDBACK.key: "raised_on", "request": "opened_at"}
"""By which field a list stands in order, the newest first; the others as they were made."""


def belongings(look: Look) -> Iterator[Lines]:
    """The lists; those with nothing in them, or nothing that the person may see, are named together at the end."""
    lists = {**{key: _list(look, BY_KEY[key]) for key in _COLUMNS}, "review": _reviews(look)}
    yield from (one for one in lists.values() if one.lines)
    for title, there in (("nothing", False), ("unseen", True)):
        if empty := [one.title for key, one in lists.items() if not one.lines and bool(look.of[key]) is there]:
            yield Lines(look.say(title), (), (), (), text("match.and", look.language).join(empty))


def _list(look: Look, table: Table) -> Lines:
    columns, found = _COLUMNS[table.key], look.of[table.key]
    records = list(found) if table in (CONTACT, TAG) else newest(found, _BY.get(table.key, "created_at"))
    lines = [[_cell(look, record, table, keys) for _, keys in columns] for record in records[:LATEST]]
    lines = [line for line in lines if any(line)]
    heads = [table[keys[0]].title(look.language) for _, keys in columns]
    return Lines(table.title(look.language), heads, [width for width, _ in columns], lines, look.note(len(records)))


def _cell(look: Look, record: Record, table: Table, keys: Sequence[str]) -> str:
    """Several fields as the lines of one cell."""
    told = [(key, shown) for key in keys if (shown := look.said(record, table, key))]
    return "\n".join(
        shown if key in (keys[0], "summary") else look.say("labelled", label=table[key].title(look.language), value=shown)
        for key, shown in told
    )


def _reviews(look: Look) -> Lines:
    words = vocabulary("review_answer")
    records = newest(look.of["review"], "created_at")
    lines = []
    for one in records[:LATEST]:
        scope, answer = one.values.get("scope") or "", one.values.get("answer") or ""
        title = SCOPES[scope].title(look.language) if scope in SCOPES else scope
        who = minutes(one.created_at), look.name(one.created_by)
        lines.append([*who, title, words.label(answer, look.language), one.values.get("note") or ""])
    heads = [look.say(key) for key in ("at", "by", "scope", "answer", "note")]
    return Lines(look.say("reviews"), heads, (5, 3, 4, 4, 8), lines, look.note(len(records)))
