"""The store as a pandas DataFrame, for analysts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from xlcrm.jobs import readback
from xlcrm.model.fields import Role
from xlcrm.model.tables import BY_KEY, CUSTOMER
from xlcrm.store.base import Store

if TYPE_CHECKING:
    import pandas as pd


def frame(
    store: Store, table: str = "customer", language: str = "zh", where: Sequence[tuple[str, str, str]] = ()
) -> pd.DataFrame:
    """The living records of ``table`` that fit ``where``, one row each, with the sheet's headers as columns.

    Options are labels, dates datetimes, amounts floats, colleagues names, customers their numbers; identity numbers and
    phones stay text, so that no digit is lost. StoreError when the store cannot be read.
    """
    import pandas as pd

    records = list(store.scan(table, where))
    names = {person.rid: person.name for person in store.people()}
    owners = {record.values.get("customer") or "" for record in records} if table != CUSTOMER.key else set()
    numbers = {rid: record.number or "" for rid, record in store.records(owners).items()}
    columns = readback.cells(records, table, language, names, numbers)
    fields = [field for field in BY_KEY[table].fields if field.role in (Role.DATA, Role.AUDIT)]
    return pd.DataFrame({field.title(language): pd.Series(columns[field.key], dtype=object) for field in fields}).infer_objects()
