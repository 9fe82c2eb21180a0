"""Every sentence a user can see, in Chinese and English.

A key is ``area.name``; the area is a module of this package whose ``TEXTS`` maps the name to
``(Chinese, English)``. Areas are imported when first asked for, so a click pays only for what it says.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module

LANGUAGES = ("zh", "en")


@cache
def area(name: str) -> dict[str, tuple[str, str]]:
    """The texts of one area: name -> (Chinese, English). KeyError when there is no such area."""
    try:
        module = import_module(f"xlcrm.catalogue.{name}")
    except ModuleNotFoundError as error:
        raise KeyError(name) from error
    texts: dict[str, tuple[str, str]] = module.TEXTS
    return texts


def text(key: str, language: str = "zh", **values: object) -> str:
    """The sentence for ``area.name`` in ``language`` ("zh" or "en"), with ``values`` filled in.

    KeyError for an unknown key: a missing text is a fault of ours, found by the tests.
    """
    where, name = key.split(".", 1)
    sentence = area(where)[name][LANGUAGES.index(language)]
    return sentence.format(**values) if values else sentence
