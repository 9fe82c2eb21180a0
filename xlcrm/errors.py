"""Broken operations. Faults in the user's data are never exceptions but ``Finding`` values.

    XlcrmError            something could not be done; says what, where and what to do
      BookError           the workbook: unreadable, locked, changed meanwhile, not a workbook ...
      StoreError          the store: locked, read-only, full, newer or older schema, damaged ...
        Overtaken         somebody stored a customer meanwhile that the operation was not compared with
        Away              its server cannot be reached, or the connection broke off: the same may work later
      KeysError          the keys: missing, wrong, or no safe place to keep them
      MailError           the mail server: unknown, away, slow, not proven, refusing
        Undeliverable     it refused this one letter, and will again
        Delayed           it refused this one letter for now
      UsageError          the command line or a setting: unknown name, impossible combination

An error carries a catalogue key; its sentence and its hint (``key.hint``) are looked up by the door that shows it.
"""

from __future__ import annotations

from xlcrm.catalogue import text


class XlcrmError(Exception):
    """A broken operation: ``key`` names the sentence in the catalogue, ``key + '.hint'`` what to do."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    def sentence(self, language: str = "zh") -> str:
        """What happened and where, for a person."""
        return text(self.key, language, **self.values)

    def hint(self, language: str = "zh") -> str:
        """What the person can do about it."""
        return text(f"{self.key}.hint", language, **self.values)

    def __str__(self) -> str:
        return f"{self.sentence('en')} {self.hint('en')}"


class BookError(XlcrmError):
    """The workbook cannot be read or written."""


class StoreError(XlcrmError):
    """The store cannot be opened, read or written."""


class Overtaken(StoreError):
    """Nothing was written: a customer stored since the comparison may be one of the operation's new ones. Compare again."""


class Away(StoreError):
    """The store's server cannot be reached, or the connection broke off; whether something was written may be unknown."""


class KeysError(XlcrmError):
    """A key is missing, wrong, or there is no safe place for it."""


class MailError(XlcrmError):
    """The mail server cannot be reached, is not the one it should be, or takes nothing; or a mail setting makes no sense."""


class Undeliverable(MailError):
    """One letter cannot be delivered, however often it is sent."""


class Delayed(MailError):
    """The mail server does not take one letter now; it may later."""


class UsageError(XlcrmError):
    """The request itself makes no sense: unknown name, missing file, impossible combination."""
