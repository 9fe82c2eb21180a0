"""The dashboard as each role gets it, on each engine."""

from __future__ import annotations

from typing import cast

import pytest

from tests.store.conftest import filed, firm, made, served
from tests.store.firm import Firm
from xlcrm.jobs.report import report
from xlcrm.rules.rights import MATRIX
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store.base import Store

__all__ = ["filed", "firm", "made", "served"]


@pytest.mark.parametrize("role", sorted(MATRIX))
def test_each_role_gets_the_report_of_what_it_may_scan(firm: Firm, role: str) -> None:
    with firm.as_(role) as (guard, context):
        store = cast(Store, guard)
        there = sum(1 for _ in store.scan("customer"))
        told = report(store, context, Rulebook(context.clock(), settings=store.settings()))
        counts = [one.total for section in told.sections for one in section.tables if one.key == "by_source"]
        assert [total[1] for total in counts if total] == ([there] if counts else [])
        shown = {section.key for section in told.sections}
        assert shown == {"duplicates"} if role == "admin" else {"overview"} < shown
