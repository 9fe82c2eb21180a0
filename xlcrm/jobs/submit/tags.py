"""Rows of 客户分类标签表: which stored tag each is, new ones for the library, and those that contradict what a customer has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlcrm.catalogue import text
from xlcrm.jobs import taglibrary
from xlcrm.jobs.reading import Sheet
from xlcrm.jobs.submit.draft import Count, Draft, Fate
from xlcrm.model.finding import Severity
from xlcrm.model.operation import Record
from xlcrm.model.proposal import Proposal
from xlcrm.model.tables import TAG
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.clean import read as clean
from xlcrm.rules.clean.text import line, written
from xlcrm.rules.rights import Action
from xlcrm.rules.taglibrary import excluded, fits

_UNKNOWN = "OPTION_UNKNOWN"


def strange(draft: Draft, sheet: Sheet) -> dict[int, Fate]:
    """The fates of rows whose tag the library does not have: it is proposed to the steward, and the row waits.

    Whoever keeps the library adds the tag with the row itself, which then goes on like any other. A word is a tag of one type:
    that of its first row; under another one it is refused, as it would be by the next check.
    """
    new = _strange_rows(sheet)
    known = [one for outcome in ("open", "declined") for one in draft.store.proposals("tag", outcome)] if new else []
    keeps, types = draft.rights.may(Action.SETTINGS, None), dict[str, str]()
    words, language = vocabulary("tag_type"), draft.context.language
    fates = {}
    for row, (type_, label) in new.items():
        first = label not in types
        if types.setdefault(label, type_) != type_:
            parent, right = words.label(type_, language), words.label(types[label], language)
            fates[row] = draft.refuse(sheet, row, "TAG_TYPE", "name", value=label, parent=parent, proposal=right)
            continue
        before = [one for one in known if taglibrary.same(one, type_, label)]
        if keeps:
            sheet.checked.values["name"][row] = label  # of a tag of the team's own it is the code
        elif any(one.outcome == "declined" for one in before):
            why = _why(before, language)
            fates[row] = draft.refuse(sheet, row, "TAG_DECLINED", "name", value=label, reason=why)
            continue
        else:
            draft.note(sheet, row, "TAG_PROPOSED", "name", Severity.CHECK, value=label)
            fates[row] = Fate(Count.WAITING, "review")
        if (keeps or not before) and first:
            tag = taglibrary.made(draft.context, type_, label)
            said = sheet.value(row, "note") or ""
            draft.operation.changes.append(taglibrary.kept(tag) if keeps else taglibrary.proposal(tag.option, said))
    return fates


def _strange_rows(sheet: Sheet) -> dict[int, tuple[str, str]]:
    """(type, label) of the rows about which nothing else is wrong than that nobody knows their tag; that is forgiven here."""
    wrong: dict[int, set[tuple[str, str | None]]] = {}
    for one in sheet.checked.findings:
        if one.row is not None and one.severity is Severity.MUST:
            wrong.setdefault(one.row, set()).add((one.code, one.field))
    found = {}
    for row, codes in wrong.items():
        type_, label = sheet.value(row, "type"), line(written(sheet.rows.cell(row, "name")))
        if codes == {(_UNKNOWN, "name")} and type_ is not None and fits(label):
            found[row] = (type_, label)
    if found:
        sheet.checked.findings[:] = [one for one in sheet.checked.findings if one.row not in found or one.code != _UNKNOWN]
        sheet.checked.blocked.difference_update(found)
    return found


def _why(declined: Sequence[Proposal], language: str) -> str:
    said = [word.reason for one in declined for word in one.words if word.verdict == "no" and word.reason]
    return said[-1] if said else text("tags.unsaid", language)


def stored(draft: Draft, sheet: Sheet, customers: Mapping[int, str], fates: dict[int, Fate]) -> dict[int, Record]:
    """The stored tags that rows are about; new ones that contradict what their customer has are refused here.

    Tags have no number: the same tag on the same customer is the same record. A row in which another tag was chosen is still
    the one that was stored when the row says, where that is the only one without a row.
    """
    of = draft.store.children(TAG.key, set(customers.values()))
    found = _same(sheet, customers, of)
    taken = {record.rid for record in found.values()}
    for row, rid in customers.items():
        at = clean(sheet.rows.cell(row, "created_at"), TAG["created_at"], draft.rulebook).value
        left = [one for one in of[rid] if one.rid not in taken and one.created_at == at]
        if row not in found and len(left) == 1:
            found[row] = left[0]
            taken.add(left[0].rid)
    _contradicting(draft, sheet, customers, of, found, fates)
    return found


def _same(sheet: Sheet, customers: Mapping[int, str], of: Mapping[str, Sequence[Record]]) -> dict[int, Record]:
    said = {
        (rid, record.values.get("type"), record.values.get("name")): record for rid, records in of.items() for record in records
    }
    wanted = {row: (rid, sheet.value(row, "type"), sheet.value(row, "name")) for row, rid in customers.items()}
    return {row: said[key] for row, key in wanted.items() if key in said}


def _contradicting(
    draft: Draft,
    sheet: Sheet,
    customers: Mapping[int, str],
    of: Mapping[str, Sequence[Record]],
    found: dict[int, Record],
    fates: dict[int, Fate],
) -> None:
    """Refuse the rows whose tag cannot stand beside one that stays on the customer."""
    words = draft.rulebook.vocabulary(TAG["name"].options)
    going = {record.rid for row, record in found.items() if record.values.get("name") != sheet.value(row, "name")}
    for row, rid in customers.items():
        code = sheet.value(row, "name")
        if code is None or (row in found and found[row].rid not in going):
            continue
        other = excluded(words, code, [one.values.get("name") or "" for one in of[rid] if one.rid not in going])
        if other is not None:
            said = {"value": words.label(code, draft.context.language), "other": words.label(other, draft.context.language)}
            fates[row] = draft.refuse(sheet, row, "TAG_STANDS", "name", **said)
            found.pop(row, None)
