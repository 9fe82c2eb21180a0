"""E-mail addresses: syntax by email-validator, the domain in lower case."""

from __future__ import annotations

import re
from collections.abc import Sequence

from xlcrm.model.fields import Field
from xlcrm.model.rows import Cell
from xlcrm.rules.clean.text import squeeze, written
from xlcrm.rules.reading import Reading
from xlcrm.rules.rulebook import Rulebook

# Beyond doubt: a simple name that is no placeholder, and a usual domain that is no slip of the finger (see _TYPOS).
_PLAIN = re.compile(
    r"(?!(?:test|a|1|123|123456)@)[A-Za-z0-9_][A-Za-z0-9_-]{0,40}(?:\.[A-Za-z0-9_-]{1,20})?"
    r"@(?!gm(?:ial|ai)\.|gamil\.|136\.|hotmial\.|outlok\.|foxmial\.)[a-z0-9]{1,40}\.(?:com\.cn|com|cn|net|org|example)"
)
_LABEL = re.compile(r"^(?:mailto:|(?:电子)?(?:邮箱|邮件)\s*:|e-?mail\s*:)\s*", re.I)
_TYPOS = {
    "gmial.com": "gmail.com", "gamil.com": "gmail.com", "gmai.com": "gmail.com", "gmail.con": "gmail.com", "qq.con": "qq.com",
    "qq.cm": "qq.com", "qq.co": "qq.com", "qq.comn": "qq.com", "163.con": "163.com", "163.cm": "163.com", "136.com": "163.com",
    "126.con": "126.com", "hotmial.com": "hotmail.com", "outlok.com": "outlook.com", "outlook.con": "outlook.com",
    "foxmial.com": "foxmail.com", "foxmail.con": "foxmail.com", "sina.con": "sina.com", "aliyun.con": "aliyun.com",
}  # fmt: skip


def plain(cells: Sequence[Cell]) -> list[str | None]:
    """The addresses of a column that are beyond doubt, as they are; None for every other cell."""
    sure = _PLAIN.fullmatch
    return [cell if type(cell) is str and sure(cell) else None for cell in cells]


def read(cell: Cell, field: Field, book: Rulebook) -> Reading:
    """One address; two of them, or a domain that looks mistyped, are pointed out."""
    text = squeeze(written(cell))
    if not text:
        return Reading()
    text = _LABEL.sub("", text).strip(" <>;,、").replace("。", ".")
    if text.count("@") > 1 and re.search(r"[;,、/ ]", text):
        return Reading(None, "MAIL_SEVERAL", {"count": text.count("@")})
    text = text.replace(" ", "")
    address = _normal(text)
    if address is None:
        return Reading(None, "MAIL_INVALID")
    local, _, domain = address.rpartition("@")
    if domain in _TYPOS:
        proposal = f"{local}@{_TYPOS[domain]}"
        return Reading(address, "MAIL_TYPO", {"proposal": proposal}, proposal)
    if address != cell:
        return Reading(address, "MAIL_FORM", {"proposal": address}, address, True)
    return Reading(address)


def _normal(text: str) -> str | None:
    from email_validator import EmailNotValidError, validate_email

    if len(text) > 254:
        return None
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=False, globally_deliverable=False)
    except (EmailNotValidError, UnicodeError):
        return None
    local, _, domain = found.normalized.rpartition("@")
    return f"{local}@{domain.lower()}" if "." in domain else None
