"""What somebody wants done about a request or a proposal, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from xlcrm.model.operation import Values


@dataclass(frozen=True, slots=True)
class Wish:
    """One step wanted: ``about`` is the rid of a request or proposal, ``step`` a key of rules/workflow.py: STEPS or one of
    agree, decline, withdraw (proposals).

    ``values`` are what the step says (fields of the request; "reason" of a proposal's answer). ``version`` is the one that the
    person saw, None where it does not matter; ``place`` is where it was said (sheet and cell), "" elsewhere.
    """

    about: str
    step: str
    values: Values = field(default_factory=dict)
    version: int | None = None
    place: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a wish: ``done`` or not, the number and the state (code) of what it is about, and a sentence of the
    catalogue (``key`` with ``said``).
    """

    wish: Wish
    done: bool
    number: str
    state: str
    key: str
    said: Mapping[str, object] = field(default_factory=dict)
