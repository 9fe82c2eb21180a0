"""xlwings over LibreOffice Calc: an engine that speaks UNO, for machines without Excel.

    from xlcrm import calc
    import xlwings as xw

    calc.register()                   # xw.App() starts a LibreOffice of its own
    calc.register(pipe="name")        # the LibreOffice that listens on this pipe is the active app

Then everything is xlwings' own interface. What Calc has no counterpart for raises NotImplementedError. Values read and
written travel as blocks: their number of calls does not grow with the rows. This package knows nothing of the rest of
xlcrm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlcrm.calc.bridge import OfficeMissing

if TYPE_CHECKING:
    import xlwings

__all__ = ["OfficeMissing", "register"]

NAME = "calc"


def register(pipe: str | None = None) -> xlwings.Engine:
    """Add the engine to ``xlwings.engines`` (once), make it the active one and give it back.

    With ``pipe`` the LibreOffice listening there (``--accept="pipe,name=PIPE;urp;"``) becomes the active app.
    Raises OfficeMissing when LibreOffice or its Python bridge cannot be found or does not answer.
    """
    import xlwings as xw

    from xlcrm.calc.engine import Engine

    if NAME not in xw.engines.engines_by_name:
        xw.engines.add(xw.Engine(impl=Engine()))
    engine = xw.engines[NAME]
    engine.activate()
    if pipe is not None:
        engine.impl.apps.attach(pipe)
    return engine
