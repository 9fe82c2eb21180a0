"""``python -m xlcrm.ribbon BUTTON --pipe NAME --book BOOK``: how LibreOffice's toolbar presses a button."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from xlcrm import app, ribbon
from xlcrm.errors import XlcrmError
from xlcrm.ribbon.press import failed


def main(arguments: Sequence[str] | None = None) -> int:
    """Press one button; 0 done, 1 not done (the person was told), 2 nobody could be told: it stands on standard error."""
    parser = argparse.ArgumentParser("xlcrm.ribbon")
    parser.add_argument("button", choices=ribbon.__all__)
    parser.add_argument("--pipe", required=True)
    parser.add_argument("--book", default="", metavar="NAME")
    options = parser.parse_args(arguments)
    try:
        app.attach(options.pipe)
    except XlcrmError as error:
        print(failed(options.button, error, "zh"), file=sys.stderr)
        return 2
    try:
        return 0 if getattr(ribbon, options.button)(options.book) else 1
    except SystemExit as ended:  # there was no workbook to say it in
        print(ended.code, file=sys.stderr)
        return 2


if __name__ == "__main__":
    ended = main()
    sys.stdout.flush()
    sys.stderr.flush()
    # All is written and closed. UNO's own threads sometimes crash while the interpreter is taken down, and a press that was
    # done would be told as one that failed.
    os._exit(ended)
