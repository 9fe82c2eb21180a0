"""The sheets 字段匹配 and 值对照: what is asked, and the choices people made in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from xlcrm.catalogue import text
from xlcrm.jobs.fieldmatch.matcher import AskedHeader, AskedWord, Matcher
from xlcrm.jobs.marking import fill
from xlcrm.model.choices import AGREED
from xlcrm.model.fields import Table
from xlcrm.model.learned import NOT_IMPORTED, header_key, target, value_key
from xlcrm.model.operation import Decision
from xlcrm.model.resultsheets import FIELD_MATCHES, VALUE_MATCHES
from xlcrm.model.rows import Cell, Link, Rows
from xlcrm.model.tables import BY_KEY, CUSTOMER
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.base import Book

Line = dict[str, Cell | Link]

_MOST_LAYOUTS = 500
"""Layouts that one line can hold; a header that stands in more is answered for all lists anyway."""


@dataclass(slots=True)
class Choices:
    """What the two sheets answer: the decisions to remember, how many headers and words they are, and the lines left."""

    decisions: list[Decision] = field(default_factory=list)
    headers: int = 0
    words: int = 0
    left: dict[str, list[Line]] = field(default_factory=dict)

    @property
    def undecided(self) -> int:
        """The lines without a choice."""
        return sum(map(len, self.left.values()))


def header_lines(matcher: Matcher, language: str) -> list[Line]:
    """The lines of 字段匹配, those that most tables ask first."""
    asked = sorted(matcher.headers.values(), key=lambda one: (-sum(one.guesses.values()), one.header))
    return [_header_line(one, language) for one in asked]


def word_lines(matcher: Matcher, rulebook: Rulebook) -> list[Line]:
    """The lines of 值对照, list by list, the most frequent word first."""
    order = {name: place for place, name in enumerate(option.code for option in vocabulary("import_list").options)}
    asked = sorted(matcher.words.values(), key=lambda one: (order.get(one.vocabulary, len(order)), -one.count, one.word))
    return [_word_line(one, rulebook) for one in asked]


def _header_line(asked: AskedHeader, language: str) -> Line:
    match = asked.match
    guess = str(match.target or NOT_IMPORTED)
    values = {**match.values, **({"field": titled(str(match.values["field"]), language)} if "field" in match.values else {})}
    return {
        "choice": None,
        "header": asked.header,
        "sample": _joined(asked.samples),
        "guess": titled(guess, language),
        "reason": text(match.reason, language, **values),
        "others": _joined(titled(word, language) for word in match.alternatives[:4]) or None,
        "files": float(sum(asked.guesses.values())),
        "place": _joined(list(asked.places)[:3]),
        "pair": " ".join([guess, *list(asked.layouts)[:_MOST_LAYOUTS]]),
    }


def _word_line(asked: AskedWord, rulebook: Rulebook) -> Line:
    language, match = rulebook.language, asked.match
    words = rulebook.vocabulary(asked.vocabulary)
    guess = words.label(match.code, language) if match.code else text("headers.left_blank", language)
    return {
        "choice": None,
        "list": vocabulary("import_list").label(asked.vocabulary, language),
        "word": asked.word,
        "guess": guess,
        "reason": text(match.reason, language),
        "others": _joined(words.label(code, language) for code in match.alternatives) or None,
        "count": float(asked.count),
        "place": _joined(list(asked.places)[:3]),
    }


def _joined(words: Iterator[str] | Sequence[str] | Mapping[str, None]) -> str:
    return "；".join(words)


def titled(word: str, language: str) -> str:
    """What people call a target word: the field, with the contact, the table or the unit where it is not the usual one."""
    option = vocabulary("import_field").by_code.get(word)
    if option is not None:
        return option.label(language)
    place = target(word)
    if place is None:
        return text("headers.not_imported", language)
    title = BY_KEY[place.table][place.field].title(language)
    if place.table != CUSTOMER.key:
        title = text("headers.of_table", language, table=BY_KEY[place.table].title(language), field=title)
    return text("headers.times", language, field=title, factor=f"{place.unit.normalize():f}") if place.unit is not None else title


def take(book: Book, rulebook: Rulebook, language: str) -> Choices:
    """What people chose in the two sheets of ``book``; a choice that cannot be understood is told and stays."""
    found = Choices()
    present = book.tables()
    if FIELD_MATCHES in present:
        _take_headers(book.read(FIELD_MATCHES), found, book, language)
    if VALUE_MATCHES in present:
        _take_words(book.read(VALUE_MATCHES), found, book, rulebook, language)
    return found


def put_away(book: Book, choices: Choices, language: str) -> None:
    """Leave only the lines without a choice in the two sheets; a sheet without any is hidden."""
    for table in (FIELD_MATCHES, VALUE_MATCHES):
        fill(book, table, choices.left.get(table.key, []), language)


def _take_headers(rows: Rows, found: Choices, book: Book, language: str) -> None:
    words, unknown = vocabulary("import_field"), list[str]()
    for index in range(len(rows)):
        said, header = _said(rows, index, "choice"), _said(rows, index, "header")
        option = words.find(said) if said else None
        if option is None or not header:
            unknown += [said] if said else []
            _keep(found, FIELD_MATCHES, rows, index)
            continue
        guess, *layouts = _said(rows, index, "pair").split(" ")
        answer = (guess or NOT_IMPORTED) if option.code == AGREED else option.code
        found.headers += 1
        found.decisions += [Decision(header_key(header, where), answer, header[:200]) for where in ("", *layouts)]
    _tell(book, FIELD_MATCHES, unknown, language)


def _take_words(rows: Rows, found: Choices, book: Book, rulebook: Rulebook, language: str) -> None:
    lists, unknown = vocabulary("import_list"), list[str]()
    for index in range(len(rows)):
        said, word = _said(rows, index, "choice"), _said(rows, index, "word")
        above = lists.find(_said(rows, index, "list"))
        code = _option(said, _said(rows, index, "guess"), above.code, rulebook) if said and above else ""
        if not code or above is None or not word:
            unknown += [said] if said else []
            _keep(found, VALUE_MATCHES, rows, index)
            continue
        found.words += 1
        found.decisions.append(Decision(value_key(above.code, word), code, word[:200]))
    _tell(book, VALUE_MATCHES, unknown, language)


def _option(said: str, guess: str, name: str, rulebook: Rulebook) -> str:
    """The code of the option chosen, or of the suggestion; ``NOT_IMPORTED`` for none, "" where it is not understood."""
    chosen = vocabulary("import_option").find(said, name)
    if chosen is not None and not chosen.code.endswith(f":{AGREED}"):
        return chosen.code.partition(":")[2]
    option = rulebook.vocabulary(name).find(guess if chosen is not None else said)
    if option is not None:
        return option.code
    return NOT_IMPORTED if chosen is not None else ""


def _tell(book: Book, table: Table, unknown: Sequence[str], language: str) -> None:
    if unknown:
        sheet, count = table.title(language), len(unknown)
        book.tell(text("headers.choice_unknown", language, sheet=sheet, count=count, first=unknown[0]))


def _said(rows: Rows, index: int, key: str) -> str:
    return str(rows.cell(index, key) or "").strip()


def _keep(found: Choices, table: Table, rows: Rows, index: int) -> None:
    line: Line = {key: column[index] for key, column in rows.columns.items()}
    if any(cell is not None for key, cell in line.items() if key != "choice"):
        found.left.setdefault(table.key, []).append(line)
