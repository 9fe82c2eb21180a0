"""Who does something, when, and in which language: passed to every job, never global."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Person:
    """A colleague: ``rid`` is the key everywhere, ``account`` the login, ``name`` what colleagues see.

    ``roles`` are codes of the vocabulary "role": entry, reviewer, steward, manager, finance, marketing, admin. ``deputy``
    (a rid) stands in until ``deputy_until`` (an ISO day, "" = until taken back). Somebody ``disabled`` keeps rid, name and
    customers, and may do nothing. ``email`` is where notices go, "" for none.
    """

    rid: str
    account: str
    name: str
    department: str = ""
    roles: frozenset[str] = frozenset()
    deputy: str | None = None
    deputy_until: str = ""
    disabled: bool = False
    email: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What every job is told: the acting person, the clock, the language, and where the click came from."""

    actor: Person
    clock: Callable[[], datetime]
    language: str = "zh"
    source: str = ""

    def now(self) -> str:
        """The moment of the clock as ``YYYY-MM-DD HH:MM:SS``."""
        return self.clock().strftime("%Y-%m-%d %H:%M:%S")
