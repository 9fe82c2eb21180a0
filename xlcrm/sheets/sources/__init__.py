"""Reading anything a colleague may deliver: one function for files of every kind."""

from xlcrm.sheets.sources.reading import read
from xlcrm.sheets.sources.source import JOINED, Note, Source, SourceTable

__all__ = ["JOINED", "Note", "Source", "SourceTable", "read"]
