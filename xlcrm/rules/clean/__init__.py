"""From a cell to its canonical text, and back.

Everything is kept as ``str | None``: dates ``YYYY-MM-DD``, moments ``YYYY-MM-DD HH:MM:SS``, whole numbers "120",
amounts "50.00", options as codes, colleagues as rids, phones in E.164 (``;ext=8``; several with a blank between).
``read`` never raises, whatever the cell holds; ``read(show(x)) == x`` for every value it has given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from xlcrm.model.fields import Field, Kind, Need
from xlcrm.model.rows import Cell, CellError
from xlcrm.model.vocabularies import Option, vocabulary
from xlcrm.rules.clean import amounts, codes, dates, mail, names, numbers, options, people, phone, text
from xlcrm.rules.clean.words import CLEAR, MASKED, PLACEHOLDERS
from xlcrm.rules.reading import BLANK, Reading
from xlcrm.rules.rulebook import Rulebook

CLEARED = Reading(code="CLEARED")  # no finding: the person wants the stored value gone

READERS: dict[Kind, Callable[[Cell, Field, Rulebook], Reading]] = {
    Kind.TEXT: text.read,
    Kind.LONG: text.read,
    Kind.LINK: text.read,
    Kind.CUSTOMER: names.read,
    Kind.PERSON: names.read,
    Kind.COLLEAGUE: people.read,
    Kind.OPTION: options.read,
    Kind.DATE: dates.read,
    Kind.MOMENT: dates.read,
    Kind.INTEGER: amounts.read,
    Kind.DECIMAL: amounts.read,
    Kind.PHONE: phone.read,
    Kind.EMAIL: mail.read,
    Kind.USCC: codes.read_uscc,
    Kind.IDENTITY: codes.read_identity,
    Kind.BANKCARD: codes.read_bankcard,
    Kind.NUMBER: numbers.read,
    Kind.REFERENCE: numbers.read,
}
_FREE = frozenset({Kind.TEXT, Kind.LONG, Kind.LINK})
_MASKABLE = frozenset(
    {Kind.CUSTOMER, Kind.PERSON, Kind.COLLEAGUE, Kind.PHONE, Kind.EMAIL, Kind.USCC, Kind.IDENTITY, Kind.BANKCARD}
)


def read(cell: Cell, field: Field, book: Rulebook, parent: str = "") -> Reading:
    """What ``cell`` means in ``field``. ``parent`` is the code that narrows a dependent option, "" if unknown."""
    if cell is None or cell != cell:
        return BLANK
    if isinstance(cell, CellError):
        return Reading(None, "ERROR_VALUE")
    if isinstance(cell, str | float | int) and not isinstance(cell, bool):
        plain = text.line(text.written(cell))
        if not plain:
            return BLANK
        if plain in CLEAR:
            return CLEARED
        if field.kind in _MASKABLE and MASKED.search(plain):
            return Reading(None, "MASKED")
        if plain in PLACEHOLDERS and _placeheld(plain, field, book):
            return Reading(None, "PLACEHOLDER")
    if field.kind is Kind.OPTION:
        return options.read(cell, field, book, parent)
    return READERS[field.kind](cell, field, book)


def _placeheld(word: str, field: Field, book: Rulebook) -> bool:
    """Whether a placeholder says nothing here: 无 is an answer in 备注, and a synonym of an option is one too."""
    if field.kind in _FREE:
        return field.need in (Need.BLOCKING, Need.DUE)
    if field.kind is Kind.OPTION:
        words = book.vocabulary(field.options)
        return words.find(word) is None and text.line(word) not in words.vague
    return True


def show(
    value: str | None,
    field: Field,
    language: str,
    people: Mapping[str, str],
    own: Mapping[str, Iterable[Option]] | None = None,
) -> Cell:
    """The cell that shows a stored value: option labels, phones as people write them, dates, numbers, names.

    ``people`` maps rids to names; ``own`` holds a team's own options by vocabulary.
    """
    if value is None:
        return None
    kind = field.kind
    if kind is Kind.PHONE:
        return phone.show(value)
    if kind is Kind.OPTION:
        for option in (own or {}).get(field.options, ()):
            if option.code == value:
                return option.label(language)
        return vocabulary(field.options).label(value, language)
    if kind in (Kind.DATE, Kind.MOMENT):
        return dates.show(value)
    if kind in (Kind.INTEGER, Kind.DECIMAL):
        return float(value)
    if kind is Kind.COLLEAGUE:
        return people.get(value, value)
    return value
