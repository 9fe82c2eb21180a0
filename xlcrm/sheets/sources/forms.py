"""One-customer forms: labels in a column or two, the values beside them; several forms on a sheet are several records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from xlcrm.model.rows import Cell
from xlcrm.model.vocabularies import fold
from xlcrm.sheets.address import letters
from xlcrm.sheets.grid import Grid
from xlcrm.sheets.sources import words
from xlcrm.sheets.sources.headings import Hits
from xlcrm.sheets.sources.page import Page
from xlcrm.sheets.sources.source import Note, SourceTable

_LEAST = 3  # labels that make a form
_LABELS_MOST = 200  # rows of a blank form
_DENSE = 0.4  # of a label column's cells are known labels
_INLINE = 500  # rows in which "label: value" cells are looked for
_LABELS = frozenset(
    map(fold, ("字段名称", "字段", "项目", "名称", "栏目", "信息项", "内容项", "指标", "填写项", "Field", "Item"))
)
_RULES = frozenset(
    map(
        fold,
        (
            "填写要求",
            "要求",
            "填写说明",
            "说明",
            "格式",
            "格式要求",
            "是否必填",
            "必填",
            "类型",
            "字段类型",
            "长度",
            "Rule",
            "Required",
            "Format",
        ),
    )
)
_EXAMPLES = frozenset(map(fold, ("示例", "样例", "例子", "填写示例", "示例内容", "举例", "Example")))
_CONTENTS = frozenset(
    map(fold, ("填写内容", "内容", "填写", "值", "信息", "客户信息", "信息内容", "实际内容", "填写栏", "Value", "Content"))
)
_ROLES = _RULES | _EXAMPLES | _CONTENTS


@dataclass(slots=True)
class _Form:
    """A filled form: its first row, and for each label as compared the text of the label, the value, its address."""

    line: int
    fields: dict[str, tuple[str, Cell, str]] = field(default_factory=dict)


def forms(page: Page, hits: Hits) -> tuple[SourceTable | None, dict[int, set[int]], list[Note]]:
    """The records of a sheet's forms; the columns they cover in each row (index -> columns); what should be known.

    None where the sheet holds no form. A sheet that explains the fields instead of filling them is no form, but is covered.
    """
    grid = page.grid
    columns, sample = _label_columns(grid, hits), False
    if _blank(grid, hits):
        return None, {index: set(grid.columns) for index in range(len(grid.lines))}, [("form_blank", {"sheet": page.title})]
    if columns:
        found, covered, sample = _beside(page, hits, columns)
    elif any(len(names) > 1 for names in hits.values()):
        return None, {}, []
    else:
        found, covered = _inside(grid)
    if not covered:
        return None, {}, []
    values = [value for form in found for _, value, _ in form.fields.values() if value is not None]
    about = {"sheet": page.title}
    if not values:
        return None, covered, [("form_blank", about)]
    if sum(1 for value in values if words.explains(value)) * 3 >= len(values) + 2:
        return None, covered, [("form_explains", about)]
    table = _table(page, [form for form in found if any(v is not None for _, v, _ in form.fields.values())])
    table.sample = sample
    return table, covered, []


def _blank(grid: Grid, hits: Hits) -> bool:
    """Whether a sheet says hardly anything but labels, in several rows: a form that nobody filled in."""
    told = [name for names in hits.values() for name in names.values()]
    most = max((len(names) for names in hits.values()), default=0)
    # A row with most of all labels there are is a header, even if a title or a record says some of them again.
    if len(set(told)) < _LEAST or most * 2 > len(set(told)) or len(grid.lines) > _LABELS_MOST:
        return False
    return len(told) * 5 >= 3 * sum(1 for column in grid.columns.values() for cell in column if cell is not None)


def _table(page: Page, found: list[_Form]) -> SourceTable:
    texts: dict[str, str] = {}
    for form in found:
        for name, (text, _, _) in form.fields.items():
            texts.setdefault(name, text)
    columns: list[list[Cell]] = [[form.fields[name][1] if name in form.fields else None for form in found] for name in texts]
    places = [[form.fields[name][2] if name in form.fields else "" for name in texts] for form in found]
    return SourceTable(page.title, list(texts.values()), columns, [form.line for form in found], [""] * len(texts), places=places)


# -- label, value -----------------------------------------------------------------------------------------------------


def _label_columns(grid: Grid, hits: Hits) -> list[int]:
    """The columns that hold labels, left to right; none where the sheet is no form."""
    if sum(map(len, hits.values())) < _LEAST:
        return []
    numbers = sorted(grid.columns)
    pairs: dict[int, dict[int, str]] = {}
    for index, names in hits.items():
        for number, name in names.items():
            beside = next((n for n in numbers if n > number and grid.columns[n][index] is not None), None)
            under = grid.columns[number][index + 1] if index + 1 < len(grid.lines) else None
            if beside is not None and beside not in names and (under is None or not words.valued(under)):
                pairs.setdefault(number, {})[index] = name
    found = []
    for number, labels in pairs.items():
        if len(set(labels.values())) < 2:
            continue
        column = grid.columns[number][min(labels) : max(labels) + 1]
        if len(labels) >= _DENSE * sum(1 for cell in column if cell is not None):
            found.append(number)
    told = {name for number in found for name in pairs[number].values()}
    return sorted(found) if len(told) >= _LEAST and not told.isdisjoint(words.whose()) else []


def _beside(page: Page, hits: Hits, columns: list[int]) -> tuple[list[_Form], dict[int, set[int]], bool]:
    """The forms whose labels stand in ``columns``, the cells they cover, and whether they only show examples."""
    grid = page.grid
    rows = [index for index in range(len(grid.lines)) if any(number in hits.get(index, ()) for number in columns)]
    tables = {index for index, names in hits.items() if len(names) > 2 and _adjacent(names)}
    first = rows[0]
    last = next((index for index in range(first, len(grid.lines)) if index in tables), len(grid.lines)) - 1
    right = max(grid.columns)
    found: list[_Form] = []
    covered: dict[int, set[int]] = {}
    samples = []
    for group in _groups(grid, columns, first, last):
        spans = [(number, next((n for n in columns if n > number), right + 1)) for number in group]
        values = {number: _value_columns(grid, hits, number, until, first, last) for number, until in spans}
        samples += [sample for _, sample in values.values()]
        for customer in range(max(len(columns) for columns, _ in values.values())):
            current: _Form | None = None
            for index in range(first, last + 1):
                for number in group:
                    looked = values[number][0][customer : customer + 1]
                    pair = _pair(page, number, looked[0], index) if looked else None
                    if pair is None:
                        continue
                    name, text, value, place = pair
                    if current is None or name in current.fields:
                        current = _Form(grid.lines[index])
                        found.append(current)
                    current.fields[name] = (text, value, place)
        for index in range(max(0, first - 1), last + 1):
            covered.setdefault(index, set()).update(range(min(group), max(until for _, until in spans)))
    return found, covered, any(samples)


def _adjacent(names: Iterable[int]) -> bool:
    """Whether three known headers stand side by side: labels of forms do not."""
    numbers = sorted(names)
    return any(b - a == c - b == 1 for a, b, c in zip(numbers, numbers[1:], numbers[2:], strict=False))


def _groups(grid: Grid, columns: list[int], first: int, last: int) -> Iterator[list[int]]:
    """Label columns of one form together; apart where forms stand side by side and say the same labels."""
    group: list[int] = []
    told: set[str] = set()
    for number in columns:
        names = {name for cell in grid.columns[number][first : last + 1] if (name := words.named(cell))}
        if group and len(names & told) * 2 > len(names):
            yield group
            group, told = [], set()
        group.append(number)
        told |= names
    yield group


def _value_columns(grid: Grid, hits: Hits, number: int, until: int, first: int, last: int) -> tuple[list[tuple[int, ...]], bool]:
    """Where the values of a label column stand: for each customer the columns to look in; whether those show examples."""
    labels = [index for index in range(first, last + 1) if number in hits.get(index, ())]
    roles = {}
    for index in range(max(0, first - 2), first + 1):
        head = fold(words.said(grid.columns[number][index]))
        if head in _LABELS or index < first:
            for n in range(number + 1, until):
                if n in grid.columns and (said := fold(words.said(grid.columns[n][index]))) in _ROLES:
                    roles[n] = said
    beside = [n for n in range(number + 1, until) if n in grid.columns and any(grid.columns[n][i] is not None for i in labels)]
    beside = [n for n in beside if roles.get(n) not in _RULES and not _explaining([grid.columns[n][i] for i in labels])]
    plain = [n for n in beside if roles.get(n) not in _EXAMPLES]
    beside = plain or beside
    full = [n for n in beside if sum(1 for i in labels if grid.columns[n][i] is not None) * 2 >= len(labels)]
    if len(full) > 1 and len(full) == len(beside) and not roles:
        return [(n,) for n in full], False
    return [tuple(beside) or (number + 1,)], bool(beside and not plain)


def _explaining(cells: list[Cell]) -> bool:
    told = [cell for cell in cells if cell is not None]
    return sum(1 for cell in told if words.explains(cell)) * 3 >= len(told) + 2


def _pair(page: Page, number: int, looked: tuple[int, ...], index: int) -> tuple[str, str, Cell, str] | None:
    """The label in a row and what stands beside it: as compared, as written, value, address; None where no label stands."""
    grid = page.grid
    label = grid.columns[number][index]
    if not isinstance(label, str) or words.valued(label) or fold(label) in _LABELS:
        return None
    place = next((n for n in looked if n in grid.columns and grid.columns[n][index] is not None), None)
    if place is None and not words.named(label):
        return None
    value = None if place is None else grid.columns[place][index]
    return words.bare(label), label.strip().rstrip(":："), value, f"{letters(place or looked[0])}{grid.lines[index]}"


# -- label: value -----------------------------------------------------------------------------------------------------


def _inside(grid: Grid) -> tuple[list[_Form], dict[int, set[int]]]:
    """The forms whose cells hold label and value together."""
    told: list[tuple[int, int, str, str, str]] = []
    for number, column in grid.columns.items():
        for index, cell in enumerate(column[:_INLINE]):
            if isinstance(cell, str) and (":" in cell or "：" in cell):
                match = words.LABELLED.fullmatch(cell)
                if match:
                    told.append((index, number, words.known(match[1]), match[1], match[2]))
    known = {name for _, _, name, _, value in told if name and value}
    if len(known) < _LEAST or known.isdisjoint(words.whose()):
        return [], {}
    found: list[_Form] = []
    for index, number, name, text, value in sorted(told):
        name = name or words.bare(text)
        if not found or name in found[-1].fields:
            found.append(_Form(grid.lines[index]))
        found[-1].fields[name] = (text.strip(), value.strip() or None, f"{letters(number)}{grid.lines[index]}")
    first, last = min(told)[0], max(told)[0]
    return found, {index: set(grid.columns) for index in range(first, last + 1)}
