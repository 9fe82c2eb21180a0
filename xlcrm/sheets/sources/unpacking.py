"""A program of its own that reads a binary or OpenDocument workbook: damaged ones make calamine abort, and whoever called it.

Standard input holds the file, standard output gets a pickle: "encrypted", "damaged", "large", or for each sheet its name,
whether it is shown, its rows, the row and column (from 0) of their first cell, and its merged ranges. It imports nothing of
xlcrm, so that it starts at once.
"""

from __future__ import annotations

import io
import pickle
import sys
from typing import Any

MEMORY = 4 << 30  # bytes


def sheets(data: bytes, most: int) -> str | list[tuple[Any, ...]]:
    """What the workbook holds; "large" when a sheet has more than ``most`` cells."""
    import python_calamine

    found = []
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            for entry in book.sheets_metadata:
                if entry.typ is not python_calamine.SheetTypeEnum.WorkSheet:
                    continue
                sheet = book.get_sheet_by_name(entry.name)
                if sheet.height * sheet.width > most:
                    return "large"
                shown = entry.visible is python_calamine.SheetVisibleEnum.Visible
                # Blank rows and columns before the first cell are left out here, and made up for by the caller.
                found.append((entry.name, shown, sheet.to_python(), sheet.start or (0, 0), sheet.merged_cell_ranges or []))
    except python_calamine.PasswordError:
        return "encrypted"
    except (python_calamine.CalamineError, OSError, ValueError):
        return "damaged"
    return found


def main() -> None:
    """Read standard input."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    except (ImportError, ValueError, OSError):  # Windows has no such limit
        pass
    pickle.dump(sheets(sys.stdin.buffer.read(), int(sys.argv[1])), sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)


if __name__ == "__main__":
    main()
