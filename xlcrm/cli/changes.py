"""xlcrm changes: what happened since, as JSON lines for other systems."""

from __future__ import annotations

import argparse
import json

from xlcrm import app
from xlcrm.catalogue import text


def arguments(parser: argparse.ArgumentParser, language: str) -> None:
    """What the command takes."""
    parser.add_argument("--since", metavar="CURSOR", default="", help=text("audit.cursor", language))
    parser.add_argument("--limit", type=int, metavar="N", help=text("audit.limit", language))
    parser.add_argument("--store", metavar="URL", help=text("cli.store_url", language))


def run(options: argparse.Namespace) -> int:
    """Print the changes; 0 when done."""
    from xlcrm.jobs import audit

    with app.session(None, options.lang, options.store, create=False) as desk:
        for said in audit.changes(desk.store, options.since, options.limit, desk.rulebook.names):
            print(json.dumps(said, ensure_ascii=False))
    return 0
