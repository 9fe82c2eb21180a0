"""What happens in one run of the soak, made from its seed alone."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

CLIENTS = 8
FAULTS = {
    "sqlite": ("client", "client", "client", "lost", "full"),
    "postgres": ("client", "client", "lost", "backend", "server", "cut", "deaf", "terminate"),
    "disk": ("full", "client", "lost", "full", "cut"),
}
"""The engines ("disk": PostgreSQL whose disk has no room at times) and what may happen on them.

"lost": a program dies when the store has said yes and nobody has heard it. "deaf": no answer arrives, then the line breaks.
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something bad: after so many ``events`` of all clients together, ``delay`` seconds later, to ``whom`` (a client)."""

    events: int
    kind: str
    delay: float
    whom: int
    room: int  # bytes that a full disk still takes


@dataclass(frozen=True, slots=True)
class Plan:
    """Each client submits ``turns`` times ``rows`` new customers, with what belongs to them."""

    seed: int
    engine: str
    turns: int
    rows: int
    faults: tuple[Fault, ...] = field(default_factory=tuple)


def plan(seed: int, engine: str = "") -> Plan:
    """The plan of ``seed``; ``engine`` "" takes the three in turn."""
    chance = random.Random(seed)
    engine = engine or ("sqlite", "postgres", "sqlite", "postgres", "disk")[seed % 5]
    turns, rows = chance.randint(2, 4), chance.randint(1, 12)
    events = CLIENTS * turns * 2
    faults = [
        Fault(
            chance.randint(1, round(events * 0.8)), kind, chance.choice((0.0, chance.uniform(0, 0.03))), chance.randrange(CLIENTS),
            chance.choice((0, chance.randrange(1 << 12), chance.randrange(1 << 18))),
        )
        for kind in chance.choices(FAULTS[engine], k=chance.randint(2, 5))
    ]  # fmt: skip
    return Plan(seed, engine, turns, rows, tuple(sorted(faults, key=lambda fault: fault.events)))
