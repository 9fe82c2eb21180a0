"""What people chose on the sheets of what waits: read back, carried out, and answered line by line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from xlcrm.catalogue import text
from xlcrm.jobs.queues.lines import content
from xlcrm.jobs.requests.acting import act
from xlcrm.model.context import Context
from xlcrm.model.fields import Need
from xlcrm.model.operation import Record
from xlcrm.model.queuesheets import ANSWERED
from xlcrm.model.rows import Cell, Rows
from xlcrm.model.tables import REQUEST
from xlcrm.model.vocabularies import vocabulary
from xlcrm.model.wish import Answer, Wish
from xlcrm.rules import wanted
from xlcrm.rules.clean import read
from xlcrm.rules.clean.text import line, written
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.store.base import Store

REFILLED = frozenset({"fill", "again", "reopen"})
"""The steps that may say another new value."""
_NOTED = {
    "pass": "verify_note", "pass_apply": "verify_note", "fail": "verify_reason", "agree": "reason", "decline": "reason",
}  # fmt: skip
"""Where 说明 goes; of every other step into its remark."""
_BARE = frozenset({"take", "apply", "told"})
"""Steps that take no note."""
_VERIFIED = frozenset({"pass", "pass_apply"})


@dataclass(slots=True)
class Chosen:
    """A line on which somebody chose an action: its sheet's rows, which of them, and what is wanted.

    ``sentence`` is said about it: why it is not ``understood``, or later what became of it.
    """

    rows: Rows
    row: int
    wish: Wish
    sentence: str = ""
    done: bool = False

    @property
    def about(self) -> str:
        """The rid of the request or proposal."""
        return self.wish.about

    @property
    def understood(self) -> bool:
        """Whether the line says something that can be tried."""
        return not self.sentence

    def cell(self, key: str) -> Cell:
        """A cell of the line."""
        return self.rows.cell(self.row, key)

    def say(self, key: str, value: str) -> None:
        """Let the wish say something more."""
        self.wish = replace(self.wish, values={**self.wish.values, key: value})


@dataclass(slots=True)
class Carried:
    """What became of the chosen actions: how many were done, how many not; ``sent`` were handed on instead.

    ``wanted`` would be carried out, were it not a dry run.
    """

    done: int = 0
    left: int = 0
    sent: int = 0
    wanted: int = 0
    answers: list[Answer] = field(default_factory=list)

    def sentence(self, language: str) -> str:
        """One sentence for the person; "" where nothing was chosen."""
        if self.wanted:
            return text("queues.would", language, count=self.wanted)
        said = [text("queues.sent", language, count=self.sent)] if self.sent else []
        if self.left:
            said.append(text("queues.carried_some", language, done=self.done, left=self.left))
        elif self.done:
            said.append(text("queues.carried_out", language, done=self.done))
        return "\n".join(said)


Send = Callable[[Sequence[Wish]], None]
"""Hands wishes on to where the store is; the store at hand is only somebody's copy of it."""


def count(book: Book) -> int:
    """How many actions are chosen; nothing else is read."""
    return sum(1 for rows in _sheets(book) for row in range(len(rows)) if _word(rows.cell(row, "action")))


def carry_out(book: Book, store: Store, context: Context, rulebook: Rulebook, send: Send | None = None) -> Carried:
    """Carry out the chosen actions, write beside each line what became of it, and save.

    ``send`` hands them on instead. Without any nothing is touched. Raises BookError, StoreError: the actions stay on the sheet
    then, and what was done already is answered as changed meanwhile.
    """
    sheets = [rows for rows in _sheets(book) if any(_word(rows.cell(row, "action")) for row in range(len(rows)))]
    if not sheets:
        return Carried()
    book.ready()
    chosen = [one for rows in sheets for one in _chosen(rows, context.language)]
    _complete(chosen, store, rulebook, context.language)
    ready = [one for one in chosen if one.understood]
    result = Carried()
    if send is None:
        result.answers = _acted(ready, store, context, rulebook, book)
    elif ready:
        send([one.wish for one in ready])
        for one in ready:
            one.sentence, one.done = text("queues.sent_line", context.language), True
        result.sent = len(ready)
    result.done = sum(one.done for one in chosen) - result.sent
    result.left = sum(not one.done for one in chosen)
    for rows in sheets:
        mine = {one.row: one for one in chosen if one.rows is rows}
        outcomes: list[Cell] = [mine[row].sentence if row in mine else rows.cell(row, "outcome") for row in range(len(rows))]
        actions: list[Cell] = [None if row in mine and mine[row].done else rows.cell(row, "action") for row in range(len(rows))]
        book.write(rows, {"outcome": outcomes, "action": actions})
    book.save()
    return result


def _sheets(book: Book) -> list[Rows]:
    there = book.tables()
    return [book.read(table) for table in ANSWERED if table in there]


def _chosen(rows: Rows, language: str) -> list[Chosen]:
    """The lines of one sheet with an action; about one that cannot be understood it is said why."""
    tasks, actions, found = vocabulary("queue_task"), vocabulary("queue_action"), []
    for row in range(len(rows)):
        said = _word(rows.cell(row, "action"))
        if not said:
            continue
        about, version, task = (*str(rows.cell(row, "pair") or "").split(" "), "", "")[:3]
        one = Chosen(rows, row, Wish(about, "", {}, None, f"{rows.sheet}!{rows.place(row, 'action')}"))
        found.append(one)
        offered = [option for option in actions.options if option.parent == task]
        option = actions.find(said, task)
        if not version.isdecimal() or task not in tasks.by_code:
            one.sentence = text("queues.no_key", language)
        elif not offered:
            one.sentence = text("queues.no_action", language)
        elif option not in offered:
            choices = text("match.and", language).join(choice.label(language) for choice in offered)
            one.sentence = text("queues.unknown_action", language, said=said, choices=choices)
        else:
            one.wish = replace(one.wish, step=option.code.partition(":")[2], version=int(version))
    return found


def _complete(chosen: Sequence[Chosen], store: Store, rulebook: Rulebook, language: str) -> None:
    """Add what the other columns say: the note, the way of verifying, another new value."""
    requests = store.records({one.about for one in chosen if one.understood})
    for one in chosen:
        if not one.understood:
            continue
        if (note := _word(one.cell("note"))) and one.wish.step not in _BARE:
            one.say(_NOTED.get(one.wish.step, "remark"), note)
        if one.wish.step in _VERIFIED:
            _way(one, language)
        request = requests.get(one.about)
        if one.understood and request is not None and request.table == REQUEST.key:
            _after(one, request, rulebook, language)


def _way(one: Chosen, language: str) -> None:
    ways, said = vocabulary("verify_way"), _word(one.cell("way"))
    option = ways.find(said)
    if option is not None:
        one.say("verify_way", option.code)
    elif said:
        choices = text("match.and", language).join(choice.label(language) for choice in ways.options)
        one.sentence = text("queues.way_unknown", language, said=said, choices=choices)


def _after(one: Chosen, request: Record, rulebook: Rulebook, language: str) -> None:
    """Take over another new value where the step may say one."""
    item, said = wanted.item(request.values), _word(one.cell("after"))
    if item is None or one.rows.table["after"].need is Need.SYSTEM:
        return
    if not said or said == _word(content(request, "after", rulebook, language)):
        return
    if one.wish.step not in REFILLED:
        one.sentence = text("queues.after_kept", language, action=_word(one.cell("action")))
        return
    value = read(one.cell("after"), item, rulebook).value
    if value is None:
        one.sentence = text("queues.after_unread", language, field=item.title(language), said=said)
    elif value != request.values.get("after"):
        one.say("after", value)


def _acted(ready: Sequence[Chosen], store: Store, context: Context, rulebook: Rulebook, book: Book) -> list[Answer]:
    """Do what the lines say; several about one request go one after the other, the later ones over what the first left."""
    answers: list[Answer] = []
    left, moved = sorted(ready, key=lambda one: one.wish.step != "told"), set[str]()  # of what is closed nobody is told
    while left:
        now = {one.about: one for one in reversed(left)}
        left = [one for one in left if now[one.about] is not one]
        wishes = [replace(one.wish, version=None) if one.about in moved else one.wish for one in now.values()]
        found = act(store, context, rulebook, wishes, book.progress)
        for one, answer in zip(now.values(), found, strict=True):
            one.sentence, one.done = text(answer.key, context.language, **answer.said), answer.done
        moved = {one.about for one in now.values() if one.done}
        answers += found
    return answers


def _word(cell: Cell) -> str:
    return line(written(cell)) if isinstance(cell, str | float | int) and not isinstance(cell, bool) else ""
