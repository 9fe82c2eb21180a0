"""The duplicate engine's weights as a team keeps them: learned from its own decisions, a setting of the store."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from xlcrm.errors import UsageError
from xlcrm.jobs.compared import ROW, recognised
from xlcrm.jobs.fieldmatch.matcher import Matcher
from xlcrm.match import block, score
from xlcrm.match.compare import compare, encode
from xlcrm.match.normalise import normalise
from xlcrm.match.score import Weights
from xlcrm.match.train import Lesson, Pairs, train
from xlcrm.model.context import Context
from xlcrm.model.operation import Change, Operation
from xlcrm.model.vocabularies import vocabulary
from xlcrm.sheets.listfile import ListFile, read_list
from xlcrm.store.base import Store

SETTING = "match.weights"
_LABELS = ("cluster_id", "cluster", "label", "同一客户", "分组")
_MOST = 200_000
"""Pairs that are learned from: more change nothing."""


def weights(settings: Mapping[str, str]) -> Weights:
    """The weights of a store with these ``settings``: its own, else the shipped ones. UsageError when they are damaged."""
    own = settings.get(SETTING)
    return score.loads(own) if own else score.shipped()


def learn(path: Path, columns: Sequence[str], matcher: Matcher, decisions: Path | None, before: Weights) -> Lesson:
    """``before`` adapted to the decisions about the list at ``path``.

    The decisions stand in a column of the list that is equal for rows of one customer (cluster_id, 同一客户), or in
    ``decisions``, a file of ``xlcrm dedupe`` whose column "decision" people filled in. UsageError when neither is there;
    BookError when a file cannot be read.
    """
    rows = read_list(path)
    found = recognised(rows, columns, path, matcher)
    normal = normalise({key: rows.column(*positions) for key, positions in found.items() if key != ROW})
    if decisions is not None:
        ids = rows.column(*found[ROW]).to_list() if ROW in found else [str(number) for number in range(1, len(rows) + 1)]
        left, right, same = _answers(decisions, ids)
    else:
        labels = _labels(rows, path)
        candidates = block.pairs(normal)
        step = 1 + len(candidates.left) // _MOST
        left, right = candidates.left[::step], candidates.right[::step]
        same = labels[left] == labels[right]
    levels, rarity = compare(encode(normal), left, right)
    return train(Pairs(levels, rarity, same), before)


def _labels(rows: ListFile, path: Path) -> np.typing.NDArray[np.int64]:
    for header in _LABELS:
        if header in rows.headers:
            values = rows.column(rows.headers.index(header)).to_list()
            known: dict[str, int] = {}
            # Whoever left it blank said nothing: such a row is like no other.
            return np.array([known.setdefault(value, len(known)) if value else -1 - at for at, value in enumerate(values)])
    raise UsageError("match.no_labels", path=path.name, headers="、".join(_LABELS))


def _answers(
    path: Path, ids: Sequence[str]
) -> tuple[np.typing.NDArray[np.int64], np.typing.NDArray[np.int64], np.typing.NDArray[np.bool_]]:
    """The pairs (positions of rows) that people decided about, and what they said."""
    try:
        lines = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError("match.no_decisions", path=path.name) from error
    at = {name: position for position, name in enumerate(ids)}
    words = vocabulary("decision")
    found = []
    for line in lines:
        option = words.find(line.get("decision") or "")
        pair = at.get(line.get("id1") or ""), at.get(line.get("id2") or "")
        if option is not None and option.code in ("merge", "distinct") and None not in pair:
            found.append((*pair, option.code == "merge"))
    if not found:
        raise UsageError("match.no_decisions", path=path.name)
    left, right, same = zip(*found, strict=True)
    return np.array(left, np.int64), np.array(right, np.int64), np.array(same, bool)


def with_advice(before: Weights, words: Sequence[str]) -> Weights:
    """``before`` with other thresholds: ``advice=probability`` each (merge=0.98). UsageError for anything else."""
    advice = dict(before.advice)
    for word in words:
        code, _, value = word.partition("=")
        try:
            number = float(value)
        except ValueError:
            number = -1.0
        if code not in advice or not 0 <= number <= 1:
            raise UsageError("match.bad_threshold", word=word, codes=", ".join(advice))
        advice[code] = number
    if advice["merge"] < advice["ask"]:
        raise UsageError("match.bad_threshold", word=" ".join(words), codes=", ".join(advice))
    return replace(before, advice=advice)


def keep(store: Store, found: Weights | None, context: Context) -> None:
    """Make ``found`` the weights of the store; None goes back to the shipped ones. Logged like every change."""
    text = score.dumps(found) if found is not None else ""
    store.apply(Operation("settings", [Change("setting", SETTING, "", {"value": text})]), context)
