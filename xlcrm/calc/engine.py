"""The engine as xlwings knows it: what Python values become on the way to cells, and cells on the way to Python."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from xlcrm.calc.apps import Apps
from xlcrm.calc.values import CellError


class Engine:
    """The implementation that ``xlwings.Engine`` wraps."""

    name = "calc"
    type = "desktop"

    def __init__(self) -> None:
        self.apps = Apps(self)

    @staticmethod
    def prepare_xl_data_element(x: Any, options: Mapping[str, Any]) -> Any:
        """What one Python value becomes before it is written: None and missing values blank, no time zones."""
        kind = type(x).__name__
        if x is None or kind == "NAType":  # pandas.NA refuses to be compared
            return ""
        if isinstance(x, str | bool):
            return x
        if x != x:  # NaN and NaT are unequal to themselves
            return ""
        if kind == "datetime64":
            x = x.astype("datetime64[us]")
        if hasattr(x, "to_pydatetime"):
            x = x.to_pydatetime()
        elif hasattr(x, "item"):
            x = x.item()
        return x.replace(tzinfo=None) if isinstance(x, dt.datetime) else x

    @staticmethod
    def clean_value_data(
        data: Any,
        datetime_builder: Callable[..., Any],
        empty_as: Any,
        number_builder: Callable[[float], Any] | None,
        err_to_str: bool,
    ) -> list[list[Any]]:
        """Cells as read, converted as the person asked with ``Range.options``."""
        rows: Sequence[Sequence[Any]] = data if isinstance(data, list | tuple) else ((data,),)

        def clean(value: Any) -> Any:
            if value is None or value == "":
                return empty_as
            if isinstance(value, CellError):
                return str(value) if err_to_str else None
            if isinstance(value, dt.datetime):
                return datetime_builder(
                    year=value.year,
                    month=value.month,
                    day=value.day,
                    hour=value.hour,
                    minute=value.minute,
                    second=value.second,
                    microsecond=value.microsecond,
                    tzinfo=None,
                )
            if number_builder is not None and type(value) is float:
                return number_builder(value)
            return value

        return [[clean(value) for value in row] for row in rows]
