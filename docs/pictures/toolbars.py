"""Pictures of LibreOffice's toolbars after 校验 and after 查重, as the tests of the desk see them.

A developer's tool: needs what ``tests/desk`` needs (Xvfb, openbox, xdotool, ImageMagick, LibreOffice).
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1]))

from macros.libreoffice.build import build  # noqa: E402 - beside the package, like the tests
from tests.desk.screen import screen  # noqa: E402
from xlcrm import app  # noqa: E402
from xlcrm.addin import libreoffice  # noqa: E402
from xlcrm.crypto import keys  # noqa: E402
from xlcrm.jobs.demo.book import demo_book  # noqa: E402
from xlcrm.jobs.settings import Settings, save  # noqa: E402
from xlcrm.sheets import template  # noqa: E402


def main() -> None:
    """Make both."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        os.environ |= {"XLCRM_HOME": place, "XLCRM_KEY": keys.new_key(), "XLCRM_NOW": "2025-03-12 14:30:00"}
        os.environ |= {"XLCRM_PICTURES": str(HERE)}
        save(app.settings_path(), Settings("赵敏", "销售部"))
        libreoffice.tell(app.home(), sys.executable)
        book = folder / "客户表.xlsx"
        template.build(book, "zh", demo_book(60, 3, date(2025, 3, 12)).columns())
        with screen(folder, build(folder / "xlcrm.oxt"), book, os.environ) as desk:
            for name, shown in (("validate", "toolbar-validated"), ("dedupe", "toolbar-duplicates")):
                desk.press(name, "OK")
                if name == "validate":
                    desk.stand("客户基础信息表", "A58")  # where there are marks
                    time.sleep(3)  # the office paints the marks some time after it says that it is done
                desk.picture(shown)


if __name__ == "__main__":
    main()
