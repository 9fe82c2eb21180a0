"""xlcrm_texts.bas: what VBA itself has to say, from the catalogue, as code units - VBA sources are ASCII."""

from __future__ import annotations

import xlcrm
from xlcrm.addin.screen import units
from xlcrm.catalogue import LANGUAGES, text
from xlcrm.ribbon.screen import visible

SAID = ("title", "no_book", "bad_name", "no_python", "unset")
DAILY = frozenset({"entry"})  # whose buttons show before anybody is known
HEAD = "' Written by `make addin`; edit xlcrm/catalogue/addin.py or xlcrm/ribbon/buttons.py instead."


def module() -> str:
    """The source of the module: version, what shows at first, and a function from key to sentence."""
    cases = [
        f'        Case "{language}.{key}": xlcrm_text = xlcrm_decode("{units(text(f"addin.vba_{key}", language))}")'
        for language in LANGUAGES
        for key in SAID
    ]
    lines = [
        'Attribute VB_Name = "xlcrm_texts"',
        "Option Explicit",
        "",
        HEAD,
        f'Public Const XLCRM_VERSION As String = "{xlcrm.__version__}"',
        f'Public Const XLCRM_DAILY As String = "{" ".join(visible(DAILY))}"',
        "",
        "Public Function xlcrm_text(ByVal key As String) As String",
        '    Select Case xlcrm_language() & "." & key',
        *cases,
        "    End Select",
        "End Function",
    ]
    return "\n".join(lines) + "\n"
