"""Colleagues: adding one, changing what one may do, standing in for each other, leaving."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from xlcrm.catalogue import text
from xlcrm.errors import UsageError
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.tables import CUSTOMER
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.clean import read
from xlcrm.rules.rights import Action, Scope, widest
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store.base import Store


def add(store: Store, context: Context, name: str, account: str, department: str, roles: str, email: str = "") -> Person:
    """Add a colleague; ``roles`` are codes or labels, separated by commas.

    UsageError for an unknown role, a taken name, or what is no e-mail address.
    """
    name, account = name.strip(), account.strip()
    if not name or not account:
        raise UsageError("jobs.person_blank")
    if any(name in (person.name, person.account) or account == person.account for person in store.people()):
        raise UsageError("jobs.person_taken", name=name)
    person = Person(new_rid(), account, name, department.strip(), role_codes(roles), email=address(email, context))
    return store.add_person(person, context)


def change(
    store: Store,
    context: Context,
    name: str,
    *,
    roles: str | None = None,
    department: str | None = None,
    account: str | None = None,
    email: str | None = None,
    deputy: str | None = None,
    until: str = "",
    disabled: bool | None = None,
) -> Person:
    """Change a colleague, found by name or login; None leaves a thing as it is, ``deputy`` "" takes it back.

    The person's rid, name and customers stay. UsageError for an unknown colleague or role, what is no e-mail address, a day
    that is none or past, a deputy that is the person or disabled, and for taking away the last administrator.
    """
    people = store.people()
    before = named(people, name)
    after = before
    if roles is not None:
        after = replace(after, roles=role_codes(roles))
    if department is not None:
        after = replace(after, department=department.strip())
    if account is not None and account.strip():
        after = replace(after, account=account.strip())
    if email is not None:
        after = replace(after, email=address(email, context))
    if deputy is not None:
        after = replace(after, deputy=_deputy(people, before, deputy), deputy_until=_until(until, context) if deputy else "")
    if disabled is not None:
        after = replace(after, disabled=disabled)
    if not any(_keeps(after if one.rid == after.rid else one) for one in people):
        raise UsageError("jobs.last_admin", name=before.name)
    if after != before:
        store.change_person(after, context)
    return after


def named(people: Iterable[Person], name: str) -> Person:
    """The colleague with this name or login; UsageError when there is none."""
    name = name.strip()
    found = next((person for person in people if name in (person.name, person.account)), None)
    if found is None:
        raise UsageError("jobs.person_unknown", name=name)
    return found


def address(email: str, context: Context) -> str:
    """An e-mail address as it is kept, "" for none; UsageError for what is no address."""
    reading = read(email.strip(), CUSTOMER["email"], Rulebook(context.clock(), context.language))
    if email.strip() and not reading.value:
        raise UsageError("jobs.person_email", email=email)
    return reading.value or ""


def role_codes(roles: str) -> frozenset[str]:
    """The codes of roles written as codes or labels, separated by commas; UsageError for one that is none."""
    known = vocabulary("role")
    codes = set()
    for word in roles.replace("，", ",").replace("、", ",").split(","):
        found = known.by_code.get(word.strip()) or known.find(word)
        if found is None:
            raise UsageError("jobs.role", role=word.strip(), known=", ".join(option.code for option in known.options))
        codes.add(found.code)
    return frozenset(codes)


def role_labels(person: Person, language: str) -> str:
    """A person's roles in words."""
    known = vocabulary("role")
    return "、".join(known.label(code, language) for code in sorted(person.roles))


def listed(people: Iterable[Person], language: str, day: str) -> list[list[str]]:
    """Everybody as (name, login, department, roles, e-mail, remarks): who stands in until when, who is disabled."""
    people = list(people)
    names = {person.rid: person.name for person in people}
    return [
        [
            one.name,
            one.account,
            one.department,
            role_labels(one, language),
            one.email,
            _remark(one, names, language, day),
        ]
        for one in people
    ]


def _remark(person: Person, names: dict[str, str], language: str, day: str) -> str:
    if person.disabled:
        return text("jobs.person_off", language)
    if person.deputy is None or (person.deputy_until and day > person.deputy_until):
        return ""
    key = "jobs.deputy_until" if person.deputy_until else "jobs.deputy"
    return text(key, language, name=names.get(person.deputy, person.deputy), day=person.deputy_until)


def admins(people: Iterable[Person]) -> list[str]:
    """The names of the administrators."""
    return [one.name for one in people if _keeps(one)]


def _keeps(person: Person) -> bool:
    return not person.disabled and widest(person.roles, Action.PEOPLE) is Scope.ALL


def _deputy(people: Iterable[Person], person: Person, name: str) -> str | None:
    if not name.strip():
        return None
    found = named(people, name)
    if found.rid == person.rid or found.disabled:
        raise UsageError("jobs.deputy_not", name=found.name)
    return found.rid


def _until(day: str, context: Context) -> str:
    if not day:
        return ""
    try:
        found = date.fromisoformat(day.strip().replace("/", "-"))
    except ValueError as error:
        raise UsageError("jobs.deputy_day", day=day) from error
    if found < context.clock().date():
        raise UsageError("jobs.deputy_day", day=day)
    return found.isoformat()
