"""xlwings without the libraries it could convert to and from: they cost more than all the rest of a button's start."""

from __future__ import annotations

import sys

CONVERTED = ("pandas", "numpy", "polars", "matplotlib", "PIL", "plotly")


def load() -> None:
    """Import xlwings; nothing where somebody did so already.

    On its first import xlwings imports each of ``CONVERTED`` that is installed, about 0.3 s, and does without those that
    are not. None of them is needed for blocks of plain values, so they look missing for that moment; afterwards
    everybody may import them as ever. xlwings' own converters for them do not exist in this process.
    """
    if "xlwings" in sys.modules:
        return
    hidden = [name for name in CONVERTED if name not in sys.modules]
    for name in hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # Python's own sign for a module that must not be found
    try:
        import xlwings  # noqa: F401
    finally:
        for name in hidden:
            del sys.modules[name]
