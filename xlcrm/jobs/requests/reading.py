"""Update requests as people look for them, name them, and say what is to become of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from xlcrm.catalogue import text
from xlcrm.errors import UsageError
from xlcrm.jobs.filters import field_named
from xlcrm.jobs.queues.lines import content, left, until
from xlcrm.jobs.readback import described
from xlcrm.model.context import Context
from xlcrm.model.fields import Field, Kind
from xlcrm.model.operation import Record, Values
from xlcrm.model.tables import REQUEST
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.clean import read
from xlcrm.rules.deadlines import Due, request_due
from xlcrm.rules.rights import rights_of
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.wanted import SAID, item
from xlcrm.rules.workflow import ENDED, FIELDS, round_of
from xlcrm.store.base import Store

_INSTEAD = {"MASKED": "AFTER_MASKED", "CLEARED": "CLEAR_BLOCKING"}
COLUMNS = ("number", "state", "due", "customer", "name", "field", "before", "after", "initiator")


@dataclass(frozen=True, slots=True)
class Listed:
    """A request with its customer (None where it is hidden) and by when its next step is due."""

    request: Record
    customer: Record | None
    due: Due | None

    def late(self, rulebook: Rulebook) -> bool:
        """Whether that is past."""
        return self.due is not None and self.due.passed(rulebook.moment)


def listed(
    store: Store, context: Context, rulebook: Rulebook, *, mine: bool = False, overdue: bool = False, ended: bool = False
) -> list[Listed]:
    """The requests under way, the most urgent first; only one's own (``mine``), only late ones, the ``ended`` ones as well."""
    where = [] if ended else [("state", "!=", state) for state in sorted(ENDED)]
    requests = list(store.scan(REQUEST.key, where))
    if mine:
        persons = {one.rid for one in rights_of(context.actor, store.people(), context.now()[:10]).persons}
        requests = [one for one in requests if one.values.get("initiator") in persons]
    customers = store.records({one.values.get("customer") or "" for one in requests})
    found = [
        Listed(one, customers.get(one.values.get("customer") or ""), request_due(one.values, rulebook.settings))
        for one in requests
    ]
    if overdue:
        found = [one for one in found if one.late(rulebook)]
    return sorted(found, key=lambda one: (one.due is None, one.due.moment.isoformat() if one.due else "", one.request.rid))


def line(one: Listed, rulebook: Rulebook, language: str) -> dict[str, str]:
    """A request as text, by ``COLUMNS``; blank ones are left out."""
    values = one.request.values
    field = item(values)
    due = " ".join(part for part in (until(one.due, language), left(one.due, rulebook.moment, language)) if part)
    told = {
        "number": one.request.number,
        "state": vocabulary("request_state").label(values.get("state") or "", language),
        "due": due,
        "customer": one.customer.number if one.customer else None,
        "name": one.customer.values.get("name") if one.customer else None,
        "field": field.title(language) if field else None,
        "before": content(one.request, "before", rulebook, language),
        "after": content(one.request, "after", rulebook, language),
        "initiator": rulebook.names.get(values.get("initiator") or "", values.get("initiator")),
    }
    return {key: value for key, value in told.items() if value}


def titles(language: str) -> dict[str, str]:
    """The headers of ``COLUMNS``."""
    own = {"due": text("requests.due", language), "name": REQUEST["customer_name"].title(language)}
    return {key: own.get(key) or REQUEST[key].title(language) for key in COLUMNS}


def shown(store: Store, request: Record, rulebook: Rulebook, language: str) -> list[tuple[str, str]]:
    """Everything about one request as (header, value): what it says, who said what of it, each step with who and when."""
    values = {**request.values}
    for key in SAID:
        values[key] = content(request, key, rulebook, language)
    customer = store.records([values.get("customer") or ""]).get(values.get("customer") or "")
    plain = Record(request.table, request.rid, request.version, values, request.number)
    pairs = [(REQUEST["customer"].title(language), customer.number or "")] if customer else []
    pairs += [pair for pair in described(plain, language, rulebook.names) if pair[0] != REQUEST["version"].title(language)]
    roles = vocabulary("role")
    for word in store.words([request.rid]).get(request.rid, ()):
        seat = roles.label(word.seat, language) if word.seat in roles.by_code else text("requests.verifier", language)
        verdict = vocabulary("verify_result").label("passed" if word.verdict == "yes" else "failed", language)
        said = " ".join(part for part in (rulebook.names.get(word.person, word.person), verdict, word.reason) if part)
        again = text("requests.in_round", language, round=word.round) if round_of(values) > 1 else ""
        pairs.append((f"{seat}{again} {word.at}", said))
    states = vocabulary("request_state")
    for entry in store.history(request.rid):
        if "state" in entry.after and entry.table == REQUEST.key:
            state = states.label(entry.after["state"] or "", language)
            pairs.append((entry.at, f"{state} {rulebook.names.get(entry.actor, entry.actor)}"))
    return pairs


def named(store: Store, numbers: Sequence[str]) -> list[Record]:
    """The requests with these numbers. UsageError for one that is none."""
    rids = store.find(numbers)
    records = store.records(rids.values())
    found = []
    for number in numbers:
        record = records.get(rids.get(number, ""))
        if record is None or record.table != REQUEST.key:
            raise UsageError("requests.no_such", number=number)
        found.append(record)
    return found


def field(name: str) -> Field:
    """The customer's field with this header or synonym. UsageError where no request can be about it."""
    found = field_named(name)
    if found is None or found.key not in FIELDS:
        raise UsageError("requests.no_field", field=name)
    return found


def typed(said: Mapping[str, str], rulebook: Rulebook, request: Record | None = None, customer: Record | None = None) -> Values:
    """What people wrote about a request, as canonical values; blanks are left out.

    ``after`` is read as the field that ``request`` is about, in ``customer``'s province and city. UsageError for what no field
    of that kind can hold.
    """
    values: Values = {}
    for key, cell in said.items():
        if not cell.strip():
            continue
        of = item(request.values) if request is not None and key in SAID else REQUEST[key]
        of = of or REQUEST[key]
        if of.kind is Kind.OPTION and cell in rulebook.vocabulary(of.options).by_code:
            values[key] = cell
            continue
        parent = customer.values.get(of.parent) or "" if customer is not None and of.parent else ""
        reading = read(cell, of, rulebook, parent)
        if reading.value is None or (of.kind in (Kind.PHONE, Kind.EMAIL) and reading.code and not reading.safe):
            told = {"field": of.title(rulebook.language), "value": cell, **reading.values}
            why = text(f"findings.{_INSTEAD.get(reading.code or '', reading.code)}", rulebook.language, **told)
            raise UsageError("requests.not_understood", why=why)
        values[key] = reading.value
    return values
