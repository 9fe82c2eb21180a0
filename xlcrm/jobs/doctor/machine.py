"""A machine as far as xlcrm's troubles are concerned."""

from __future__ import annotations

from dataclasses import dataclass, field

from xlcrm.jobs.doctor.care import Care
from xlcrm.sheets.layout import TEMPLATE_VERSION


@dataclass(frozen=True, slots=True)
class Machine:
    """What is known about an environment; the defaults describe a Windows machine in good order.

    ``macros`` is Excel's setting VBAWarnings (1 all, 2 ask, 3 signed only, 4 none; None: never set); ``web_mark`` that
    Windows marked the add-in's file as downloaded. ``interpreter`` is the program the add-in calls, ``python`` the one
    running now. ``store_trouble`` is the sentence with which opening the store failed,
    ``mail_trouble`` why notices cannot be sent, ``book_trouble`` why the workbook cannot be opened. ``mac_log`` is what Excel's
    container holds of the last failed call. ``care`` is how the store's data is kept.
    """

    system: str = "Windows"
    macros: int | None = None
    addins_off: bool = False
    web_mark: bool = False
    addin_installed: bool = True
    addin_current: bool = True
    addin_known: bool = True  # its settings are there: it was installed once
    copies: tuple[str, ...] = ()
    interpreter: str = r"C:\xlcrm\Scripts\python.exe"
    interpreter_exists: bool = True
    python: str = r"C:\xlcrm\Scripts\python.exe"
    xlwings: str = "0.37.8"
    xlwings_wanted: str = "0.37.8"
    pywin32: bool = True
    excel: bool = True
    wps_opens: bool = False  # WPS is the program that opens .xlsx
    book: str = ""  # the workbook in question: a path, or an address when it lies on a server
    book_template: str = TEMPLATE_VERSION  # the version of the template it was made from
    book_trouble: str = ""
    book_cure: str = ""
    mac_script: bool = True
    mac_log: str = ""
    keyring: bool = True
    passphrase: bool = False
    store: str = ""
    store_trouble: str = ""
    store_cure: str = ""
    mail_trouble: str = ""
    mail_cure: str = ""
    care: Care = field(default_factory=Care)

    @property
    def has_excel(self) -> bool:
        """Whether Excel can be on such a system at all."""
        return self.system in ("Windows", "Darwin")
