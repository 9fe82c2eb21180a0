"""What an update request says about a customer's field: which field, and its values as people read and write them.

``before`` and ``after`` are kept in the canonical form of that field (rules/clean), whatever its kind.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xlcrm.model.fields import Field, Table
from xlcrm.model.operation import Values
from xlcrm.model.rows import Cell
from xlcrm.model.tables import CUSTOMER, REQUEST
from xlcrm.model.vocabularies import Option
from xlcrm.rules.clean import show

CALLED = frozenset({"contact", "phone", "email"})
"""Fields whose new value the customer confirms, and what was said is noted (mission section 7)."""
SAID = frozenset({"before", "after"})
"""The fields of a request that hold a value of the customer's field."""


def item(request: Values) -> Field | None:
    """The customer's field that a request is about; None where it names none."""
    return CUSTOMER.by_key.get(request.get("field") or "")


def shown(
    table: Table,
    values: Values,
    key: str,
    language: str,
    people: Mapping[str, str],
    own: Mapping[str, Iterable[Option]] | None = None,
) -> Cell:
    """The cell that shows one value of a record: a request's ``before`` and ``after`` as its customer's field would be."""
    of = item(values) if table.key == REQUEST.key and key in SAID else None
    return show(values.get(key), of or table[key], language, people, own)
