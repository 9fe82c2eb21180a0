"""One check a function: it takes a machine and answers with the values of its sentence, or None when all is well.

A check's texts are ``doctor.CODE`` (what it looks at), ``doctor.CODE_cause`` and ``doctor.CODE_cure``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import PurePosixPath, PureWindowsPath

from xlcrm import __version__
from xlcrm.catalogue import text
from xlcrm.jobs.doctor.care import BACKUP_AGE, PROOF_AGE, VERIFY_AGE, Care
from xlcrm.jobs.doctor.machine import Machine
from xlcrm.sheets.layout import TEMPLATE_VERSION

Values = dict[str, str]
Check = Callable[[Machine], Values | None]
MAC_REFUSALS = ("-1743", "-1712", "not authorized", "not allowed", "operation not permitted")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something wrong: the check's code and the values of its sentences."""

    code: str
    values: Values = field(default_factory=dict)

    def title(self, language: str) -> str:
        """What is wrong, in a few words."""
        return text(f"doctor.{self.code}", language)

    def cause(self, language: str) -> str:
        """Why, with paths and versions."""
        never = text("doctor.never", language)  # a moment that there was not
        return text(f"doctor.{self.code}_cause", language, **{name: value or never for name, value in self.values.items()})

    def cure(self, language: str) -> str:
        """What to do."""
        return text(f"doctor.{self.code}_cure", language, **self.values)


def macros_blocked(machine: Machine) -> Values | None:
    """Excel runs no macros: switched off, only signed ones, or add-ins off altogether."""
    return {} if machine.has_excel and (machine.addins_off or machine.macros in (3, 4)) else None


def web_mark(machine: Machine) -> Values | None:
    """The add-in's file was downloaded or came by mail: Windows marks it, Excel blocks it."""
    return {} if machine.addin_installed and machine.web_mark else None


def addin_vanished(machine: Machine) -> Values | None:
    """The add-in was installed and its file is gone: most often a virus scanner took it."""
    return {} if machine.has_excel and machine.addin_known and not machine.addin_installed else None


def addin_missing(machine: Machine) -> Values | None:
    """The add-in was never installed for this user."""
    return {} if machine.excel and machine.has_excel and not machine.addin_known and not machine.addin_installed else None


def addin_version(machine: Machine) -> Values | None:
    """The add-in in Excel is not the one that came with this program."""
    return {} if machine.addin_installed and not machine.addin_current else None


def xlwings_version(machine: Machine) -> Values | None:
    """xlwings is not the version whose macros the add-in holds."""
    if machine.xlwings == machine.xlwings_wanted:
        return None
    return {"found": machine.xlwings or "-", "wanted": machine.xlwings_wanted}


def two_copies(machine: Machine) -> Values | None:
    """A second copy of the add-in: every button twice, and nobody knows which one is old."""
    return {"paths": "、".join(machine.copies)} if machine.addin_installed and machine.copies else None


def interpreter_missing(machine: Machine) -> Values | None:
    """The add-in calls a program that is not there, or does not know which to call."""
    if not machine.addin_installed or machine.interpreter_exists:
        return None
    return {"path": machine.interpreter or "-"}


def interpreter_other(machine: Machine) -> Values | None:
    """The add-in calls another Python than the one xlcrm is installed in."""
    if not machine.addin_installed or not machine.interpreter_exists:
        return None
    path = PureWindowsPath if machine.system == "Windows" else PurePosixPath
    if path(machine.interpreter) == path(machine.python):
        return None
    return {"path": machine.interpreter, "python": machine.python}


def pywin32_missing(machine: Machine) -> Values | None:
    """The library through which Python talks to Excel on Windows is missing or broken."""
    return {} if machine.system == "Windows" and not machine.pywin32 else None


def book_online(machine: Machine) -> Values | None:
    """The workbook's path is an address of OneDrive or SharePoint: there is no file to work on."""
    return {"book": machine.book} if "://" in machine.book else None


def book_unreadable(machine: Machine) -> Values | None:
    """The workbook cannot be opened."""
    return {"trouble": machine.book_trouble, "cure": machine.book_cure} if machine.book_trouble else None


def book_template(machine: Machine) -> Values | None:
    """The workbook was made by a program with another template."""
    if machine.book_template == TEMPLATE_VERSION:
        return None
    return {"found": machine.book_template, "wanted": TEMPLATE_VERSION}


def mac_script(machine: Machine) -> Values | None:
    """The script through which Excel on the Mac starts programs is missing."""
    return {} if machine.system == "Darwin" and machine.addin_installed and not machine.mac_script else None


def mac_permission(machine: Machine) -> Values | None:
    """macOS did not let Python talk to Excel."""
    said = machine.mac_log.lower()
    return {} if machine.system == "Darwin" and any(sign in said for sign in MAC_REFUSALS) else None


def no_keyring(machine: Machine) -> Values | None:
    """There is no safe place for the store's keys, and no passphrase instead."""
    return None if machine.keyring or machine.passphrase else {}


def store_unreachable(machine: Machine) -> Values | None:
    """The store cannot be opened."""
    if not machine.store_trouble:
        return None
    return {"store": machine.store, "trouble": machine.store_trouble, "cure": machine.store_cure}


def mail_unready(machine: Machine) -> Values | None:
    """Notices cannot be sent as this machine is set up: settings that nobody can read, no password."""
    return {"trouble": machine.mail_trouble, "cure": machine.mail_cure} if machine.mail_trouble else None


def backup_never(machine: Machine) -> Values | None:
    """There is no backup, as far as this machine knows; a recent drill tells that there is one elsewhere."""
    kept = machine.care.backup
    if kept is None or kept.last is not None or not kept.reached:
        return None
    return {} if kept.folder or not _fresh(machine.care, kept.tried, PROOF_AGE) else None


def backup_away(machine: Machine) -> Values | None:
    """The folder that backups go to is not there."""
    kept = machine.care.backup
    return {"folder": kept.folder} if kept is not None and kept.folder and not kept.reached else None


def backup_old(machine: Machine) -> Values | None:
    """The last backup is older than a day and a half."""
    kept = machine.care.backup
    if kept is None or kept.last is None or _fresh(machine.care, kept.last, BACKUP_AGE):
        return None
    return {"folder": kept.folder, "last": _day(kept.last)}


def backup_unreadable(machine: Machine) -> Values | None:
    """Backups lie in the folder whose beginning cannot be read."""
    kept = machine.care.backup
    return {"folder": kept.folder, "count": str(kept.unreadable)} if kept is not None and kept.unreadable else None


def restore_failed(machine: Machine) -> Values | None:
    """The last restore that was tried did not give the store back."""
    kept = machine.care.backup
    return {"at": _day(kept.tried), "trouble": kept.failed} if kept is not None and kept.failed else None


def restore_unproven(machine: Machine) -> Values | None:
    """Nobody has tried for more than a week whether the backups can be restored."""
    kept = machine.care.backup
    if kept is None or kept.failed or kept.last is None or _fresh(machine.care, kept.tried, PROOF_AGE):
        return None
    return {"at": _day(kept.tried)}


def log_unsound(machine: Machine) -> Values | None:
    """The log does not end as it was left: somebody wrote into the store by other means."""
    return None if machine.care.sealed else {}


def log_unverified(machine: Machine) -> Values | None:
    """The whole log was not verified for more than a month."""
    care = machine.care
    if _fresh(care, care.begun, VERIFY_AGE) or care.begun is None or _fresh(care, care.verified, VERIFY_AGE):
        return None
    return {"at": _day(care.verified)}


def reviews_overdue(machine: Machine) -> Values | None:
    """Last month's review passed customers over."""
    count = machine.care.unreviewed
    return {"count": str(count)} if count else None


def room_short(machine: Machine) -> Values | None:
    """A disk has less room left than the next backup, or a day's work, may need."""
    short = [room for room in machine.care.rooms if room.free < room.needed]
    if not short:
        return None
    return {"places": "、".join(f"{room.place}（{_size(room.free)} < {_size(room.needed)}）" for room in short)}


def _fresh(care: Care, at: datetime | None, age: timedelta) -> bool:
    return at is not None and care.now - at <= age


def _day(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else ""


def _size(count: int) -> str:
    return f"{count / (1 << 30):.1f} GB" if count >= 1 << 30 else f"{count / (1 << 20):.0f} MB"


def wps(machine: Machine) -> Values | None:
    """Workbooks open in WPS, which cannot run the buttons."""
    return {} if machine.wps_opens or (machine.system == "Windows" and not machine.excel) else None


CHECKS: dict[str, Check] = {
    check.__name__: check
    for check in (
        wps,
        macros_blocked,
        web_mark,
        addin_vanished,
        addin_missing,
        addin_version,
        two_copies,
        interpreter_missing,
        interpreter_other,
        xlwings_version,
        pywin32_missing,
        book_online,
        book_unreadable,
        book_template,
        mac_script,
        mac_permission,
        no_keyring,
        store_unreachable,
        mail_unready,
        log_unsound,
        backup_never,
        backup_away,
        backup_old,
        backup_unreadable,
        restore_failed,
        restore_unproven,
        log_unverified,
        room_short,
        reviews_overdue,
    )
}


def said(machine: Machine, troubles: list[Trouble], language: str) -> list[str]:
    """What was found, as lines to read."""
    count = len(CHECKS)
    lines = [
        text("doctor.found", language, count=count, wrong=len(troubles))
        if troubles
        else text("doctor.all_well", language, count=count)
    ]
    for number, one in enumerate(troubles, 1):
        told = {"title": one.title(language), "cause": one.cause(language), "cure": one.cure(language)}
        lines.append(text("doctor.line", language, number=number, **told))
    return [*lines, *filter(None, [state(machine, language)])]


def state(machine: Machine, language: str) -> str:
    """In one line, which versions work together and when the data was last seen to; "" where no store was looked at."""
    care, never = machine.care, text("doctor.never", language)
    if not care.schema:
        return ""
    said = [text("doctor.state", language, program=__version__, schema=care.schema)]
    if care.backup is not None:
        times = {"last": _day(care.backup.last) or never, "tried": _day(care.backup.tried) or never}
        said.append(text("doctor.state_backup", language, **times))
    if care.begun is not None:
        said.append(text("doctor.state_log", language, verified=_day(care.verified) or never))
    return text("doctor.and", language).join(said) + text("doctor.stop", language)


def examine(machine: Machine) -> list[Trouble]:
    """Everything that is wrong with ``machine``, in the order in which to repair it."""
    found = ((code, check(machine)) for code, check in CHECKS.items())
    return [Trouble(code, values) for code, values in found if values is not None]
