"""Colleagues: adding one to the people table."""

from __future__ import annotations

from xlcrm.errors import UsageError
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.vocabularies import vocabulary
from xlcrm.store.base import Store


def add(store: Store, context: Context, name: str, account: str, department: str, roles: str) -> Person:
    """Add a colleague; ``roles`` are codes or labels, separated by commas. UsageError for an unknown role or a taken name."""
    name, account = name.strip(), account.strip()
    if not name or not account:
        raise UsageError("jobs.person_blank")
    known = vocabulary("role")
    codes = set()
    for word in roles.replace("，", ",").replace("、", ",").split(","):
        found = known.by_code.get(word.strip()) or known.find(word)
        if found is None:
            raise UsageError("jobs.role", role=word.strip(), known=", ".join(option.code for option in known.options))
        codes.add(found.code)
    if any(name in (person.name, person.account) or account == person.account for person in store.people()):
        raise UsageError("jobs.person_taken", name=name)
    return store.add_person(Person(new_rid(), account, name, department, frozenset(codes)), context)


def role_labels(person: Person, language: str) -> str:
    """A person's roles in words."""
    known = vocabulary("role")
    return "、".join(known.label(code, language) for code in sorted(person.roles))
