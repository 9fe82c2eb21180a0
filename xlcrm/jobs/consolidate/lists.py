"""What stands beside the customers in the consolidated workbook: files, provenance, claims, gaps, who delivered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from xlcrm.catalogue import text
from xlcrm.jobs.consolidate.deliveries import Delivery
from xlcrm.jobs.consolidate.gathering import Heap
from xlcrm.jobs.consolidate.joining import Unit, Voice
from xlcrm.jobs.duplicates import Match
from xlcrm.jobs.reading import Sheet
from xlcrm.jobs.submit.origins import SEPARATOR
from xlcrm.model.context import Person
from xlcrm.model.finding import Severity
from xlcrm.model.rows import Cell, Link
from xlcrm.model.tables import CUSTOMER
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.clean import show
from xlcrm.rules.rulebook import Rulebook

Line = dict[str, Cell | Link]


def files(deliveries: Sequence[Delivery], language: str) -> list[Line]:
    """来源文件: what became of each file."""
    words = vocabulary("delivery_state")
    return [
        {
            "file": one.name,
            "state": words.label(one.state, language),
            "rows": float(one.rows) if one.rows else None,
            "person": one.person.name if one.person else None,
            "saved": _moment(one.saved),
            "note": one.reason or None,
            "columns": "\n".join(one.columns)[:4000] or None,
            "left": "、".join(one.left)[:2000] or None,
        }
        for one in deliveries
    ]


def provenance(units: Sequence[Unit], heap: Heap, tokens: Sequence[str], sheet: Sheet, language: str) -> list[Line]:
    """来源明细: each row of each file, the customer it went into, what was taken from it and what was not.

    ``tokens`` are those of the long sheet's rows; the hidden key holds what ``origins.py`` needs when the workbook is submitted.
    """
    words, titles = vocabulary("provenance_use"), {item.key: item.title(language) for item in CUSTOMER.data}
    lines: list[Line] = []
    for index, unit in enumerate(units):
        taken: dict[int, list[str]] = {}
        for key, row in unit.won.items():
            taken.setdefault(row, []).append(key)
        for row in unit.rows:
            stretch, use, lost = heap.of[row], unit.uses[row], unit.lost.get(row, [])
            whole = use == "main" and len(unit.rows) == 1
            hidden = {
                "token": tokens[row],
                "file": stretch.delivery.family,
                "saved": stretch.delivery.saved,
                "use": use,
                "lost": [[one.field, one.value, one.origin] for one in lost],
            }
            lines.append(
                {
                    "place": f"{sheet.rows.sheet}!{sheet.rows.place(index, 'name')}",  # a sheet holds 65,530 links at most
                    "name": sheet.value(index, "name"),
                    "file": stretch.delivery.name,
                    "sheet": stretch.sheet,
                    "line": float(stretch.line(row)),
                    "use": words.label(use, language),
                    "taken": text("consolidate.all_fields", language)
                    if whole
                    else "、".join(titles[one] for one in taken.get(row, ())) or None,
                    "lost": "\n".join(f"{titles[one.field]}: {one.value} ({one.origin})" for one in lost) or None,
                    "main": main(unit, heap),
                    "pair": json.dumps(hidden, ensure_ascii=False, separators=(",", ":")),
                }
            )
    return lines


def main(unit: Unit, heap: Heap) -> str:
    """What the row of a unit is recognised by, however the sheet is sorted: its number, else its main source."""
    return unit.record.number or "" if unit.record else heap.main(unit.main)


def conflicts(units: Sequence[Unit], heap: Heap, sheet: Sheet, rulebook: Rulebook, language: str) -> list[Line]:
    """冲突处理: both values of every field that no rule decides, and who says which."""
    lines: list[Line] = []
    for index, unit in enumerate(units):
        for tie in unit.ties:
            item = CUSTOMER[tie.field]
            # What a file says against the store is ours; of two files the one that stands is.
            mine, theirs = (tie.other, tie.stands) if unit.record else (tie.stands, tie.other)
            place = sheet.rows.place(index, tie.field)
            record = unit.record
            lines.append(
                {
                    "place": Link(f"{sheet.rows.sheet}!{place}", sheet.rows.sheet, place),
                    "number": record.number if record else None,
                    "customer": sheet.value(index, "name"),
                    "field": item.title(language),
                    "mine": show(mine.value, item, language, rulebook.names),
                    "theirs": show(theirs.value, item, language, rulebook.names),
                    "changed_by": rulebook.names.get(record.updated_by or "") if record and theirs.row is None else None,
                    "changed_at": _moment(record.updated_at or "") if record and theirs.row is None else None,
                    "mine_from": mine.place,
                    "theirs_from": theirs.place,
                    "pair": f"{main(unit, heap)}{SEPARATOR}{tie.field}",
                }
            )
    return lines


def rivals(units: Sequence[Unit], heap: Heap, sheet: Sheet, rulebook: Rulebook) -> list[Line]:
    """撞单: the customers that several colleagues claim, for the manager."""
    lines: list[Line] = []
    for index, unit in enumerate(units):
        for other in unit.owners[1:]:
            stands = unit.owners[0]
            lines.append(
                {
                    "place": _link(sheet, index),
                    "number": unit.record.number if unit.record else None,
                    "name": sheet.value(index, "name"),
                    "owner": _person(stands, rulebook),
                    "owner_from": stands.place,
                    "other": _person(other, rulebook),
                    "other_from": other.place,
                    "pair": main(unit, heap),
                }
            )
    return lines


def wanting(units: Sequence[Unit], heap: Heap, sheet: Sheet, rulebook: Rulebook) -> list[Line]:
    """待补全清单: what is still to be filled in, by owner; customers of whom nothing was said this time are left out."""
    missing: dict[int, dict[str, None]] = {}
    for finding in sheet.checked.findings:
        if finding.severity is Severity.DUE and finding.row is not None and finding.field:
            missing.setdefault(finding.row, {})[sheet.rows.headers[finding.field]] = None
    due = next((str(one.values["due"]) for one in sheet.checked.findings if one.values.get("due")), "")[:10]
    lines: list[Line] = []
    for index, titles in missing.items():
        unit = units[index]
        if unit.quiet:
            continue
        owner = unit.values.get("owner") or ""
        lines.append(
            {
                "owner": rulebook.names.get(owner, owner) or None,
                "place": _link(sheet, index),
                "number": unit.record.number if unit.record else None,
                "name": sheet.value(index, "name"),
                "fields": "、".join(titles),
                "due": _moment(due),
                "source": heap.main(unit.main),
            }
        )
    lines.sort(key=lambda line: str(line["owner"] or ""))
    return lines


def collection(
    deliveries: Sequence[Delivery],
    people: Iterable[Person],
    faults: Mapping[str, int],
    department: str,
    until: str,
    language: str,
) -> list[Line]:
    """收集进度: who delivered, who did not, with how many rows that have faults; of one department where it is named.

    ``faults`` counts rows by the name of their file. Those who sell are expected to deliver: role 录入员.
    """
    words = vocabulary("collection_state")
    lines: list[Line] = []
    for person in people:
        mine = [one for one in deliveries if one.person is not None and one.person.rid == person.rid]
        expected = "entry" in person.roles and not person.disabled and department in ("", person.department)
        if not mine and not expected:
            continue
        read = [one for one in mine if one.state == "read"]
        failed = [one for one in mine if one.state in ("failed", "empty")]
        wrong = sum(faults.get(one.name, 0) for one in read)
        state = "missing" if not read and not failed else "faulty" if failed or wrong else "delivered"
        last = max((one.saved for one in read), default="")
        late = bool(until and last[:10] > until)
        lines.append(
            {
                "person": person.name,
                "department": person.department or None,
                "state": words.label(state, language),
                "files": float(len(mine)) if mine else None,
                "rows": float(sum(one.rows for one in read)) if read else None,
                "faulty": float(wrong) if wrong else None,
                "last": _moment(last),
                "until": _moment(until),
                "note": "\n".join(
                    [*(f"{one.name}: {one.reason}" for one in failed), *([text("consolidate.late", language)] if late else [])]
                )
                or None,
            }
        )
    order = {words.label(code, language): place for place, code in enumerate(("missing", "faulty", "delivered"))}
    lines.sort(key=lambda line: order[str(line["state"])])
    return lines


def patterns(matches: Sequence[Match], sheet: Sheet, language: str) -> list[Line]:
    """同类判断: the pairs of 查重结果 that are alike in what agrees and what does not, the commonest first."""
    advice = vocabulary("advice")
    groups: dict[str, list[Match]] = {}
    for match in matches:
        groups.setdefault(match.pattern, []).append(match)
    lines: list[Line] = []
    for pattern, alike in sorted(groups.items(), key=lambda group: -len(group[1])):
        examples = [*(_example(match, sheet) for match in alike[:3]), None, None]
        lines.append(
            {
                "advice": advice.label(alike[0].pair.advice, language),
                "count": float(len(alike)),
                "reason": alike[0].reason(language),
                "first": examples[0],
                "second": examples[1],
                "third": examples[2],
                "pair": pattern,
            }
        )
    return lines


def _example(match: Match, sheet: Sheet) -> str:
    if match.record is not None:
        other = f"{match.record.number}“{match.record.values.get('name')}”"
    else:
        row = match.other or 0
        other = f"{sheet.rows.place(row, 'name')}“{sheet.value(row, 'name')}”"
    return f"{sheet.rows.place(match.row, 'name')}“{sheet.value(match.row, 'name')}” ↔ {other}"


def _person(voice: Voice, rulebook: Rulebook) -> str:
    return rulebook.names.get(voice.value, voice.value)


def _link(sheet: Sheet, index: int) -> Link:
    place = sheet.rows.place(index, "name")
    return Link(f"{sheet.rows.sheet}!{place}", sheet.rows.sheet, place)


def _moment(said: str) -> Cell:
    try:
        return datetime.fromisoformat(said) if said else None
    except ValueError:
        return said or None
