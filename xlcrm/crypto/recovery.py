"""The printed recovery passphrase: random, in groups that can be typed, each with a check character that points out a slip.

Seven groups of five characters, 138 random bits: ``7KQ2M-X04TB-...``. The alphabet leaves out what looks alike on paper; what
people type in its place is understood (o as 0, small letters). The last character of each group is its check.
"""

from __future__ import annotations

import re
import secrets

from xlcrm.errors import KeysError

_ALPHABET = "023456789ABCDEFGHJKMNPQRSTVWXYZ"  # 31 letters: a prime, so that each slip and each swap of two letters shows
_GROUPS, _LETTERS = 7, 4


def new() -> str:
    """A fresh passphrase."""
    groups = ("".join(secrets.choice(_ALPHABET) for _ in range(_LETTERS)) for _ in range(_GROUPS))
    return "-".join(group + _check(group, number) for number, group in enumerate(groups))


def read(typed: str) -> str:
    """The passphrase in the form of ``new``. KeysError names the group in which there is a slip, or a wrong length."""
    letters = "".join(letter for letter in typed.upper().replace("O", "0") if letter not in " -_–—－\t")
    size = _LETTERS + 1
    groups = [letters[start : start + size] for start in range(0, len(letters), size)]
    for number, group in enumerate(groups[:_GROUPS]):
        if len(group) == size and (set(group) - set(_ALPHABET) or _check(group[:-1], number) != group[-1]):
            raise KeysError("crypto.recovery_typed", group=number + 1, typed=group)
    if len(letters) != size * _GROUPS:
        raise KeysError("crypto.recovery_length", count=len(letters), wanted=size * _GROUPS)
    return "-".join(groups)


def looks(typed: str) -> bool:
    """Whether somebody who was asked for a passphrase typed a recovery passphrase."""
    return bool(re.fullmatch(r"\s*\w{4,6}([- ]+\w{4,6}){5,7}\s*", typed, re.ASCII))


def _check(group: str, number: int) -> str:
    total = sum((place + 2) * _ALPHABET.index(letter) for place, letter in enumerate(group))
    return _ALPHABET[(total + number) % len(_ALPHABET)]
