"""What a spreadsheet program says when it cannot, as a sentence for the person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlcrm.errors import BookError, XlcrmError

if TYPE_CHECKING:
    from xlwings import Book

    from xlcrm.sheets.live.program import Excel

# HRESULTs: the call was rejected, try later, a cell is being edited
_BUSY = {-2147418111, -2147417846, -2146777998}
# HRESULTs: the object disconnected from its program, the program cannot be reached or ended during the call
_GONE = {-2147417848, -2147023174, -2147023170, -2147023179}
# UNO: the program ended, the workbook was closed
_ENDED = ("DisposedException", "ConnectionException", "NoConnectException", "com.sun.star.uno.RuntimeException")
_PROGRAMS = ("pywintypes", "pythoncom", "appscript", "aem", "xlwings", "com.sun.star", "uno")


@dataclass(frozen=True, slots=True)
class Opened:
    """An open workbook: how sentences call it, xlwings' object, and the program it is open in."""

    name: str
    book: Book
    program: Excel

    def explained(self) -> AbstractContextManager[None]:
        """Around everything that asks the program something about this workbook."""
        return explained(self.name, self.book)


@contextmanager
def explained(name: str, book: Book | None = None) -> Iterator[None]:
    """Turn what the spreadsheet program raises into a BookError about the workbook ``name``; our own faults pass.

    Where ``book`` is given and not open any more, whatever was raised comes from that: a closed workbook answers many
    questions with nothing, and the next step then stumbles over it.
    """
    try:
        yield
    except XlcrmError:
        raise
    except Exception as error:  # COM, Apple events and UNO have types of their own that exist on one platform only
        key = _key(error)
        if key in (None, "live.refused") and book is not None and _closed(book):
            key = "live.gone"
        if key is None:
            raise
        reason = next((part for part in error.args if isinstance(part, str) and part.strip()), type(error).__name__)
        raise BookError(key, path=name, reason=reason.strip().splitlines()[0][:200]) from error


def _closed(book: Book) -> bool:
    try:
        return not book.name
    except Exception:  # of any of the programs
        return True


def _key(error: Exception) -> str | None:
    """The catalogue key for ``error``; None if no spreadsheet program raised it."""
    kinds = [f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__]
    if not any(program in kind for kind in kinds for program in _PROGRAMS):
        return None
    code = next((part for part in error.args[:1] if isinstance(part, int)), 0)
    if code in _BUSY:
        return "live.busy"
    if code in _GONE or kinds[0].endswith(_ENDED):
        return "live.gone"
    return "live.refused"
