"""Setting what holds for a whole team."""

from __future__ import annotations

from xlcrm.errors import UsageError
from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Operation, Result
from xlcrm.rules.teamsettings import CHOICES, MOST, NAMES, allowed
from xlcrm.store.base import Store


def keep(store: Store, context: Context, name: str, value: str) -> None:
    """Set ``name`` to ``value``; blank goes back to the default. UsageError for what it cannot be, and without the right."""
    if name not in NAMES:
        raise UsageError("settings.unknown", name=name)
    if not allowed(name, value):
        raise UsageError("settings.bad_value", name=name, value=value, choices=" | ".join(CHOICES.get(name, (f"1 - {MOST}",))))
    receipt = store.apply(Operation("settings", [Change("setting", name, "", {"value": value})]), context)
    if receipt.outcomes[0].result is Result.REFUSED:
        raise UsageError("rights.no_settings")
