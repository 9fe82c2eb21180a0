"""Duplicates in a list of any kind: no template, no store, two result files."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from xlcrm.catalogue import text
from xlcrm.jobs.compared import ROW, recognised
from xlcrm.jobs.fieldmatch.matcher import Matcher
from xlcrm.jobs.progress import Progress
from xlcrm.match.engine import Matches, within
from xlcrm.match.explain import explain
from xlcrm.match.normalise import normalise
from xlcrm.match.score import Weights
from xlcrm.model.vocabularies import vocabulary
from xlcrm.sheets.listfile import ListFile, read_list

_STEPS = 4
_SHOWN = 5
_TOLD = {"p": "phone", "e": "mail", "u": "uscc", "n": "name", "a": "address"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Found:
    """A compared list: what its columns were taken for (key -> positions), its rows' ids, the pairs, each row's group."""

    rows: ListFile
    columns: dict[str, list[int]]
    ids: list[str]
    matches: Matches
    groups: list[int]


def compare(
    path: Path, columns: Sequence[str], matcher: Matcher, progress: Progress, weights: Weights | None = None
) -> Found:
    """Find the duplicates in the list at ``path``; ``weights`` are estimated from the list itself where none are given.

    ``columns`` are the user's ``key=header`` words; what they leave open is guessed. BookError when the list cannot be
    read, UsageError when no column is recognised or ``columns`` name a wrong one.
    """
    language = matcher.rulebook.language
    progress(text("jobs.step_read", language), 0, _STEPS)
    rows = read_list(path)
    found = recognised(rows, columns, path, matcher)
    progress(text("jobs.step_compare", language), 1, _STEPS)
    normal = normalise({key: rows.column(*positions) for key, positions in found.items() if key != ROW})
    progress(text("jobs.step_compare", language), 2, _STEPS)
    matches = within(normal, weights)
    progress(text("jobs.step_group", language), 3, _STEPS)
    groups = matches.groups(len(rows))
    ids = rows.column(*found[ROW]).to_list() if ROW in found else [str(number) for number in range(1, len(rows) + 1)]
    progress("", _STEPS, _STEPS)
    return Found(rows, found, ids, matches, groups)


def write(found: Found, pairs: Path, clusters: Path, language: str) -> None:
    """Write id1, id2, probability, decision, reason of every pair, and row_id, cluster_id of every row (UTF-8 with a mark).

    A cluster is named by the id of its first row. OSError when a file cannot be written; it is then as it was.
    """
    ids = [_plain(name) for name in found.ids]
    advice = vocabulary("advice")
    labels = {code: advice.label(code, language) for code in ("merge", "ask", "contact")}
    _write(
        pairs,
        ("id1", "id2", "probability", "decision", "reason"),
        (
            (ids[pair.left], ids[pair.right], f"{pair.probability:.4f}", labels[pair.advice], explain(pair, language))
            for pair in found.matches.pairs
        ),
    )
    _write(clusters, ("row_id", "cluster_id"), zip(ids, (ids[first] for first in found.groups), strict=True))


def capped(found: Found, language: str) -> list[str]:
    """What too many rows share to be compared for it alone, the commonest first; values masked."""
    told = sorted((one for one in found.matches.capped if one.kind in _TOLD), key=lambda one: (-one.size, one.key))
    return [
        text("jobs.list_capped", language, what=text(f"match.field.{_TOLD[one.kind]}", language), value=one.masked, rows=one.size)
        for one in told[:_SHOWN]
    ]


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    part = path.with_name(path.name + ".part")
    try:
        with part.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(header)
            writer.writerows(rows)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _plain(name: str) -> str:
    """An id of the list as written back: one that a spreadsheet would take for a formula is marked as text."""
    return f"'{name}" if name.startswith(_FORMULA) and not name[1:].isdigit() else name
