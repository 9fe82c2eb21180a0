"""Tags: each once per customer, none that excludes another, none that was retired (document 003 3.3)."""

from __future__ import annotations

from xlcrm.rules.checks.case import Case
from xlcrm.rules.taglibrary import excluded


def check(case: Case) -> None:
    """Tags given twice to a customer, tags that contradict each other, and new ones that are offered no more."""
    words = case.book.vocabulary("tag")
    given: dict[str, dict[str, int]] = {}
    versions = case.column("version")
    for row, (customer, code) in enumerate(zip(case.column("customer"), case.column("name"), strict=True)):
        if code is not None and versions[row] is None and (option := words.by_code.get(code)) and option.retired:
            case.add("TAG_RETIRED", row, "name")
        if customer is None or code is None:
            continue
        tags = given.setdefault(customer, {})
        if code in tags:
            case.add("TAG_TWICE", row, "name", {"line": case.rows.lines[tags[code]]})
        elif other := excluded(words, code, tags):
            label = words.label(other, case.book.language)
            case.add("TAG_EXCLUDED", row, "name", {"proposal": label, "line": case.rows.lines[tags[other]]})
            tags[code] = row
        else:
            tags[code] = row
