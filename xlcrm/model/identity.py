"""Record identity: a client-made UUID is the key everywhere (foreign keys, encryption, log)."""

from __future__ import annotations

import os
import time


def new_rid() -> str:
    """A fresh UUID (version 7, 32 hex digits): sorts by time, so that indexes grow at their end."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = milliseconds << 80 | 0x7 << 76 | (random >> 68) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return f"{value:032x}"
