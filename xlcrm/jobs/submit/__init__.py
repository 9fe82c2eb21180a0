"""提交: check, compare, number, store, and write the result back (mission sections 5 and 6).

A row goes in whole or not at all; all accepted rows go in together; refused and undecided ones hold nobody up.
Pressing again is harmless: a row that was stored before is recognised by its number, or by its token when the
answer was lost.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from xlcrm.catalogue import text
from xlcrm.errors import BookError, Overtaken
from xlcrm.jobs import dictionary
from xlcrm.jobs.duplicates import Asked, Match, read_lines, write_lines
from xlcrm.jobs.marking import fill, write_marks
from xlcrm.jobs.reading import read
from xlcrm.jobs.repair import done_before
from xlcrm.jobs.submit import children, customers, origins, requests, storing, writeback
from xlcrm.jobs.submit.draft import Count, Draft, Fate, Send, counts
from xlcrm.jobs.validate import identify
from xlcrm.model.context import Context
from xlcrm.model.operation import Operation
from xlcrm.model.resultsheets import CONFLICTS
from xlcrm.model.tables import BELOW, BY_KEY, CUSTOMER, REQUEST, SUBMITTED
from xlcrm.rules.rights import rights_of
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book
from xlcrm.store.base import Store

TURNS = 5
"""How often rows are compared again because somebody stored similar ones meanwhile."""

_NAMED = 5
"""Requests named in a sentence."""


@dataclass(slots=True)
class Submission:
    """What a submission did: the five counts by table, the log's head after it, and the draft it came from.

    The counts of a table add up to its rows. ``head`` is "" when nothing was stored; ``sent`` rows were handed on instead (see
    ``submit``).
    """

    draft: Draft
    counts: dict[str, dict[Count, int]]
    operation: str = ""
    head: str = ""
    dry: bool = False
    sent: int = 0

    @property
    def total(self) -> dict[Count, int]:
        """The counts over all tables."""
        return {count: sum(found[count] for found in self.counts.values()) for count in Count}

    def asked(self, language: str) -> str:
        """One sentence about the update requests that were made of edits; "" where there are none."""
        numbers = [change.number for change, _ in self.draft.asked if change.number]
        shown = text("match.and", language).join(numbers[:_NAMED]) + ("…" if len(numbers) > _NAMED else "")
        return text("requests.made", language, count=len(numbers), numbers=shown) if numbers else ""

    @property
    def rows(self) -> int:
        """The rows read."""
        return sum(len(sheet.rows) for sheet in self.draft.sheets.values())


def submit(
    book: Book,
    store: Store,
    context: Context,
    rulebook: Rulebook,
    *,
    dry_run: bool = False,
    accept: bool = False,
    detached: bool = False,
    send: Send | None = None,
) -> Submission:
    """Submit ``book``'s customers and what belongs to them.

    ``accept`` takes every 建议合并 that nobody decided as decided. A dry run changes neither store nor workbook.
    ``detached``: the rows come from the outbox, and their workbook has not seen the answer. ``send``: as Draft.send.
    Raises BookError or StoreError; then the store is as it was, and so is the workbook. Only where the answer could not
    be written back after the store had said yes the BookError says so: the next submission recognises the rows.
    """
    if not dry_run:
        book.ready()
    known = book.setting("uid")
    uid = identify(book)
    if not known and not dry_run:
        book.save()  # the workbook must know its identity before the store does
    asked, choices = read_lines(book, context), writeback.read_choices(book, context)
    came = origins.read(book)
    origins.settle(book, came)
    for left in reversed(range(TURNS)):
        book.progress(text("jobs.step_read", context.language), 0, 4)
        operation = Operation("submit", workbook=uid, source=book.name, compared=store.position())
        rights = rights_of(context.actor, store.people(), context.now()[:10])
        sheets = read(book, rulebook, SUBMITTED, store)
        draft = Draft(sheets, store, context, rulebook, rights, operation, accept, detached, send, came)
        book.progress(text("jobs.step_compare", context.language), 1, 4)
        matches = _plan(draft, asked, choices)
        if dry_run:
            book.progress("", 4, 4)
            return Submission(draft, {key: counts(fates) for key, fates in draft.fates.items()}, dry=True)
        book.progress(text("jobs.step_store", context.language), 2, 4)
        book.ready()  # comparing took time: an answer that cannot be written back, or to other rows, is not asked for
        try:
            done = storing.store(draft)
            break
        except Overtaken:  # a colleague stored a customer that may be one of these: compare with it, too
            if not left:
                raise
    book.progress(text("jobs.step_write", context.language), 3, 4)
    try:
        _write(book, draft, matches, asked, done)
    except (BookError, KeyboardInterrupt) as error:
        if done.sent and isinstance(error, BookError):
            raise BookError("outbox.unmarked", name=book.name, rows=done.sent, why=error.sentence(context.language)) from error
        if done.receipt is None:
            raise
        raise _unwritten(book, draft, error) from error
    result = Submission(draft, {key: counts(fates) for key, fates in draft.fates.items()}, sent=done.sent)
    if done.receipt is not None:
        result.operation, result.head = done.receipt.operation, done.receipt.head
    return result


def _unwritten(book: Book, draft: Draft, error: BookError | KeyboardInterrupt) -> BookError:
    """What to say when the rows are stored but the sheet does not show it."""
    language = draft.context.language
    stored = sum(fate.change is not None for fates in draft.fates.values() for fate in fates)
    why = (error.sentence(language), error.hint(language)) if isinstance(error, BookError) else ("", "")
    return BookError("jobs.unwritten", name=book.name, rows=stored, why=why[0], how=why[1])


def _plan(draft: Draft, asked: Asked, choices: Mapping[str, str]) -> list[Match]:
    """Give every row its fate; the matches of new customers come back."""
    matches: list[Match] = []
    if CUSTOMER.key in draft.sheets:
        matches = customers.plan(draft, asked, choices)
    for table in BELOW:
        if table.key in draft.sheets:
            children.plan(draft, table, choices)
    if REQUEST.key in draft.sheets:
        requests.plan(draft)
    _accounted(draft)
    origins.note(draft)
    return matches


def _accounted(draft: Draft) -> None:
    """Every row read has exactly one fate: the counts add up by construction, and this says so at once if not."""
    for key, sheet in draft.sheets.items():
        assert len(draft.fates[key]) == len(sheet.rows), f"{BY_KEY[key].key}: rows without a fate"


def _write(book: Book, draft: Draft, matches: list[Match], asked: Asked, done: storing.Stored) -> None:
    writeback.write(book, draft, done.outcomes, done.records, done.tags, done.reviewed)
    write_marks(book, draft.sheets, draft.context.language, done_before(book))
    if CUSTOMER.key in draft.sheets:
        waiting, answers = customers.still_waiting(draft, matches, asked)
        write_lines(book, draft.sheets[CUSTOMER.key], waiting, answers, draft.context, draft.rulebook.names)
    fill(book, CONFLICTS, [*origins.left(draft.origins), *writeback.conflicts(draft)], draft.context.language)
    if done.receipt is not None:
        book.set_setting("receipt", done.receipt.head)  # a witness of the log, in everybody's hands (xlcrm audit verify)
    dictionary.share(book, draft.rulebook.settings)
    book.save()
    book.progress("", 4, 4)


__all__ = ["Count", "Fate", "Submission", "submit"]
