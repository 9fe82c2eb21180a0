"""The picture of 数据看板 in the README: a small firm's simulated year (tests/bench/year.py).

A developer's tool: needs ``soffice`` and ``pdftoppm``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path += [str(HERE), str(HERE.parents[1])]
from make import picture  # noqa: E402 - a script beside this one

from tests.bench.year import BOSS, UNTIL, build  # noqa: E402
from xlcrm.crypto import keys  # noqa: E402
from xlcrm.crypto.cipher import Cipher  # noqa: E402
from xlcrm.jobs import dashboard  # noqa: E402
from xlcrm.model.context import Context  # noqa: E402
from xlcrm.rules.rulebook import Rulebook  # noqa: E402


def main() -> None:
    """Make the picture of the overview."""
    with tempfile.TemporaryDirectory() as place:
        book = Path(place) / "看板.xlsx"
        store = build(Path(place) / "store.db", Cipher(keys.parse(keys.new_key())), 1_500, 15_000)
        boss = next(person for person in store.people() if person.account == BOSS.account)
        names = {person.rid: person.name for person in store.people()}
        dashboard.make(book, store, Context(boss, lambda: UNTIL), Rulebook(UNTIL, "zh", names=names))
        store.close()
        picture(book, "总览", HERE / "report-overview.png", 100)


if __name__ == "__main__":
    main()
