"""The ribbon's XML and its Subs, from the table of buttons (mission section 14)."""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from macros.builder.texts import HEAD
from xlcrm.catalogue import text
from xlcrm.ribbon.buttons import BUTTONS, GROUPS, Button
from xlcrm.ribbon.screen import control, group_control

NAMESPACE = "http://schemas.microsoft.com/office/2009/07/customui"
LANGUAGE = "zh"
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
    """customUI14.xml: one tab; groups and buttons show to whom they are of use; the last label says who works here."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>',
        f'<customUI xmlns="{NAMESPACE}" onLoad="xlcrm_ribbon.xlcrm_load">',
        '  <ribbon startFromScratch="false">',
        "    <tabs>",
        f"      <tab{_attributes(id='xlcrmTab', label=text('ribbon.title', LANGUAGE), insertAfterMso='TabData', keytip='K')}"
        ' getVisible="xlcrm_ribbon.xlcrm_tab_visible">',
    ]
    for group in GROUPS:
        mine = [button for button in BUTTONS if button.group == group]
        named = _attributes(id=group_control(group), label=text(f"ribbon.group_{group}", LANGUAGE), imageMso=IMAGES[mine[0].name])
        lines.append(f'        <group{named} getVisible="xlcrm_ribbon.xlcrm_visible">')
        lines += [f"          {_button(button)}" for button in mine]
        if group == GROUPS[-1]:
            lines.append('          <labelControl id="xlcrmWho" getLabel="xlcrm_ribbon.xlcrm_label"/>')
        lines.append("        </group>")
    return "\n".join([*lines, "      </tab>", "    </tabs>", "  </ribbon>", "</customUI>", ""])


def subs() -> str:
    """xlcrm_buttons.bas: one Sub a button, with the signature of an onAction callback."""
    each = [
        f'Public Sub xlcrm_{button.name}(control As IRibbonControl)\n    xlcrm_run "{button.name}"\nEnd Sub\n'
        for button in BUTTONS
    ]
    return "\n".join(['Attribute VB_Name = "xlcrm_buttons"', "Option Explicit", "", HEAD, "", *each])


def _button(button: Button) -> str:
    later = "" if button.ready else text("addin.later", LANGUAGE)
    label = button.label(LANGUAGE)
    shape = {"size": "large"} if button.large else {}
    key = {"keytip": KEYS[button.name]} if button.name in KEYS else {}
    said = _attributes(label=label, **shape, imageMso=IMAGES[button.name], **key, screentip=label)
    state = "" if button.ready else ' enabled="false"'
    return (
        f"<button{_attributes(id=control(button.name))}{said}{_attributes(supertip=button.tip(LANGUAGE) + later)}{state}"
        f' getVisible="xlcrm_ribbon.xlcrm_visible" onAction="xlcrm_buttons.xlcrm_{button.name}"/>'
    )


def _attributes(**values: str) -> str:
    return "".join(f" {name}={quoteattr(value)}" for name, value in values.items())
