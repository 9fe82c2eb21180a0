"""What a field and a table are. The declarations themselves stand in ``tables.py``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Kind(StrEnum):
    """How a value is read, checked, shown and formatted."""

    TEXT = "text"  # one line
    LONG = "long"  # free text, several lines
    CUSTOMER = "customer"  # a customer's full name
    PERSON = "person"  # a name of somebody outside: contact, decision maker
    COLLEAGUE = "colleague"  # one of the people table; canonical form is the person's rid
    OPTION = "option"  # one of a vocabulary; canonical form is the option's code
    DATE = "date"  # YYYY-MM-DD
    MOMENT = "moment"  # YYYY-MM-DD HH:MM:SS
    INTEGER = "integer"
    DECIMAL = "decimal"  # two decimals
    PHONE = "phone"  # E.164, an extension as ";ext=12"
    EMAIL = "email"
    USCC = "uscc"  # 统一社会信用代码
    IDENTITY = "identity"  # identity card or residence permit
    BANKCARD = "bankcard"
    NUMBER = "number"  # a record's own number, given by the store
    REFERENCE = "reference"  # the number of a customer
    LINK = "link"  # the address of a cell, in result sheets


WRITTEN = frozenset({Kind.DATE, Kind.MOMENT, Kind.INTEGER, Kind.DECIMAL})
"""The kinds whose canonical text is what people write."""


class Need(StrEnum):
    """Whether a row may do without the field (mission section 1)."""

    BLOCKING = "blocking"  # nothing is submitted without it
    DUE = "due"  # may wait as 待补全
    OPTIONAL = "optional"
    SYSTEM = "system"  # written by xlcrm only


class Role(StrEnum):
    """What a column of the sheet is for."""

    DATA = "data"  # stored
    SHEET = "sheet"  # lives in the sheet only: 提交状态, 校验结果, 问题说明
    AUDIT = "audit"  # kept by the store, shown in grey
    DERIVED = "derived"  # computed from other records, shown in grey: 标签


@dataclass(frozen=True)
class Field:
    """One column of one table: everything sheets, checks, header matching, SQL and docs need to know.

    ``key`` is the name in SQL, JSON and code; ``zh`` and ``en`` are the headers. ``options`` names a vocabulary,
    ``parent`` the field whose value narrows it. ``applies`` limits the field to one customer kind code
    ("company"). ``core`` changes need a request where the team wants so. ``group`` names the band of optional
    columns it belongs to. ``synonyms`` are other headers people use for it.
    """

    key: str
    zh: str
    en: str
    kind: Kind = Kind.TEXT
    need: Need = Need.OPTIONAL
    role: Role = Role.DATA
    options: str = ""
    parent: str = ""
    applies: str = ""
    default: str = ""
    sensitive: bool = False
    core: bool = False
    group: str = ""
    width: int = 14
    longest: int = 200
    help_zh: str = ""
    help_en: str = ""
    example: str = ""
    synonyms: tuple[str, ...] = ()

    def title(self, language: str) -> str:
        """The column header in ``language``."""
        return self.zh if language == "zh" else self.en

    def help(self, language: str) -> str:
        """The input message in ``language``; may be empty."""
        return self.help_zh if language == "zh" else self.help_en


@dataclass(frozen=True)
class Table:
    """One sheet and, if ``stored``, one SQL table.

    ``key`` is the SQL name and the name of the Excel table (prefixed ``t_``); ``number`` the pattern of its
    records' numbers (see rules/numbers.py), "" for none. ``result`` sheets are filled by xlcrm, never submitted.
    """

    key: str
    zh: str
    en: str
    fields: tuple[Field, ...]
    number: str = ""
    stored: bool = True
    visible: bool = False
    result: bool = False
    help_zh: str = ""
    help_en: str = ""

    def title(self, language: str) -> str:
        """The sheet's name in ``language``."""
        return self.zh if language == "zh" else self.en

    @property
    def listname(self) -> str:
        """The name of the Excel table on the sheet: ASCII, so that every spreadsheet program keeps it."""
        return f"t_{self.key}"

    @cached_property
    def by_key(self) -> dict[str, Field]:
        return {field.key: field for field in self.fields}

    def __getitem__(self, key: str) -> Field:
        return self.by_key[key]

    @cached_property
    def data(self) -> tuple[Field, ...]:
        """The fields that people fill and the store keeps."""
        return tuple(field for field in self.fields if field.role is Role.DATA)

    @cached_property
    def sensitive(self) -> frozenset[str]:
        return frozenset(field.key for field in self.fields if field.sensitive)
