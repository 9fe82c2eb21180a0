"""How long what the log says is kept: three years at least, and the database itself sees to it.

An entry is never removed. What it says may go when its customer was erased at a person's demand, or after so many years; what
the chain is made of stays. Nothing in xlcrm takes anything away for its age alone.
"""

from __future__ import annotations

from xlcrm.store.schema import ENTRY, OWNED, quoted

YEARS = 3
SETTING = "log_years"
"""The setting of the store that keeps it for longer; for less it is not heeded."""

_SAID = ("salt", "before", "after", "reason")


def allowed(same: str, number: str, greatest: str, ago: str) -> str:
    """When an UPDATE of an entry (OLD, NEW) is allowed, as SQL of an engine.

    ``same`` compares values that may be NULL, ``number`` makes the text ``value`` an integer or NULL, ``greatest`` names the
    function for the larger of two, ``ago`` is the moment ``{}`` years ago, as text.
    """
    redacted = " AND ".join(
        f"NEW.{quoted(column.name)} = ''" if column.name in _SAID
        else f"NEW.{quoted(column.name)} {same} OLD.{quoted(column.name)}"
        for column in ENTRY.columns
    )  # fmt: skip
    owned = (*sorted(OWNED), "access", "proposal", "notice")
    said = "SELECT coalesce(q.customer, p.customer) FROM approval a LEFT JOIN request q ON q.rid = a.proposal"
    of_words = f"({said} LEFT JOIN proposal p ON p.rid = a.proposal WHERE a.rid = OLD.rid)"
    whose = ", ".join([*(f"(SELECT customer FROM {quoted(key)} WHERE rid = OLD.rid)" for key in owned), of_words])  # noqa: S608
    erased = f"EXISTS (SELECT 1 FROM customer c WHERE c.life = 'erased' AND c.rid IN (OLD.rid, {whose}))"  # noqa: S608
    years = f"{greatest}({YEARS}, coalesce((SELECT {number} FROM setting WHERE rid = '{SETTING}'), 0))"  # noqa: S608
    old = f"(SELECT o.at FROM operation o WHERE o.id = OLD.operation) < {ago.format(years)}"  # noqa: S608 - names are ours
    return f"{redacted} AND ({erased} OR {old})"
