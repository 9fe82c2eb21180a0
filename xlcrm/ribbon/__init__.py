"""The buttons of 客户管理: every function may be called without an argument and then works on the workbook in front.

Excel calls them through xlwings (``from xlcrm import ribbon; ribbon.validate()``), LibreOffice through
``python -m xlcrm.ribbon BUTTON``, tests with a workbook in memory. ``buttons.BUTTONS`` names them all.
"""

from xlcrm.ribbon.checking import dedupe, repair, submit, undo, validate
from xlcrm.ribbon.collecting import consolidate, resolve_conflicts
from xlcrm.ribbon.entry import find_customer, import_list, log_interaction, new_customer
from xlcrm.ribbon.keeping import handover, monthly_review
from xlcrm.ribbon.matching import match_fields
from xlcrm.ribbon.merging import merge_customers
from xlcrm.ribbon.queueing import my_tasks, request_change, to_approve, to_verify
from xlcrm.ribbon.system import dashboard, doctor, export, feedback, help, refresh, settings
from xlcrm.ribbon.tagging import tag_library

__all__ = [
    "consolidate",
    "dashboard",
    "dedupe",
    "doctor",
    "export",
    "feedback",
    "find_customer",
    "handover",
    "help",
    "import_list",
    "log_interaction",
    "match_fields",
    "merge_customers",
    "monthly_review",
    "my_tasks",
    "new_customer",
    "refresh",
    "repair",
    "request_change",
    "resolve_conflicts",
    "settings",
    "submit",
    "tag_library",
    "to_approve",
    "to_verify",
    "undo",
    "validate",
]
