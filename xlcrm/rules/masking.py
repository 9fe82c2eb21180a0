"""How values look to those who may not see them whole (the documents' own forms: 138****5678, 王**)."""

from __future__ import annotations

import re

from xlcrm.model.fields import Kind
from xlcrm.rules.clean.phone import show
from xlcrm.rules.clean.text import IDENTITY_INSIDE, PHONE_INSIDE

MASK = "***"
"""What a database that cannot open an encrypted value shows in its place."""


def masked(value: str, kind: Kind) -> str | None:
    """A canonical value with its middle hidden; None for kinds of which nothing may be shown."""
    if value == MASK:
        return value
    match kind:
        case Kind.PHONE:
            return "；".join(phone(number) for number in show(value).split("；"))
        case Kind.EMAIL:
            name, _, domain = value.partition("@")
            return f"{name[:1]}***@{domain}"
        case Kind.PERSON | Kind.CUSTOMER:
            return f"{value[:1]}**"
        case Kind.IDENTITY | Kind.BANKCARD:
            return f"{'*' * 8}{value[-4:]}" if len(value) > 8 else "*" * 8
        case _:
            return None


def within(text: str) -> str:
    """Free text with the mobile and identity numbers in it masked."""
    return PHONE_INSIDE.sub(lambda found: phone(found[0]), IDENTITY_INSIDE.sub(lambda found: f"{'*' * 14}{found[0][-4:]}", text))


def phone(shown: str) -> str:
    """A phone number as people write it, its middle hidden: 138****5678, 010-****5678."""
    hidden = re.sub(r"\d{4}(?=\d{4}(?!\d))", "****", shown)
    return hidden if hidden != shown else re.sub(r"\d(?=(?:\D*\d){2})", "*", shown)
