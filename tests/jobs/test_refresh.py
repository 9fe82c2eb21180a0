"""刷新我的客户: whatever a row holds that the store does not know stays."""

from __future__ import annotations

import pytest

from tests.jobs.conftest import Office, cells, customer, other, put
from xlcrm.jobs.refresh import refresh
from xlcrm.jobs.submit import Count
from xlcrm.model.rows import Cell
from xlcrm.model.tables import CUSTOMER


def changed_elsewhere(office: Office, **values: Cell) -> None:
    """A colleague's workbook changes the first customer."""
    theirs = office.book()
    refresh(theirs, office.store, office.context(), office.rulebook())
    put(theirs, 0, CUSTOMER.key, **values)
    assert office.submit(theirs).total[Count.UPDATED] == 1


@pytest.mark.parametrize("typed", [{"budget": 12.0}, {"phone": "139"}, {"need": "清空"}, {"employees": "很多"}])
def test_rows_with_unsent_edits_stay_whole(office: Office, typed: dict[str, Cell]) -> None:
    mine = office.book(customer(need="样机", employees=120.0))
    office.submit(mine)
    changed_elsewhere(office, remark="2025-03-12：来电")
    put(mine, 0, CUSTOMER.key, **typed)
    before = {key: cells(mine, key) for key in ("budget", "phone", "need", "employees", "remark", "version")}
    done = refresh(mine, office.store, office.context(), office.rulebook())
    assert (done.kept, done.updated, done.added) == (1, 0, 0)
    assert {key: cells(mine, key) for key in before} == before


def test_masked_cells_mean_unchanged(office: Office) -> None:
    mine = office.book(customer())
    office.submit(mine)
    changed_elsewhere(office, phone="13877665544", need="样机")
    put(mine, 0, phone="139****5678")
    assert refresh(mine, office.store, office.context(), office.rulebook()).updated == 1
    assert cells(mine, "phone") == ["139****5678"]
    assert cells(mine, "need") == ["样机"]


def test_a_value_taken_away_elsewhere_goes_here_too(office: Office) -> None:
    mine = office.book(customer(need="样机"))
    office.submit(mine)
    changed_elsewhere(office, need="清空")
    assert refresh(mine, office.store, office.context(), office.rulebook()).updated == 1
    assert cells(mine, "need") == [None]
    again = refresh(mine, office.store, office.context(), office.rulebook())
    assert (again.updated, again.unchanged) == (0, 1)


def test_a_row_whose_answer_was_lost_is_not_fetched_again(office: Office) -> None:
    mine = office.book(customer())
    office.submit(mine)
    put(mine, 0, number=None, submit_status=None, version=None, created_by=None, created_at=None, updated_by=None, updated_at=None, origin=None, owner=None, kind=None)
    assert refresh(mine, office.store, office.context(), office.rulebook()).added == 0
    assert office.submit(mine).total[Count.UNCHANGED] == 1


def test_only_ones_own_customers_come(office: Office) -> None:
    colleague = office.person("王芳", "entry")
    office.submit(office.book(other(0)), actor=colleague)
    office.submit(office.book(other(1)))
    mine = office.book()
    assert refresh(mine, office.store, office.context(), office.rulebook()).added == 1
    assert cells(mine, "name") == [other(1)["name"]]
    theirs = office.book()
    assert refresh(theirs, office.store, office.context(colleague), office.rulebook()).added == 1
    assert cells(theirs, "name") == [other(0)["name"]]


def test_new_rows_stay_as_they_are(office: Office) -> None:
    office.submit(office.book(other(0)))
    mine = office.book(customer(phone="139"))
    assert refresh(mine, office.store, office.context(), office.rulebook()).added == 1
    assert cells(mine, "name") == [customer()["name"], other(0)["name"]]
    assert cells(mine, "submit_status")[1] == "已提交"
    assert office.submit(mine).total == {Count.NEW: 0, Count.UPDATED: 0, Count.UNCHANGED: 1, Count.REFUSED: 1, Count.WAITING: 0}
