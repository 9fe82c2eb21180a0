"""A report as a workbook: an overview that prints on one page, a sheet for each section, the rows behind every figure."""

from xlcrm.sheets.report.writing import write

__all__ = ["write"]
