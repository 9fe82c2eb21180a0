"""The ribbon's XML and its Subs, from the table of buttons (mission section 14)."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import quoteattr

from macros.builder.texts import HEAD
from xlcrm.catalogue import LANGUAGES, text
from xlcrm.ribbon.buttons import BUTTONS, GROUPS, Button
from xlcrm.ribbon.screen import control, group_control

NAMESPACE = "http://schemas.microsoft.com/office/2009/07/customui"
TAILS = {"zh": "", "en": "_en"}  # of the ids on the tab of a language
# Pictures that Office itself holds; every name is in the table of [MS-CUSTOMUI] or in Excel's own list of controls.
IMAGES = {
    "find_customer": "FindDialog",
    "new_customer": "AccessTableContacts",
    "log_interaction": "ReviewNewComment",
    "import_list": "GetExternalDataFromText",
    "validate": "AcceptInvitation",
    "repair": "AutoCorrect",
    "dedupe": "RemoveDuplicates",
    "submit": "UpArrow2",
    "undo": "Undo",
    "refresh": "Refresh",
    "my_tasks": "NewTask",
    "request_change": "PenComment",
    "to_verify": "CheckNames",
    "to_approve": "ReviewAcceptChange",
    "consolidate": "Consolidate",
    "match_fields": "FieldList",
    "resolve_conflicts": "ReviewAcceptOrRejectChangeDialog",
    "merge_customers": "MergeCells",
    "handover": "MoveToFolder",
    "tag_library": "Pushpin",
    "dashboard": "ChartInsert",
    "monthly_review": "Schedule",
    "export": "FileSaveAs",
    "settings": "PropertySheet",
    "doctor": "TechnicalSupport",
    "feedback": "Reply",
    "help": "Help",
}
KEYS = {"find_customer": "F", "new_customer": "N", "log_interaction": "L", "validate": "V", "repair": "R", "dedupe": "D",
        "submit": "S", "undo": "U", "help": "H"}  # fmt: skip


def xml() -> str:
    """customUI14.xml: a tab for each language, of which one shows; groups and buttons show to whom they are of use.

    Labels by callbacks would need every text in VBA, and would be blank wherever macros are blocked.
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
        f'<customUI xmlns="{NAMESPACE}" onLoad="xlcrm_ribbon.xlcrm_load">',
        '  <ribbon startFromScratch="false">',
        "    <tabs>",
        *(line for language in LANGUAGES for line in _tab(language)),
        "    </tabs>",
        "  </ribbon>",
        "</customUI>",
        "",
    ]
    return "\n".join(lines)


def _tab(language: str) -> Iterator[str]:
    """One tab; the last label says who works here."""
    tail = TAILS[language]
    named = _attributes(id=f"xlcrmTab{tail}", label=text("ribbon.title", language), insertAfterMso="TabData", keytip="K")
    yield f'      <tab{named} getVisible="xlcrm_ribbon.xlcrm_tab_visible">'
    for group in GROUPS:
        mine = [button for button in BUTTONS if button.group == group]
        label, picture = text(f"ribbon.group_{group}", language), IMAGES[mine[0].name]
        named = _attributes(id=group_control(group) + tail, label=label, imageMso=picture)
        yield f'        <group{named} getVisible="xlcrm_ribbon.xlcrm_visible">'
        yield from (f"          {_button(button, language)}" for button in mine)
        if group == GROUPS[-1]:
            yield f'          <labelControl id="xlcrmWho{tail}" getLabel="xlcrm_ribbon.xlcrm_label"/>'
        yield "        </group>"
    yield "      </tab>"


def subs() -> str:
    """xlcrm_buttons.bas: one Sub a button, with the signature of an onAction callback."""
    each = [
        f'Public Sub xlcrm_{button.name}(control As IRibbonControl)\n    xlcrm_run "{button.name}"\nEnd Sub\n'
        for button in BUTTONS
    ]
    return "\n".join(['Attribute VB_Name = "xlcrm_buttons"', "Option Explicit", "", HEAD, "", *each])


def _button(button: Button, language: str) -> str:
    label = button.label(language)
    shape = {"size": "large"} if button.large else {}
    key = {"keytip": KEYS[button.name]} if button.name in KEYS else {}
    said = _attributes(label=label, **shape, imageMso=IMAGES[button.name], **key, screentip=label)
    where = _attributes(id=control(button.name) + TAILS[language])
    tip = _attributes(supertip=button.tip(language))
    return (
        f'<button{where}{said}{tip} getVisible="xlcrm_ribbon.xlcrm_visible" onAction="xlcrm_buttons.xlcrm_{button.name}"/>'
    )


def _attributes(**values: str) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in values.items())
