"""The marks of one row: the text of 校验结果, from which the sheet's colour rules take the cells to colour.

Each severity has its own brackets around the header of the field, so one block write marks a whole sheet, sorting
moves the marks along, and clearing is the same write (design decision 8).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from xlcrm.model.finding import Finding, Severity
from xlcrm.model.vocabularies import vocabulary

BRACKETS = {Severity.MUST: ("【", "】"), Severity.CHECK: ("〔", "〕"), Severity.DUE: ("［", "］")}
CODES = {Severity.MUST: "must", Severity.CHECK: "check", Severity.DUE: "due"}


def mark(findings: Iterable[Finding], headers: Mapping[str, str], language: str) -> str:
    """The 校验结果 of a row: the words of its severities, worst first, each with the bracketed headers concerned.

    ``headers`` maps field keys to the headers as they stand in the sheet; "通过" when there is nothing.
    """
    words = vocabulary("check_result")
    found: dict[Severity, dict[str, None]] = {}
    for finding in findings:
        fields = found.setdefault(finding.severity, {})
        if finding.field is not None and finding.field in headers:
            fields[headers[finding.field]] = None
    if not found:
        return words.label("passed", language)
    parts = []
    for severity in sorted(found, reverse=True):
        left, right = BRACKETS[severity]
        parts.append(words.label(CODES[severity], language) + "".join(f"{left}{header}{right}" for header in found[severity]))
    return " ".join(parts)
