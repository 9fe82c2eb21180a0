"""The command line: parse, call one job, show the result.

Only argparse is imported here; every command's module is imported when it runs, so that --help and short commands
start at once. Exit codes: 0 done and clean, 1 there are findings or undecided rows, 2 nothing could be done.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from xlcrm.catalogue import LANGUAGES, text
from xlcrm.errors import XlcrmError

COMMANDS: dict[str, str] = {
    # command -> module of this package that defines `arguments(parser, language)` and `run(options) -> exit code`
    "new": "new",
    "validate": "validate",
    "dedupe": "dedupe",
    "match": "match",
    "submit": "submit",
    "tasks": "tasks",
    "requests": "requests",
    "approvals": "approvals",
    "refresh": "refresh",
    "undo": "undo",
    "merge": "merge",
    "void": "void",
    "review": "review",
    "handover": "handover",
    "consolidate": "consolidate",
    "fields": "fields",
    "tags": "tags",
    "feedback": "feedback",
    "views": "views",
    "report": "report",
    "export": "export",
    "show": "show",
    "reveal": "reveal",
    "log": "log",
    "audit": "audit",
    "changes": "changes",
    "people": "people",
    "key": "key",
    "erase": "erase",
    "backup": "backup",
    "restore": "restore",
    "store": "store",
    "whoami": "whoami",
    "outbox": "outbox",
    "folder": "folder",
    "watch": "watch",
    "remind": "remind",
    "notices": "notices",
    "mail": "mail",
    "demo": "demo",
    "addin": "addin",
    "doctor": "doctor",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. Never raises for anything a user can cause."""
    gc.set_threshold(100_000, 50, 50)  # a sheet is a million living cells: looking through them for rubbish costs a fifth
    words = [_printable(word) for word in (sys.argv[1:] if arguments is None else arguments)]
    language = _language(words)
    _speak_utf8()
    try:
        code = _run(words, language)
        if sys.stdout:
            sys.stdout.flush()  # a full disk under the output is found out here, not when Python ends
        return code
    except XlcrmError as error:
        print(error.sentence(language), error.hint(language), sep="\n", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        exec("")  # noqa: S102 - pressed while a dataclass was being made, Python would still end by the signal, not with our code
        print(text("cli.stopped", language), file=sys.stderr)
        return 2
    except BrokenPipeError:  # the reader of a pipe went away, as `xlcrm log | head` does
        _mute()
        return 0
    except OSError as error:  # what no room expected: a pulled drive, an output without room
        try:
            sys.stdout.flush()
        except OSError:
            _mute()
        what = ": ".join(filter(None, (error.strerror, str(error.filename or ""))))
        print(text("cli.system", language, what=what), text("cli.system.hint", language), sep="\n", file=sys.stderr)
        return 2


def _mute() -> None:
    """Let nothing more go to an output that takes nothing."""
    if sys.stdout:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _printable(word: str) -> str:
    """A word of the command line without the half characters that a name in another encoding leaves; files keep their names."""
    return word if word.isascii() or os.path.lexists(word) else word.encode(errors="replace").decode()


def _run(words: list[str], language: str) -> int:
    known = parser(words, language)
    options = known.parse_args(words)
    if options.version:
        from xlcrm import __version__

        print("xlcrm", __version__)
        return 0
    if options.command is None:
        known.print_help()
        return 0
    code: int = import_module(f"xlcrm.cli.{COMMANDS[options.command]}").run(options)
    return code


def parser(words: Sequence[str], language: str) -> argparse.ArgumentParser:
    """What understands ``words``: of all commands, only the one that is called among them knows its own options."""
    made = argparse.ArgumentParser("xlcrm", description=text("cli.about", language), add_help=False)
    _help(made, language)
    made.add_argument("--version", action="store_true", help=text("cli.version", language))
    made.add_argument("--lang", choices=LANGUAGES, default=language, help=text("cli.lang", language))
    commands = made.add_subparsers(dest="command", metavar=text("cli.command", language), title=text("cli.commands", language))
    wanted = next((word for word in words if word in COMMANDS), None)
    for name, module in COMMANDS.items():
        about = text(f"cli.{name}", language)
        command = commands.add_parser(name, help=about, description=about, add_help=False)
        _help(command, language)
        if name == wanted:
            command.add_argument("--lang", choices=LANGUAGES, default=language, help=text("cli.lang", language))
            import_module(f"xlcrm.cli.{module}").arguments(command, language)
    return made


def _help(parser: argparse.ArgumentParser, language: str) -> None:
    parser.add_argument("-h", "--help", action="help", help=text("cli.help", language))


def _language(words: Sequence[str]) -> str:
    """The language asked for by --lang or XLCRM_LANG; Chinese otherwise."""
    for number, word in enumerate(words):
        name, _, value = word.partition("=")
        if name == "--lang":
            value = value or (words[number + 1] if number + 1 < len(words) else "")
            if value in LANGUAGES:
                return value
    wanted = os.environ.get("XLCRM_LANG", "")
    return wanted if wanted in LANGUAGES else LANGUAGES[0]


def _speak_utf8() -> None:
    """A Windows console or a pipe may speak another encoding: print what it can rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


__all__ = ["COMMANDS", "main", "parser"]
