"""The built files, as the tests look at them."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "workbook"
WITH_MACROS = ("xlcrm.xlam", "xlcrm.xlsm")
ALL = (*WITH_MACROS, "xlcrm.xlsx")


def part(name: str, path: str) -> bytes:
    """One part of a built file."""
    with zipfile.ZipFile(BUILT / name) as package:
        return package.read(path)


def parts(path: Path) -> dict[str, bytes]:
    """Every part of a file, unpacked."""
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def tool(found: str | None, name: str) -> str:
    """The path of an outside tool; without it the test is skipped, or fails where everything is required."""
    if found is None:
        if os.environ.get("XLCRM_REQUIRE_ALL") == "1":
            pytest.fail(f"{name} is required here but not installed")
        pytest.skip(f"{name} is not installed")
    return found
