"""Record identity: a client-made UUID is the key everywhere (foreign keys, encryption, log)."""

from __future__ import annotations

import os
import time

_last = 0


def new_rid() -> str:
    """A fresh UUID (version 7, 32 hex digits): sorts by time, so that indexes grow at their end.

    Those made by one process sort in the order they were made, also within a millisecond: the rows of a submission
    come back from the store in the sheet's order.
    """
    global _last
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = milliseconds << 80 | 0x7 << 76 | (random >> 68) << 64 | 0b10 << 62 | random & (1 << 61) - 1
    if value >> 80 <= _last >> 80:
        value = _last + 1 + (random & 0xFFFFFFFF)
    _last = value
    return f"{value:032x}"
