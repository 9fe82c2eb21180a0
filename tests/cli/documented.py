"""The commands that the documentation names, and what the command line's own parsers say about them."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path

import pytest

from xlcrm.cli import COMMANDS, parser

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("README*.md"), *ROOT.glob("docs/**/*.md")])
_FENCE = re.compile(r"(?ms)^ *```([^\n]*)\n(.*?)^ *```$")
_INDENTED = re.compile(r"(?m)^ {4,}(xlcrm [a-z].*)$")
_ROW = re.compile(r"(?m)^\| `xlcrm ([a-z-]+)([^`]*)` \|(.*)$")
_CODE = re.compile(r"`([^`\n]+)`")
_CALL = re.compile(r'xlcrm(?:\.exe)?\\?"? ([a-z][^"]*)')
_ALTERNATIVES = re.compile(r"[a-z-]+(?:\\?\|[a-z-]+)+")
_LEFT_OUT = re.compile(r"required|expected one argument|expected at least one|invalid int value")
"""What argparse says of a command of which a sentence names a part only, or with a word in the place of a number."""


@dataclass(frozen=True)
class Block:
    """A block of code: its info string behind the language, and its commands."""

    info: str
    commands: list[list[str]]


def blocks(text: str) -> Iterator[Block]:
    """The blocks with commands, in their order; what stands in lines of other programs (units, tasks) counts, too."""
    for info, body in _FENCE.findall(text):
        found = []
        for line in body.splitlines():
            if line.strip().startswith("xlcrm "):
                found.append(shlex.split(line, comments=True)[1:])
            elif "──" not in line:
                found += [shlex.split(call.rstrip("\\")) for call in _CALL.findall(line)]
        if found:
            yield Block(info.partition(" ")[2].strip(), found)
    lines = _INDENTED.findall(_FENCE.sub("", text))
    if lines:
        yield Block("", [shlex.split(line, comments=True)[1:] for line in lines])


def mentions(text: str) -> Iterator[list[str]]:
    """The commands within sentences and tables, every alternative by itself; in a table's row about a command its bare parts, too."""
    plain = _FENCE.sub("", text)
    for said in _CODE.findall(plain):
        if said.startswith("xlcrm "):
            yield from _each(said.removeprefix("xlcrm "))
    for command, _, rest in _ROW.findall(plain):
        known = actions(command)
        for said in _CODE.findall(rest):
            first, _, more = said.partition(" ")
            if first.startswith("--") or first in known or (known and more and re.fullmatch(r"[a-z-]+", first)):
                yield from _each(f"{command} {said}")


def rows(text: str) -> list[list[str]]:
    """The commands that stand first in the rows of a table of commands."""
    return [next(_each(f"{command} {rest}")) for command, rest, _ in _ROW.findall(text)]


def _each(said: str) -> Iterator[list[str]]:
    words = shlex.split(re.sub(r"\[([^\]]*)\]", r"\1", said.replace("\\|", "|").replace("...", "")))
    yield from map(list, product(*([word] if not _ALTERNATIVES.fullmatch(word) else word.split("|") for word in words)))


@cache
def _parser(name: str) -> argparse.ArgumentParser:
    """What understands the command ``name``."""
    return parser([name], "zh")


@cache
def _command(name: str) -> argparse.ArgumentParser:
    """The part of it that is about this command alone."""
    commands = next(one for one in _parser(name)._actions if isinstance(one, argparse._SubParsersAction))
    found: argparse.ArgumentParser = commands.choices[name]
    return found


@cache
def actions(name: str) -> set[str]:
    """The words of which one follows the command ``name``; none where any text may."""
    return {str(word) for one in _command(name)._actions if not one.option_strings for word in one.choices or ()}


@cache
def options(name: str) -> set[str]:
    """Every option of the command ``name``, of whichever action."""
    known, found = [_command(name)], set[str]()
    for one in known:
        for action in one._actions:
            found.update(action.option_strings)
            if isinstance(action, argparse._SubParsersAction):
                known += action.choices.values()
    return found


class Refused(Exception):
    """What the real parser says against a command."""


def _refuse(self: argparse.ArgumentParser, message: str) -> None:
    raise Refused(message)


def fault(words: Sequence[str], whole: bool) -> str:
    """What is wrong with a command, "" for nothing; ``whole``: it is to be typed like this, not a part of one."""
    if not words or words[0] not in COMMANDS:
        return "no such command"
    for word in words[1:]:
        if word.startswith("--") and word.partition("=")[0] not in options(words[0]):
            return f"no such option: {word}"
    known = actions(words[0])
    if known and len(words) > 1:
        if words[1].startswith("-"):
            if not whole:
                return ""
        elif words[1] not in known:
            return f"no such action: {words[1]}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(argparse.ArgumentParser, "error", _refuse)
        try:
            _parser(words[0]).parse_args(words)
        except Refused as refused:
            return "" if not whole and _LEFT_OUT.search(str(refused)) else str(refused)
    return ""
