"""xlwings' own VBA module, made safe: an opened workbook must never choose what runs.

The text comes from the installed xlwings (BSD licence, its notice stays at the head). Every cut and replacement must
fit exactly once, so a new xlwings stops the build instead of slipping through half changed.
"""

from __future__ import annotations

import re
from pathlib import Path

import xlwings

HERE = Path(__file__).parents[1]
SOURCE = Path(xlwings.__file__).parent / "xlwings_custom_addin.bas"
PROJECT = "xlcrm"
EXCEL = '#If App = "Microsoft Excel" Then\n'
# (first line to go, first line to stay): user defined functions, frozen programs and the DLL; settings from a sheet or
# a folder, and what finds that folder.
CUTS = (
    ("#If VBA7 Then\n", "Public Const XLWINGS_VERSION"),
    ("Public Function RunFrozenPython(", "Private Sub CleanUp()"),
    ("Function XLPyCommand()", '\'Attribute VB_Name = "Config"'),
    (f"{EXCEL}Function GetDirectoryPath(", "Function GetConfigFilePath()"),
    ("Function GetDirectoryConfigFilePath()", "Function GetConfig("),
    ("Function SaveConfigToFile(", "Function GetConfigFromFile("),
    ("Function IsFullName(", "Function FileExists("),
    ("Function GetDirectory(Path)", "Function KillFileOnMac("),
    ("Function GetBaseName(", "Public Function CreateGUID("),
    (f"{EXCEL}Function GetFullName(", ""),
)
REPLACEMENTS = (
    # A program called cmd.exe beside the workbook would be found first.
    ('WScript.Run("cmd.exe /C "', 'WScript.Run("""" & Environ("SystemRoot") & "\\System32\\cmd.exe"" /C "'),
    # A path with blanks is one word for the Mac's shell.
    ('"|" + PythonInterpreter\n', '"|\'" + PythonInterpreter + "\'"\n'),
    # No folder is added to the path, so nothing has to be prepared; xlcrm imports xlwings itself, in a leaner way.
    (
        '" -B -c ""import xlwings.utils;xlwings.utils.prepare_sys_path(\\""" & PYTHONPATH & "\\""); " & PythonCommand',
        '" -B -c """ & PythonCommand',
    ),
    ('PROJECT_NAME As String = "myaddin"', f'PROJECT_NAME As String = "{PROJECT}"'),
)
FUNCTIONS = ("RunPython", "GetConfig")


def module() -> str:
    """The source of the module "xlwings", lines ending in LF."""
    text = SOURCE.read_bytes().decode("ascii").replace("\r\n", "\n")
    if f'XLWINGS_VERSION As String = "{xlwings.__version__}"' not in text:
        raise ValueError("xlwings' module is of another version than xlwings itself")
    for start, end in CUTS:
        text = _cut(text, start, end)
    for name in FUNCTIONS:
        pattern = rf"(?ms)^(Public )?Function {name}\(.*?^End Function\n"
        ours = (HERE / "xlwings" / f"{name}.bas").read_text("ascii").replace("\\", r"\\")
        text = _once(re.subn(pattern, ours, text), name)
    for old, new in REPLACEMENTS:
        text = _once((text.replace(old, new), text.count(old)), old)
    return text.rstrip("\n") + "\n"


def _cut(text: str, start: str, end: str) -> str:
    if text.count(f"\n{start}") != 1 or (end and text.count(f"\n{end}") != 1):
        raise ValueError(f"xlwings' module no longer holds {start!r} .. {end!r} once")
    first = text.index(f"\n{start}") + 1
    last = text.index(f"\n{end}") + 1 if end else len(text)
    if last <= first:
        raise ValueError(f"xlwings' module holds {start!r} after {end!r}")
    return text[:first] + text[last:]


def _once(result: tuple[str, int], what: str) -> str:
    text, count = result
    if count != 1:
        raise ValueError(f"xlwings' module holds {what!r} {count} times")
    return text
