"""How sensitive values look to those who may not see them (the documents' own form: 138****5678)."""

from __future__ import annotations

import re

from xlcrm.model.context import Person

OPEN = frozenset({"steward", "manager", "admin", "reviewer"})


def sees_contacts(person: Person) -> bool:
    """Whether a person sees the contact data of customers that are not their own (mission section 8)."""
    return bool(person.roles & OPEN)


def phone(shown: str) -> str:
    """A phone number as people write it, its middle hidden: 138****5678, 010-****5678."""
    return re.sub(r"\d{4}(?=\d{4}(?!\d))", "****", shown)
