"""Customer rows: known ones are compared with the store, new ones with each other, decisions are carried out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from xlcrm.jobs import dedupe, likeness, reviewing
from xlcrm.jobs.duplicates import Asked, Match
from xlcrm.jobs.reading import Sheet
from xlcrm.jobs.requests.raising import Wanted
from xlcrm.jobs.submit import byrequest, existing, origins, recognise
from xlcrm.jobs.submit.draft import Count, Draft, Fate
from xlcrm.jobs.tokens import likenesses, pair_key
from xlcrm.model.finding import Severity
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Decision, Record, Values
from xlcrm.model.tables import CONTACT, CUSTOMER
from xlcrm.rules.changes import Way, way
from xlcrm.rules.merge import Side, merge
from xlcrm.rules.rights import Action

GONE = frozenset({"refused", "void"})  # rows that do not reach the store: nothing can repeat them


def plan(draft: Draft, asked: Asked, choices: Mapping[str, str]) -> list[Match]:
    """Give every customer row its fate; the matches that count for new rows come back."""
    sheet = draft.sheets[CUSTOMER.key]
    fates = recognise.settled(sheet)
    fates |= origins.held(draft, sheet, fates)
    known = _known(sheet, fates)
    fates |= existing.plan(draft, sheet, known, choices)
    _sent_back(draft, sheet, fates)
    said = recognise.healed(draft, sheet, fates)
    found = {row: fate.rid for row, fate in fates.items() if fate.rid}
    if not draft.rights.ever(Action.CREATE):
        fates |= {row: draft.refuse(sheet, row, "NO_RIGHT_ROW", None) for row in range(len(sheet.rows)) if row not in fates}
    matches = dedupe.find(sheet, draft.store, draft.context, asked.lines, found, draft.memory)
    matches = _decide(draft, sheet, fates, matches, asked, said)
    draft.fates[CUSTOMER.key] = [fates[row] for row in range(len(sheet.rows))]
    draft.operation.changes += reviewing.proposals(draft.operation.changes, draft.rights, draft.rulebook.settings, draft.context)
    return matches


def _sent_back(draft: Draft, sheet: Sheet, fates: dict[int, Fate]) -> None:
    """Say of new customers that a second person declined that they are refused, by whom and why."""
    void = {fate.record.rid: row for row, fate in fates.items() if fate.status == "void" and fate.record is not None}
    for rid, why in reviewing.declined(draft.store, void).items():
        sheet.checked.findings.append(reviewing.told(why, CUSTOMER.key, void[rid], draft.rulebook.names))
        fates[void[rid]] = Fate(Count.REFUSED, "refused")


def _known(sheet: Sheet, fates: dict[int, Fate]) -> dict[int, Record]:
    """The rows that belong to a stored customer; a number that was merged away points to its survivor."""
    known = {}
    for row in range(len(sheet.rows)):
        record = sheet.records.get(sheet.value(row, "number") or "") if row not in fates else None
        if record is not None and record.number != sheet.value(row, "number") and record.state == "live":
            fates[row] = Fate(Count.UNCHANGED, "merged", record.rid, None, record)
        elif record is not None:
            known[row] = record
    return known


def _decide(
    draft: Draft, sheet: Sheet, fates: dict[int, Fate], matches: list[Match], asked: Asked, said: list[str]
) -> list[Match]:
    by_row: dict[int, list[Match]] = {}
    behind: dict[int, list[Match]] = {}
    for match in matches:
        by_row.setdefault(match.row, []).append(match)
        if match.other is not None:
            behind.setdefault(match.other, []).append(match)
    followed = _followed(draft, matches)
    wants = byrequest.known(draft, sorted({match.record.rid for match in matches if match.record is not None}))
    stored = dedupe.identities(sheet)
    counting: list[Match] = []
    for row in range(len(sheet.rows)):
        if row in fates:
            continue
        live = [
            match
            for match in by_row.get(row, ())
            if match.other is None or match.other in stored or fates[match.other].status not in GONE
        ]
        counting += live
        verdicts = {match.key: _verdict(draft, match, asked) for match in live}
        if "drop" in verdicts.values():
            fates[row] = Fate(Count.UNCHANGED, "void")
            continue
        chosen = [match for match in live if verdicts[match.key] in ("merge", "contact")]
        ready = next((match for match in chosen if match.other is None or fates[match.other].rid), None)
        undecided = [match for match in live if verdicts[match.key] in ("", "later")]
        if ready is not None:
            fates[row] = _join(draft, sheet, row, ready, verdicts[ready.key], fates, followed, wants)
        elif chosen or undecided:  # what was chosen may wait itself
            best = max(undecided or chosen, key=lambda match: match.pair.probability)
            if best.owner is not None:
                told(draft, sheet, row, best.owner)
            else:
                draft.note(sheet, row, "DUPLICATE", "name", Severity.CHECK, other=_name_of(sheet, best))
            fates[row] = Fate(Count.WAITING, "undecided")
        elif held := [
            match
            for match in behind.get(row, ())
            if _both_wait(sheet, match, _verdict(draft, match, asked))
            and not _away(draft, by_row[match.row], fates, asked, {_goal(one) for one in live if verdicts[one.key] == "distinct"})
        ]:
            draft.note(sheet, row, "DUPLICATE", "name", Severity.CHECK, other=sheet.value(held[0].row, "name") or "")
            fates[row] = Fate(Count.WAITING, "undecided")
        else:
            draft.operation.decisions += [Decision(match.key, "distinct") for match in live]
            fates[row] = _new(draft, sheet, row, said[row])
    return counting


def _both_wait(sheet: Sheet, match: Match, verdict: str) -> bool:
    """Whether both rows wait for a decision that nobody made: sorting the sheet does not make it."""
    rows = (match.row, match.other)
    return verdict in ("", "later") and all(row is not None and sheet.value(row, "submit_status") == "undecided" for row in rows)


def _goal(match: Match) -> int | str | None:
    """What a row is matched with: the index of another row, or the rid of a customer."""
    return match.record.rid if match.record is not None else match.other


def _away(
    draft: Draft, matches: list[Match], fates: Mapping[int, Fate], asked: Asked, apart: Collection[int | str | None]
) -> bool:
    """Whether a later row, whose ``matches`` these are, is dropped or joins one of ``apart`` now: it is out of question then."""
    verdicts = {match.key: _verdict(draft, match, asked) for match in matches}
    if "drop" in verdicts.values():
        return True
    chosen = (match for match in matches if verdicts[match.key] in ("merge", "contact"))
    ready = next((match for match in chosen if match.other is None or (match.other in fates and fates[match.other].rid)), None)
    return ready is not None and _goal(ready) in apart


def told(draft: Draft, sheet: Sheet, row: int, owner: str) -> None:
    """Note that a row's customer is a colleague's, and whom to ask."""
    if owner:
        draft.note(sheet, row, "TAKEN", "name", Severity.CHECK, owner=draft.rulebook.names.get(owner, owner))
    else:
        draft.note(sheet, row, "TAKEN_LIMIT", "name", Severity.CHECK)


def _verdict(draft: Draft, match: Match, asked: Asked) -> str:
    made = asked.verdict(match)
    if not made and draft.accept and match.pair.advice == "merge":
        return "merge"
    return made


def _new(draft: Draft, sheet: Sheet, row: int, token: str) -> Fate:
    values = filled(draft, sheet, row)
    rid = new_rid()
    origin, place = draft.whence(sheet, row)
    change = Change(CUSTOMER.key, rid, rid, values, token=token, origin=origin, place=place)
    return Fate(Count.NEW, "stored", rid, draft.target(change))


def filled(draft: Draft, sheet: Sheet, row: int) -> Values:
    """The values of a new row with the defaults of its table: the kind, the acting person as owner."""
    columns = sheet.checked.values
    values = {field.key: columns[field.key][row] for field in sheet.table.data if field.key in columns}
    for field in sheet.table.data:
        if field.default and not values.get(field.key):
            values[field.key] = field.default
    if sheet.table.key == CUSTOMER.key and not values.get("owner"):
        values["owner"] = draft.context.actor.rid
    return values


def _join(
    draft: Draft,
    sheet: Sheet,
    row: int,
    match: Match,
    verdict: str,
    fates: Mapping[int, Fate],
    followed: Mapping[str, str],
    wants: Wanted,
) -> Fate:
    """Merge a row into the customer it repeats, or add its contact to that customer."""
    if match.other is not None:
        goal = fates[match.other]
        assert goal.rid is not None  # only rows that are stored, or about to be, are joined
        rid, record, change = goal.rid, goal.record, draft.targets.get(goal.rid)
    else:
        record = match.record
        assert record is not None  # a match names a row or a record
        rid, change = record.rid, draft.targets.get(record.rid)
    current = {**(record.values if record else {}), **(change.values if change else {})}
    if not draft.rights.may(Action.MERGE, current.get("owner")):
        draft.note(sheet, row, "MERGE_PROPOSED", "name", Severity.CHECK, other=current.get("name") or sheet.value(row, "name"))
        draft.operation.decisions.append(Decision(match.key, "proposed", reason=verdict))
        return Fate(Count.WAITING, "review")
    values = filled(draft, sheet, row)
    if not sheet.value(row, "owner"):
        values["owner"] = None
    origin, place = draft.whence(sheet, row)
    if verdict == "contact":
        contact = {
            "customer": rid,
            "name": values.get("contact"),
            "title": values.get("contact_title"),
            "phone": values.get("phone"),
            "email": values.get("email"),
            "valid": "valid",
        }
        if _known_contact(draft, rid, contact):
            return Fate(Count.UNCHANGED, "merged", rid, None, record)
        draft.operation.changes.append(Change(CONTACT.key, new_rid(), rid, contact, origin=origin, place=place))
        return Fate(Count.UPDATED, "merged", rid, None, record)
    stored = Side(
        current, followed.get(rid, ""), (record.updated_at if record else None) or "", (record.origin if record else None) or ""
    )
    merged = merge(stored, Side(values, "", _said(draft, sheet, row), place if origin == place else f"{origin} {place}"))
    changed = {key: value for key, value in merged.values.items() if value != current.get(key)}
    draft.losers.setdefault(rid, []).append(values)
    if record is None and change is not None:  # the other row is new itself: it takes the values in
        change.values.update(changed)
        change.kept += merged.kept
        return Fate(Count.UPDATED, "merged", rid, change)
    assert record is not None  # otherwise the goal would be new
    by_request = {key for key in changed if _by_request(draft, key, current.get("owner"))}
    asked = {key for key in sorted(by_request) if byrequest.ask(draft, sheet, row, record, key, changed[key], wants)}
    changed = {key: value for key, value in changed.items() if key not in by_request}
    kept = tuple(loser for loser in merged.kept if loser.field not in by_request)  # what stands there has not lost yet
    if asked and not changed and not kept:
        return Fate(Count.WAITING, "review", rid, None, record, requested=frozenset(asked))
    if not changed and not kept:
        return Fate(Count.UNCHANGED, "merged", rid, None, record)
    expected = {key: record.values.get(key) for key in changed}
    joined = draft.target(
        Change(
            CUSTOMER.key,
            rid,
            rid,
            changed,
            record.version,
            expected,
            origin=origin,
            place=place,
            kept=kept,
        )
    )
    return Fate(Count.UPDATED if changed else Count.UNCHANGED, "merged", rid, joined, record, requested=frozenset(asked))


def _said(draft: Draft, sheet: Sheet, row: int) -> str:
    """When what a row says was written: now, or when the file it comes from was saved."""
    return max((part.saved for part in draft.origins.of(sheet, row)), default="") or draft.context.now()


def _by_request(draft: Draft, key: str, owner: str | None) -> bool:
    return way(CUSTOMER, CUSTOMER[key], draft.rights, owner, draft.rulebook.settings) is Way.REQUEST


def _known_contact(draft: Draft, rid: str, contact: Values) -> bool:
    """Whether the customer has this contact: added by another row, or by a press whose answer was lost."""
    stored = [record.values for record in draft.store.children(CONTACT.key, [rid])[rid]]
    here = [one.values for one in draft.operation.changes if one.table == CONTACT.key and one.customer == rid]
    return any(all(one.get(key) == contact[key] for key in ("name", "phone", "email")) for one in stored + here)


def still_waiting(draft: Draft, matches: list[Match], asked: Asked) -> tuple[list[Match], dict[str, str]]:
    """The matches of waiting rows and the answers given so far, told by the identities that the rows have from now on."""
    sheet = draft.sheets[CUSTOMER.key]
    fates = draft.fates[CUSTOMER.key]
    said = likenesses(sheet)
    found, answers = [], {}
    for match in matches:
        if fates[match.row].count is not Count.WAITING:
            continue
        rid = fates[match.other].rid if match.other is not None else None
        key = pair_key((rid, said[match.row])) if rid else match.key
        found.append(replace(match, key=key))
        answers[key] = asked.verdict(match)
    return found, answers


def _followed(draft: Draft, matches: list[Match]) -> dict[str, str]:
    """When each matched customer was last contacted."""
    rids = {match.record.rid for match in matches if match.record is not None}
    found = draft.store.children("interaction", rids) if rids else {}
    return {rid: max((record.values.get("at") or "" for record in records), default="") for rid, records in found.items()}


def _name_of(sheet: Sheet, match: Match) -> str:
    if match.record is not None:
        return f"{match.record.number}“{match.record.values.get('name')}”"
    row = match.other or 0
    return f"{sheet.rows.place(row)}“{sheet.value(row, 'name')}”"


def blocking_keys(draft: Draft) -> None:
    """Give every changed customer its blocking keys and looks, those of what was merged into it included, in one batch."""
    changes = [change for change in draft.operation.changes if change.table == CUSTOMER.key]
    records = draft.store.records({change.rid for change in changes if change.base is not None})
    likeness.give(changes, records, draft.store, draft.losers, memory=draft.memory)
