"""What assistive programs see of LibreOffice's windows: a tree of nodes with a role, a name and a place."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

PATIENCE = 60.0  # seconds for anything to appear; a cold start on a busy machine takes a third of it
ENDLESS = 1_000_000  # children; only a sheet has as many
Found = TypeVar("Found")


def until(look: Callable[[], Found | None], what: str, patience: float = PATIENCE, pause: float = 0.1) -> Found:
    """What ``look`` gives once it gives something; the windows change while they are read, so its troubles are ignored."""
    end = time.monotonic() + patience
    trouble: Exception | None = None
    while time.monotonic() < end:
        try:
            if found := look():
                return found
        except Exception as error:  # UNO's exceptions: the tree was changing
            trouble = error
        time.sleep(pause)
    raise AssertionError(f"{what} did not appear in {patience:.0f} s") from trouble


def children(node: Any, most: int = 150) -> list[Any]:
    """What is right under ``node``; nothing where there are more than ``most``."""
    count = node.getAccessibleChildCount()
    found = (node.getAccessibleChild(number) for number in range(count if count <= most else 0))
    return [child.getAccessibleContext() for child in found if hasattr(child, "getAccessibleContext")]  # lists have others


def walk(node: Any, most: int = 150) -> Iterator[Any]:
    """Everything under ``node``; a sheet has a thousand million cells, so big families are left out."""
    yield node
    for child in children(node, most):
        yield from walk(child, most)


def sheets(node: Any) -> Iterator[Any]:
    """The panes of a window under ``node`` that show cells: frozen rows and columns are panes of their own."""
    for child in children(node):
        if child.getAccessibleChildCount() > ENDLESS:
            yield child
        else:
            yield from sheets(child)


def box(node: Any) -> tuple[int, int, int, int]:
    """Where a node is on the screen: left, top, width, height in pixels."""
    place, size = node.getLocationOnScreen(), node.getSize()
    return place.X, place.Y, size.Width, size.Height


def within(inner: tuple[int, int, int, int], outer: tuple[int, int, int, int]) -> bool:
    """Whether one box lies in another and is not empty."""
    left, top, width, height = inner
    return (
        width > 0
        and height > 0
        and outer[0] <= left
        and outer[1] <= top
        and left + width <= outer[0] + outer[2]
        and top + height <= outer[1] + outer[3]
    )


def role(node: Any) -> str:
    """The role of a node by name, "" for those we do not look for."""
    from com.sun.star.accessibility import AccessibleRole  # type: ignore[import-not-found]  # through uno's import hook

    number = node.getAccessibleRole()
    names = ("ALERT", "DIALOG", "LIST", "MENU_BAR", "PUSH_BUTTON", "TEXT", "TOOL_BAR")
    return next((name for name in names if getattr(AccessibleRole, name) == number), "")
