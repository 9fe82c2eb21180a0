"""Tags: each once per customer, none that excludes another (document 003 3.3)."""

from __future__ import annotations

from xlcrm.rules.checks.case import Case


def check(case: Case) -> None:
    """Tags given twice to a customer, and tags that contradict each other."""
    words = case.book.vocabulary("tag").by_code
    given: dict[str, dict[str, int]] = {}
    for row, (customer, code) in enumerate(zip(case.column("customer"), case.column("name"), strict=True)):
        if customer is None or code is None:
            continue
        tags = given.setdefault(customer, {})
        if code in tags:
            case.add("TAG_TWICE", row, "name", {"line": case.rows.lines[tags[code]]})
            continue
        mine = words[code].excludes if code in words else ()
        for other, at in tags.items():
            if other in mine or code in words[other].excludes:
                label = words[other].label(case.book.language)
                case.add("TAG_EXCLUDED", row, "name", {"proposal": label, "line": case.rows.lines[at]})
                break
        tags[code] = row
