"""Every finding there is: how bad, and whether 一键修正 may repair it. The sentences stand in catalogue/findings.py."""

from __future__ import annotations

from dataclasses import dataclass

from xlcrm.model.finding import Severity

MUST, CHECK, DUE = Severity.MUST, Severity.CHECK, Severity.DUE


@dataclass(frozen=True, slots=True)
class Code:
    """``safe``: its repair loses nothing and may be applied together with others; ``about``: where it occurs."""

    severity: Severity
    about: str
    safe: bool = False


_CELL = {
    # any kind of field
    "MISSING": Code(MUST, "blocking fields"),
    "MISSING_DUE": Code(DUE, "due fields"),
    "OVERDUE": Code(DUE, "due fields of records stored more than three working days ago"),
    "PLACEHOLDER": Code(CHECK, "all but free text"),
    "MASKED": Code(DUE, "names, phones, mails, codes of new rows"),
    "CLEAR_BLOCKING": Code(MUST, "blocking fields"),
    "ERROR_VALUE": Code(MUST, "all"),
    "FORMULA": Code(CHECK, "all"),
    "FORMULA_EMPTY": Code(MUST, "all"),
    "TOO_LONG": Code(MUST, "text"),
    "TEXT_FORM": Code(CHECK, "text and names", safe=True),
    "TEXT_GARBLED": Code(CHECK, "text and names"),
    "PHONE_IN_TEXT": Code(CHECK, "text and names"),
    "IDENTITY_IN_TEXT": Code(CHECK, "text"),
    "DIGITS_LOST": Code(MUST, "phones and codes"),
    "CODE_FORM": Code(CHECK, "codes", safe=True),
    # names
    "NAME_ODD": Code(MUST, "customer names and contacts"),
    "NAME_SHORT": Code(CHECK, "customer names"),
    "PERSON_TITLE": Code(CHECK, "contacts"),
    # phones
    "PHONE_SHORT": Code(MUST, "phones"),
    "PHONE_LONG": Code(MUST, "phones"),
    "PHONE_AREA": Code(MUST, "phones"),
    "PHONE_INVALID": Code(MUST, "phones"),
    "PHONE_ZERO": Code(CHECK, "phones"),
    "PHONE_UNUSUAL": Code(CHECK, "phones"),
    "PHONE_FOREIGN": Code(CHECK, "phones"),
    "PHONE_SEVERAL": Code(CHECK, "phones"),
    "PHONE_NOTE": Code(CHECK, "phones"),
    "PHONE_FORM": Code(CHECK, "phones", safe=True),
    # mails
    "MAIL_INVALID": Code(MUST, "mails"),
    "MAIL_SEVERAL": Code(MUST, "mails"),
    "MAIL_TYPO": Code(CHECK, "mails"),
    "MAIL_FORM": Code(CHECK, "mails", safe=True),
    # codes with check digits
    "USCC_LENGTH": Code(MUST, "credit codes"),
    "USCC_CHARACTERS": Code(MUST, "credit codes"),
    "USCC_CHECK": Code(MUST, "credit codes"),
    "IDENTITY_LENGTH": Code(MUST, "identity numbers"),
    "IDENTITY_CHARACTERS": Code(MUST, "identity numbers"),
    "IDENTITY_DATE": Code(MUST, "identity numbers"),
    "IDENTITY_CHECK": Code(MUST, "identity numbers"),
    "BANKCARD_LENGTH": Code(MUST, "bank cards"),
    "BANKCARD_CHECK": Code(CHECK, "bank cards"),
    # options and colleagues
    "OPTION_SYNONYM": Code(CHECK, "options", safe=True),
    "OPTION_VAGUE": Code(MUST, "options"),
    "OPTION_TOO_BROAD": Code(MUST, "options"),
    "OPTION_NEAR": Code(MUST, "options"),
    "OPTION_UNKNOWN": Code(MUST, "options"),
    "OPTION_SEVERAL": Code(MUST, "options"),
    "OPTION_AMBIGUOUS": Code(MUST, "city, district"),
    "REGION_MISMATCH": Code(MUST, "city, district"),
    "TAG_TYPE": Code(MUST, "tags"),
    "COLLEAGUE_NEAR": Code(MUST, "colleagues"),
    "COLLEAGUE_UNKNOWN": Code(MUST, "colleagues"),
    # numbers
    "NUMBER_INVALID": Code(MUST, "numbers"),
    "NUMBER_NEGATIVE": Code(MUST, "numbers"),
    "NUMBER_FRACTION": Code(MUST, "whole numbers"),
    "NUMBER_DECIMALS": Code(CHECK, "amounts"),
    "NUMBER_UNIT": Code(CHECK, "amounts", safe=True),
    "NUMBER_HUGE": Code(CHECK, "numbers"),
    "NUMBER_FORM": Code(CHECK, "numbers", safe=True),
    # dates
    "DATE_INVALID": Code(MUST, "dates"),
    "DATE_INCOMPLETE": Code(MUST, "dates"),
    "DATE_NO_YEAR": Code(MUST, "dates"),
    "DATE_AMBIGUOUS": Code(MUST, "dates"),
    "DATE_RANGE": Code(MUST, "dates"),
    "DATE_FUTURE": Code(MUST, "dates of what has happened"),
    "DATE_SWAPPED": Code(MUST, "dates of what has happened"),
    "DATE_SHORT_YEAR": Code(CHECK, "dates"),
    "DATE_FORM": Code(CHECK, "dates", safe=True),
}

_ROW = {
    "SIZE_MISMATCH": Code(MUST, "size against employees"),
    "CONTRACT_BEFORE_CONTACT": Code(MUST, "contract end against first contact"),
    "CONTRACT_NEEDED": Code(DUE, "contract of a won customer"),
    "CONTRACT_END_NEEDED": Code(DUE, "contract end where there is an amount"),
    "CONTRACT_ZERO": Code(CHECK, "contract end without an amount"),
    "NOT_FOR_PERSON": Code(CHECK, "company fields of a person"),
    "LATE": Code(CHECK, "entered more than 24 hours afterwards"),
    "CONSENT_NEEDED": Code(DUE, "date and purpose of a consent"),
    "VERIFIED_NEEDED": Code(DUE, "date and person of a verification"),
    "ADDRESS_VAGUE": Code(CHECK, "addresses"),
    "ADDRESS_REGION": Code(CHECK, "address against province"),
    "STATUS_REASON": Code(CHECK, "remark of a status change"),
    "STEP_VAGUE": Code(CHECK, "next steps"),
    "STEP_NEEDED": Code(DUE, "who and when of a next step"),
    "STEP_PAST": Code(CHECK, "due date of a next step"),
    "TAG_TWICE": Code(MUST, "tags of a customer"),
    "TAG_EXCLUDED": Code(MUST, "tags of a customer"),
    "TAG_RETIRED": Code(MUST, "new tags of a customer"),
    "FEEDBACK_CLOSED_EARLY": Code(MUST, "end of feedback against the day it was raised"),
    "FEEDBACK_DUE_EARLY": Code(CHECK, "due date of feedback against the day it was raised"),
    "FEEDBACK_ENDING": Code(DUE, "result and end of feedback"),
    "FEEDBACK_OVERDUE": Code(CHECK, "open feedback whose day has passed"),
    "LOST_REASON": Code(DUE, "reason of a lost opportunity"),
    "LOST_REASON_ODD": Code(CHECK, "reason of an opportunity that is not lost"),
    "WON_CONTRACT": Code(CHECK, "an opportunity that becomes won"),
    "EXPECTED_PAST": Code(CHECK, "expected date of an open opportunity"),
    "VISIT_WHOM": Code(CHECK, "visits without a customer"),
    "EVALUATION_EARLY": Code(CHECK, "evaluation of an activity that was not carried out"),
    "EXECUTION_EARLY": Code(CHECK, "execution of an activity in the future"),
    "AFTER_MASKED": Code(MUST, "the new value of an update request"),
    "CHANNEL_SYSTEM": Code(MUST, "through whom an update request was raised"),
    "NUMBER_TWICE": Code(MUST, "the record's number"),
    "NUMBER_UNKNOWN": Code(MUST, "the record's number"),
    "AUDIT_EDITED": Code(CHECK, "audit columns", safe=True),
}

# Found by the adapters (Rows.flaws); a missing column is MUST where it blocks, CHECK otherwise.
_SHEET = {
    "SHEET_HEADER_MISSING": Code(MUST, "header row"),
    "SHEET_COLUMN_ABSENT": Code(CHECK, "header row"),
    "SHEET_HEADER_TWICE": Code(CHECK, "header row"),
    "SHEET_HEADER_UNKNOWN": Code(CHECK, "header row"),
    "SHEET_ROWS_BELOW": Code(CHECK, "rows below the table"),
    "SHEET_MERGED": Code(CHECK, "merged cells"),
    "SHEET_HIDDEN_ROWS": Code(CHECK, "hidden rows"),
    "SHEET_COPY": Code(CHECK, "copies of a sheet"),
    "SHEET_OLD_TEMPLATE": Code(CHECK, "template version"),
}

CODES: dict[str, Code] = {**_CELL, **_ROW, **_SHEET}

# Found by the comparison with the store when a workbook is submitted (jobs/submit).
SUBMIT: dict[str, Code] = {
    "DUPLICATE": Code(CHECK, "new customers that wait for a decision"),
    "MERGE_PROPOSED": Code(CHECK, "a merge into a colleague's customer"),
    "CONFLICT": Code(CHECK, "fields that two people changed"),
    "REQUEST_MADE": Code(CHECK, "changes that became update requests"),
    "REQUEST_SENT": Code(CHECK, "changes of which the machine that has the store makes update requests"),
    "REQUEST_ALSO": Code(CHECK, "changes that became update requests beside another one"),
    "REQUEST_OPEN": Code(CHECK, "changes that an update request under way wants already"),
    "REQUEST_FAILED": Code(CHECK, "changes whose update request failed"),
    "REQUEST_WITHDRAWN": Code(CHECK, "changes whose update request was withdrawn"),
    "REQUEST_DONE": Code(CHECK, "changes carried out that wait to be confirmed"),
    "REQUEST_EDITED": Code(MUST, "rows of update requests that were edited after submission"),
    "REQUEST_NOT_YOURS": Code(MUST, "update requests about a colleague's customer"),
    "REQUEST_NO_RIGHT": Code(MUST, "update requests of fields that the person's roles do not allow"),
    "REQUEST_GONE": Code(MUST, "update requests about a void or erased customer"),
    "REQUEST_STALE": Code(MUST, "update requests whose former value does not stand there"),
    "REQUEST_NOTHING": Code(MUST, "update requests that change nothing"),
    "BY_REQUEST": Code(CHECK, "changes that need a request since a moment ago"),
    "GONE": Code(CHECK, "rows whose customer was merged or voided meanwhile"),
    "NOT_YOURS": Code(MUST, "changes of a colleague's customer"),
    "NO_RIGHT": Code(MUST, "changes that the person's roles do not allow"),
    "NO_RIGHT_ROW": Code(MUST, "new rows that the person's roles do not allow"),
    "OWNER_HANDOVER": Code(MUST, "a changed owner"),
    "CUSTOMER_NOT_YOURS": Code(MUST, "contacts, interactions and tags of a colleague's customer"),
    "TAG_PROPOSED": Code(CHECK, "tags that the library does not have yet"),
    "TAG_DECLINED": Code(MUST, "tags that the steward did not take into the library"),
    "TAG_STANDS": Code(MUST, "tags that contradict one which the customer has"),
    "SENT_BACK": Code(MUST, "new customers that a second person declined"),
    "TAKEN": Code(CHECK, "new customers that exactly are a colleague's"),
    "TAKEN_LIMIT": Code(CHECK, "new customers that exactly are a colleague's, after too many questions"),
    "CUSTOMER_UNKNOWN": Code(MUST, "the customer of a contact, interaction or tag"),
    "CUSTOMER_SEVERAL": Code(MUST, "the customer of a contact, interaction or tag"),
}
