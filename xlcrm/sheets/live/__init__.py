"""Workbooks open in Excel (Windows, Mac) or LibreOffice, through xlwings."""

from xlcrm.sheets.live.book import LiveBook, attach

__all__ = ["LiveBook", "attach"]
