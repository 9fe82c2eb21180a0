"""月度核对 on a member's machine: listed from the copy, answered there, carried out by the steward's machine."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from tests.jobs.conftest import cells, customer, other, put
from tests.jobs.folder.conftest import Firm, Machine
from tests.jobs.folder.test_folder_queues import reply
from xlcrm.jobs.folder import wish
from xlcrm.jobs.keeping import review
from xlcrm.jobs.keeping.carry import Reviewed, carry_out
from xlcrm.sheets.memory import MemoryBook

SHEET = "monthly_review"


def show(who: Machine, book: MemoryBook) -> int:
    """月度核对."""
    store = who.store()
    return review.show(book, store, who.context(store), who.rulebook(store))


def press(who: Machine, book: MemoryBook) -> Reviewed:
    """提交."""
    store = who.store()
    send = partial(wish.review, who.member, who.outbox, book, who.context(store))
    done = carry_out(book, store, who.context(store), who.rulebook(store), send)
    who.deliver()
    return done


def test_a_members_answers_are_carried_out_in_the_members_name(firm: Firm) -> None:
    li = firm.hire("李芳")
    li.submit(MemoryBook({"customer": [customer(), other(0), other(1)]}))
    firm.look()
    firm.now += timedelta(days=40)
    book = MemoryBook()
    assert show(li, book) == 3
    put(book, 0, SHEET, answer="无变化")
    put(book, 1, SHEET, answer="有变化", new_need="合规")
    put(book, 2, SHEET, answer="有变化", new_phone="1391")
    assert press(li, book) == Reviewed(sent=2, refused=1)
    assert len(cells(book, "name", SHEET)) == 1, "what is not understood stays; the rest went out"
    assert firm.look() == ["acted"]
    changed = next(one for one in firm.customers() if one.values["name"] == other(0)["name"])
    assert (changed.values["need"], changed.updated_by) == ("合规", li.person.rid)
    assert "2 个客户已核对" in reply(li)
    assert show(li, MemoryBook()) == 1, "the copy knows what was reviewed"
