"""A made workbook goes to its place at once or not at all."""

from __future__ import annotations

import uuid
from pathlib import Path


def put(path: Path, data: bytes) -> None:
    """Write ``data`` to ``path``, replacing what is there; OSError where that is not possible, nothing is changed then."""
    temporary = path.with_name(f".xlcrm-{uuid.uuid4().hex}.tmp")
    try:
        temporary.write_bytes(data)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
