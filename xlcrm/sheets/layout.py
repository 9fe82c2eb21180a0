"""Where things stand in a workbook made from our template: shared by the template and by every adapter."""

from __future__ import annotations

TEMPLATE_VERSION = "1"
HEADER_ROW = 4  # the table's header; above it title, legend and the bands of column groups
BODY_ROWS = 200  # blank rows the table is shipped with
LAST_ROW = 100_000  # dropdowns and colour rules reach down to here
SETTINGS_SHEET = "_xlcrm"  # very hidden: column A setting names, column B values
LISTS_SHEET = "_lists"  # very hidden: the options behind the dropdowns
GUIDE = {"zh": "填写说明", "en": "How to fill in"}
