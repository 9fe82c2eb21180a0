"""Cell contents, read and written as blocks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from xlcrm.calc.addresses import rectangles
from xlcrm.calc.formulas import shifted, to_calc, to_excel, with_table
from xlcrm.calc.looks import DATE, LOGICAL, STANDARD, TEXT, TIME, common
from xlcrm.calc.typed import GENERAL, as_text, moment, typed
from xlcrm.calc.typed import LOGICAL as LOGICAL_FORMAT

if TYPE_CHECKING:
    from xlcrm.calc.cells import Range

Value = float | str | bool | dt.datetime | None
Place = tuple[int, int]
MOST = 20_000_000  # cells in one block: more would fill the memory of both programs
COLUMNS_AT_ONCE = 40  # columns whose formats are asked for one by one


ERRORS = {  # LibreOffice's numbers of errors; the others are Excel's #VALUE!
    503: "#NUM!",
    521: "#NULL!",
    523: "#NUM!",
    524: "#REF!",
    525: "#NAME?",
    532: "#DIV/0!",
    32767: "#N/A",
}


class CellError(str):
    """The error a formula gave, as "#N/A"; "#ERROR" where its kind was not asked for."""


def matrix(value: Any, nrows: int, ncols: int) -> list[list[Any]]:
    """What was assigned to a range as rows of its shape: one value fills it. ValueError if the shape is another one."""
    if not isinstance(value, list | tuple):
        return [[value] * ncols for _ in range(nrows)]
    rows: Sequence[Any] = value if value and isinstance(value[0], list | tuple) else [value]
    if any(len(row) != len(rows[0]) for row in rows):
        raise ValueError("All elements of a 2d list or tuple must be of the same length.")
    if (len(rows), len(rows[0])) != (nrows, ncols):
        raise ValueError(f"{len(rows)} x {len(rows[0])} values do not fit into {nrows} x {ncols} cells.")
    return [list(row) for row in rows]


def _bounded(cells: Range) -> None:
    if len(cells) > MOST:
        raise ValueError(f"{cells.place()} has more than {MOST:,} cells: name the rows or columns in use.")


def read(cells: Range, kinds_of_errors: bool = False) -> list[list[Any]]:
    """The values of ``cells``: float, str ("" if empty), datetime, bool or CellError.

    Each kind of error costs a call per cell and is therefore only found out when asked for.
    """
    _bounded(cells)
    data = [list(row) for row in cells.xl.getDataArray()]
    numbers = {}
    for column, values in enumerate(zip(*data, strict=True)):
        lines = [line for line, value in enumerate(values) if type(value) is float]
        if lines:
            numbers[column] = lines[0], lines[-1]
    for kind, top, left, bottom, right in _kinds(cells, numbers):
        if kind & LOGICAL:
            convert: Any = bool
        elif kind & (DATE | TIME):
            convert = moment
        else:
            continue
        for row in data[top : bottom + 1]:
            for column in range(left, right + 1):
                if type(row[column]) is float:
                    row[column] = convert(row[column])
    for i, row in enumerate(data):
        for j, value in enumerate(row):
            if value is None:
                code = cells.xl.getCellByPosition(j, i).getError() if kinds_of_errors else 0
                row[j] = CellError(ERRORS.get(code, "#VALUE!") if kinds_of_errors else "#ERROR")
    return data


def _kinds(cells: Range, numbers: dict[int, tuple[int, int]]) -> Iterator[tuple[int, int, int, int, int]]:
    """What the numbers look like, as ``Block.formats`` says it; ``numbers``: column -> its first and last row of a number.

    Most columns of a sheet look the same all the way down: three calls, where each rectangle of equal format costs as many.
    """
    if len(numbers) > COLUMNS_AT_ONCE:
        yield from cells.formats()
        return
    for column, (first, last) in numbers.items():
        part = cells.sheet.block(cells.row + first, cells.column + column, last - first + 1, 1)
        key = common(part.xl, "NumberFormat")
        if key is not None:
            yield cells.sheet.book.formats.kind(key), first, column, last, column
        else:
            yield from ((kind, first + top, column, first + bottom, column) for kind, top, _, bottom, _ in part.formats())


def write(cells: Range, value: Any) -> None:
    """Write ``value`` as if typed: cells with text format keep text, strings that look like numbers become numbers."""
    _bounded(cells)
    rows = matrix(value, cells.nrows, cells.ncols)
    if rows and isinstance(value, str) and value.startswith("=") and len(cells) > 1:
        rows = [[shifted(value, i, j) for j in range(cells.ncols)] for i in range(cells.nrows)]
    formats = cells.formats() if _typing_matters(rows) else []
    text, logical = _places(formats, TEXT), _places(formats, LOGICAL)
    formulas: dict[Place, str] = {}
    wanted: dict[str, set[Place]] = {}
    data = []
    for i, row in enumerate(rows):
        line: list[float | str] = []
        for j, item in enumerate(row):
            if text and (i, j) in text:
                line.append(as_text(item))
                continue
            entry = typed(item)
            if entry.formula:
                formulas[i, j] = str(entry.value)
            if entry.format != GENERAL or (logical and (i, j) in logical):
                wanted.setdefault(entry.format, set()).add((i, j))
            line.append("" if entry.formula else entry.value)
        data.append(tuple(line))
    cells.xl.setDataArray(tuple(data))
    _put_formulas(cells, formulas)
    if wanted:
        _give_formats(cells, wanted, formats)


def _typing_matters(rows: list[list[Any]]) -> bool:
    """Whether the cells' formats decide what becomes of ``rows``: not so when all are plain words or blanks."""
    return any(
        item is not None and (not isinstance(item, str) or typed(item) != (item, GENERAL, False)) for row in rows for item in row
    )


def _places(formats: list[tuple[int, int, int, int, int]], kind: int) -> set[Place]:
    return {(i, j) for found, r1, c1, r2, c2 in formats if found & kind for i in range(r1, r2 + 1) for j in range(c1, c2 + 1)}


def _give_formats(cells: Range, wanted: dict[str, set[Place]], formats: list[tuple[int, int, int, int, int]]) -> None:
    """Dates, times, percentages and booleans show as such in cells that have no format of their own."""
    free = _places(formats, STANDARD)
    logical = _places(formats, LOGICAL)
    for code, places in wanted.items():
        # Calc has no booleans but numbers shown as such: there the format belongs to the value
        places = places - logical if code == LOGICAL_FORMAT else places & (free | logical)
        if places:
            cells.group(rectangles(places)).NumberFormat = cells.sheet.book.formats.key(code)


def _put_formulas(cells: Range, formulas: dict[Place, str]) -> None:
    if any("[" in formula for formula in formulas.values()) and (table := cells.table) is not None:
        formulas = {place: with_table(formula, table.name) for place, formula in formulas.items()}
    for top, left, bottom, right in rectangles(set(formulas)):
        block = tuple(tuple(to_calc(formulas[i, j]) for j in range(left, right + 1)) for i in range(top, bottom + 1))
        cells.xl.getCellRangeByPosition(left, top, right, bottom).setFormulaArray(block)


def read_formulas(cells: Range) -> tuple[tuple[str, ...], ...]:
    """Formulas in Excel's notation; the content of the other cells as text."""
    return tuple(tuple(to_excel(content) for content in row) for row in cells.xl.getFormulaArray())


def write_formulas(cells: Range, value: Any) -> None:
    """Write formulas; one formula fills the range with its references moved along, as in Excel."""
    rows = matrix(value, cells.nrows, cells.ncols)
    if isinstance(value, str):
        rows = [[shifted(value, i, j) for j in range(cells.ncols)] for i in range(cells.nrows)]
    if not any(isinstance(item, str) and item.startswith("=") for row in rows for item in row):
        write(cells, rows)
        return
    formulas = {(i, j): item for i, row in enumerate(rows) for j, item in enumerate(row) if str(item).startswith("=")}
    if len(formulas) < len(cells):
        write(cells, [["" if (i, j) in formulas else item for j, item in enumerate(row)] for i, row in enumerate(rows)])
    _put_formulas(cells, formulas)
