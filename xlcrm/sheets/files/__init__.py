"""Closed workbooks (.xlsx, .xlsm)."""

from xlcrm.sheets.files.book import FileBook, open_book

__all__ = ["FileBook", "open_book"]
