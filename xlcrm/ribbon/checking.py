"""检查提交: the same jobs as the command line, over the workbook that is open."""

from __future__ import annotations

from dataclasses import asdict

from xlcrm import app
from xlcrm.catalogue import text
from xlcrm.errors import Away
from xlcrm.ribbon.press import button

FIRST = 8  # repairs listed in the question; the report holds them all


@button()
def validate(desk: app.Desk) -> str:
    """校验: check every sheet and mark the rows."""
    from xlcrm.jobs import validate as job

    found = job.validate(desk.book, desk.context, desk.rulebook)
    return _validated(found, desk.language)


@button()
def repair(desk: app.Desk) -> str:
    """一键修正: list the safe repairs, ask, apply them, check again."""
    from xlcrm.jobs import reading, validate
    from xlcrm.jobs import repair as job

    language = desk.language
    repairs = job.plan(reading.read(desk.book, desk.rulebook), language)
    if repairs:
        listed = [
            text("jobs.repair", language, place=f"{one.sheet}!{one.place}", field=one.title, old=one.old, new=one.new)
            for one in repairs[:FIRST]
        ]
        more = ["..."] if len(repairs) > FIRST else []
        question = [text("jobs.repairs", language, count=len(repairs)), *listed, *more, text("ribbon.repair_ask", language)]
        if not desk.book.ask("\n".join(question)):
            return text("jobs.not_repaired", language)
    found = validate.validate(desk.book, desk.context, desk.rulebook, repairs)
    said = text("ribbon.repaired", language, count=len(repairs)) if repairs else text("jobs.no_repairs", language)
    return f"{said}\n{_validated(found, language)}"


@button(keep=True)
def undo(desk: app.Desk) -> str:
    """撤销: take back the last thing done in this workbook: the repairs of 一键修正, or what went into the store."""
    from xlcrm.jobs import repair

    if not repair.latest(desk.book) and (said := _taken_back(desk)):
        return said
    back, left = repair.undo(desk.book, desk.language)
    if not back and not left:
        return text("ribbon.nothing_undone", desk.language)
    said = text("jobs.undone", desk.language, count=back)
    return f"{said}\n{text('jobs.undone_left', desk.language, count=left)}" if left else said


def _taken_back(desk: app.Desk) -> str:
    """Take back the person's last operation in this workbook, after asking; "" where there is none."""
    from xlcrm.errors import UsageError
    from xlcrm.jobs import takeback, undo, undoing

    if not app.exists(app.store_url()):
        return ""
    language = desk.language
    with app.connected(desk, create=False):
        store, context = desk.store, desk.context
        try:
            if (wished := app.take_back(desk, "", desk.book.name, desk.book.ask)) is not None:
                return "\n".join((wished.said(language), *app.deliver(desk)))
            done = undo.find(store, context, source=desk.book.name)
        except UsageError as error:
            if error.key == "undo.nothing":
                return ""
            raise
        found = undo.preview(store, context, done, desk.book.progress)
        question = undoing.sentences(found, store, language, desk.rulebook.names)
        if (found.plan.changes or found.plan.decisions) and not desk.book.ask("\n".join((*question, text("undo.ask", language)))):
            return text("undo.not_done", language)
        found = undo.undo(store, context, done, desk.book.progress)
        takeback.show(desk.book, store, context, desk.rulebook, found)
        return "\n".join(undoing.sentences(found, store, language, desk.rulebook.names))


@button(store=True)
def dedupe(desk: app.Desk) -> str:
    """查重: compare with the sheet and the store, fill 查重结果 and go there."""
    from xlcrm.jobs.dedupe import dedupe as job
    from xlcrm.model.resultsheets import DUPLICATES

    found = job(desk.book, desk.store, desk.context, desk.rulebook)
    advice = [match.pair.advice for match in found.matches]
    counts = {code: advice.count(code) for code in ("merge", "ask", "contact")}
    said = text("jobs.deduped", desk.language, rows=len(found.sheet.rows), pairs=len(advice), **counts)
    if advice and DUPLICATES in desk.book.tables():
        rows = desk.book.read(DUPLICATES)
        desk.book.go(rows.sheet, rows.place(0, "decision"))
        said += "\n" + text("ribbon.decide", desk.language)
    return said


@button(keep=True)
def submit(desk: app.Desk) -> str:
    """提交: check, compare, number, store, write the result back; keep the rows on this machine while the store is away."""
    from xlcrm.jobs.outbox import say
    from xlcrm.jobs.submit import Count
    from xlcrm.jobs.submit import submit as job
    from xlcrm.model.tables import CUSTOMER

    language = desk.language
    try:
        with app.connected(desk):
            sent = say.sent(app.send(desk, own=False), language)
            along = app.take_along(desk)
            acted, reviewed = app.answer(desk), app.reviewed(desk)
            done = job(desk.book, desk.store, desk.context, desk.rulebook, send=app.sending(desk))
    except Away as away:
        kept = say.kept(app.keep(desk, away), away.sentence(language), language)
        left = app.chosen(desk)
        return "\n".join((*kept, *([text("queues.waiting_answer", language, count=left)] if left else ())))
    for name in along:
        app.outbox().drop(name)
    total = {count.value: number for count, number in done.total.items()}
    answered = [one for one in (acted.sentence(language), *reviewed) if one]
    said = [*sent, *answered]
    if done.rows or not answered:  # who only answers what waits is not told of rows
        said.append(text("jobs.submitted", language, rows=done.rows, **total))
    if not done.rows and not answered:
        said.append(text("jobs.nothing_filled", language, sheet=CUSTOMER.title(language)))
    if asked := done.asked(language):
        said.append(asked)
    if done.total[Count.REFUSED]:
        said.append(text("jobs.refused_rows", language))
    if done.sent:
        said.append(text("folder.sent", language, rows=done.sent))
    if done.total[Count.WAITING] > done.sent:
        said.append(text("jobs.waiting_rows", language))
    return "\n".join((*said, *app.deliver(desk)))


def _validated(found: object, language: str) -> str:
    from xlcrm.jobs.validate import Validation
    from xlcrm.model.tables import CUSTOMER

    assert isinstance(found, Validation)
    said = [text("jobs.validated", language, **asdict(found.total))]
    if found.restored:
        said.append(text("jobs.restored", language, sheets="、".join(found.restored)))
    if not found.total.total:
        said.append(text("jobs.nothing_filled", language, sheet=CUSTOMER.title(language)))
    return "\n".join(said)
