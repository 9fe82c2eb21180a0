"""The team's own days off and days worked: from a workbook's 数据字典 into the store, so that all deadlines know them."""

from __future__ import annotations

from xlcrm.errors import UsageError
from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Operation, Result
from xlcrm.rules.deadlines import HOLIDAYS, WORKDAYS, own_days
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store.base import Store


def adopt(store: Store, context: Context, rulebook: Rulebook) -> tuple[int, int]:
    """Keep the days that ``rulebook`` knows (the store's and the workbook's) as settings; how many are off, and worked.

    UsageError where there are none, or for somebody who may not change settings.
    """
    days = own_days(rulebook.settings)
    if not days:
        raise UsageError("remind.no_days")
    found = {name: sorted(day.isoformat() for day, works in days.items() if works is worked) for name, worked in _NAMES.items()}
    changes = [Change("setting", name, "", {"value": ",".join(of)}) for name, of in found.items()]
    receipt = store.apply(Operation("settings", changes), context)
    if any(outcome.result is Result.REFUSED for outcome in receipt.outcomes):
        raise UsageError("rights.no_change")
    return len(found[HOLIDAYS]), len(found[WORKDAYS])


_NAMES = {HOLIDAYS: False, WORKDAYS: True}
