"""A package in somebody's personal folder: is it from this person, is it new, and what becomes of its rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from xlcrm.catalogue import text
from xlcrm.errors import KeysError, UsageError
from xlcrm.jobs import undo
from xlcrm.jobs.folder import publish
from xlcrm.jobs.folder import share as shared
from xlcrm.jobs.folder.steward import Steward, answers
from xlcrm.jobs.folder.verdict import Became
from xlcrm.jobs.keeping.carry import carry_out, told
from xlcrm.jobs.outbox.parcel import Parcel, from_bytes
from xlcrm.jobs.requests.acting import act
from xlcrm.jobs.submit import submit
from xlcrm.jobs.undoing import sentences
from xlcrm.model.context import Person
from xlcrm.model.tables import BY_KEY
from xlcrm.store.deliveries import Dealt, Machine

_KINDS = ("parcel", "undo", "actions", "reviews")
_KEPT = 5000  # rows of one workbook about which something is to be said
_OLD = timedelta(days=60)  # a member's clock is believed within this: how late a row was entered


def take(steward: Steward, person: Person, machines: Mapping[str, Machine], data: bytes) -> Became:
    """Submit what a package holds in the name of ``person``, in whose folder it lay, once; what became of it.

    ``machines`` are all that are known, by their public half. Raises StoreError: it is to be tried again then.
    """
    try:
        envelope, whole = shared.addressed(data)
    except ValueError:
        return Became("unreadable")
    if not whole:
        return Became("incomplete", final=False)
    machine = machines.get(envelope.sender)
    if envelope.kind not in _KINDS or (envelope.share, envelope.to) != (steward.share.id, steward.share.steward):
        return Became("other_office")
    if machine is None or not machine.admitted:
        return Became("unknown_machine", {"fingerprint": shared.machine_digits(envelope.sender)}, final=False)
    if machine.person != person.rid:
        return Became("mismatch", {"other": _name(steward, machine.person)})
    if steward.ledger.done(envelope.name):
        return Became("again")
    try:
        parcel = from_bytes(shared.opened(data, steward.pair.open))
    except (KeysError, ValueError):
        return Became("tampered")
    deal = _take_back if parcel.undo else _act if parcel.actions else _review if parcel.reviews else _submit
    return deal(steward, person, parcel, envelope.name)


def _submit(steward: Steward, person: Person, parcel: Parcel, name: str) -> Became:
    context = steward.context(person, parcel.language, parcel.book)
    seen, book = steward.seen_by(context), parcel.as_book()
    done = submit(book, seen, context, steward.rulebook(book, context, _moment(steward, parcel.at)))
    place = f"{person.rid}|{parcel.uid}"
    said = answers(done, seen.digest)
    former = steward.ledger.answers(person.rid).get(parcel.uid)
    before = publish.open_answers(steward.pair, former, place) if former else {}
    left = {token: told for token, told in before.items() if token not in said.every} | said.told
    sealed = publish.seal_answers(steward.pair, dict(list(left.items())[-_KEPT:]), place)
    decided = [(one.pair, one.verdict, one.reason) for one in done.draft.operation.decisions]
    steward.ledger.finish(Dealt(name, person.rid, steward.now, parcel.uid, sealed, said.stored, decided))
    total = {count.value: number for count, number in done.total.items()}
    return Became("taken", {"book": shared.printable(parcel.book), "rows": done.rows, **total})


def _take_back(steward: Steward, person: Person, parcel: Parcel, name: str) -> Became:
    """Take back what the person wishes, as far as this person may; the answer goes with the next snapshot."""
    context = steward.context(person, parcel.language, parcel.book)
    seen = steward.seen_by(context)
    try:
        found = undo.undo(seen, context, undo.find(seen, context, parcel.undo))
    except UsageError as error:  # changed since, another's by now, taken back before
        said = f"{error.sentence(parcel.language)}{error.hint(parcel.language)}"
        became = Became("not_undone", {"why": error.sentence(steward.language)})
    else:
        names = {one.rid: one.name for one in steward.store.people()}
        said = "\n".join(sentences(found, seen, parcel.language, names))
        became = Became("undone", {"number": found.done.number, "did": sentences(found, seen, steward.language, names)[0]})
    steward.ledger.reply(name, person.rid, steward.now, text("folder.replied", parcel.language, said=said))
    return became


def _act(steward: Steward, person: Person, parcel: Parcel, name: str) -> Became:
    """Carry out what the person chose on the sheets of what waits; of what could not be done the answer says why."""
    context, book = steward.context(person, parcel.language, parcel.book), parcel.as_book()
    answered = act(steward.seen_by(context), context, steward.rulebook(book, context, steward.clock()), parcel.actions)
    left = [one for one in answered if not one.done]
    counts = {"done": len(answered) - len(left), "left": len(left)}
    why = "".join(text(one.key, parcel.language, **one.said) for one in left)
    said = text("folder.acted_reply" if left else "folder.acted_all", parcel.language, **counts, why=why)
    steward.ledger.reply(name, person.rid, steward.now, said)
    return Became("acted", counts)


def _review(steward: Steward, person: Person, parcel: Parcel, name: str) -> Became:
    """Carry out the lines of 月度核对 that the person answered; of what could not be done the answer says why."""
    context, book = steward.context(person, parcel.language, parcel.book), parcel.as_book()
    done = carry_out(book, steward.seen_by(context), context, steward.rulebook(book, context, steward.clock()))
    left = (cell for key in parcel.tables for cell in book.read(BY_KEY[key]).columns.get("outcome", ()))
    said = "".join((*told(done, parcel.language), *dict.fromkeys(str(cell) for cell in left if cell)))
    steward.ledger.reply(name, person.rid, steward.now, text("folder.replied", parcel.language, said=said))
    return Became("acted", {"done": done.done, "left": done.refused})


def _moment(steward: Steward, at: str) -> datetime:
    """When 提交 was pressed, as far as the member's clock is to be believed: the steward's machine may have been off since."""
    now = steward.clock()
    try:
        said = datetime.fromisoformat(at)
    except ValueError:
        return now
    return said if now - _OLD <= said <= now else now


def _name(steward: Steward, rid: str) -> str:
    return next((one.name for one in steward.store.people() if one.rid == rid), rid)
