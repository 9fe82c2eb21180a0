"""Peers: pairs with a score for each tool. Run in the peers' own environment by ``one.py``.

Every tool gets the same columns that our normaliser made (what a careful user of it would prepare), for nothing: the time
of cleaning is counted for us only. All columns are text, "" or None where blank.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable
from itertools import combinations
from typing import Any

import pandas as pd

Pairs = list[tuple[int, int, float]]
warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)

CUSTOMER = ("core", "person", "phone", "mail", "street", "place")
PEOPLE = ("given", "family", "born", "identity", "postcode", "locality", "street", "door")


def blocks(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """The blocking rules for a list's columns."""
    if "given" in frame:
        return [("identity",), ("born",), ("family", "given"), ("family", "postcode"), ("given", "postcode")]
    return [("core",), ("phone",), ("mail",), ("person", "head"), ("person", "tail")]


def exact(frame: pd.DataFrame) -> Pairs:
    """pandas: equal name and equal phone (people: equal family name and birth date)."""
    by = ["family", "born"] if "given" in frame else ["core", "phone"]
    whole = frame.dropna(subset=by)
    found: Pairs = []
    for rows in whole.groupby(by, sort=False).indices.values():
        index = whole.index[rows]
        found += [(int(index[0]), int(other), 1.0) for other in index[1:]]
    return found


def recordlinkage(frame: pd.DataFrame) -> Pairs:
    """recordlinkage: exact blocks, Jaro-Winkler and equality, its ECM classifier."""
    import recordlinkage as rl

    index = rl.Index()
    for rule in blocks(frame):
        index.block(list(rule))
    pairs = index.index(frame)
    compare = rl.Compare(n_jobs=2)
    for column in frame.columns:
        if column in ("head", "tail"):
            continue
        if column in ("phone", "mail", "place", "identity", "born", "postcode", "door"):
            compare.exact(column, column, label=column, missing_value=0)
        else:
            compare.string(column, column, method="jarowinkler", threshold=0.85, label=column, missing_value=0)
    features = compare.compute(pairs, frame)
    model = rl.ECMClassifier(binarize=0.8)
    model.fit(features)
    scores = model.prob(features)
    return [(int(left), int(right), float(score)) for (left, right), score in scores.items()]


def splink(frame: pd.DataFrame) -> Pairs:
    """Splink on DuckDB: term frequencies, u by random sampling, m by EM over two blockings."""
    import splink.comparison_library as cl
    from splink import Linker, SettingsCreator, block_on
    from splink.internals.duckdb.database_api import DuckDBAPI

    if "given" in frame:
        comparisons = [
            cl.ForenameSurnameComparison("given", "family"),
            cl.DamerauLevenshteinAtThresholds("born", [1, 2]),
            cl.DamerauLevenshteinAtThresholds("identity", [1, 2]),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("locality", [0.9, 0.8]).configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("street", [0.9, 0.8]),
            cl.DamerauLevenshteinAtThresholds("door", [1]),
        ]
        training = [block_on("identity"), block_on("born"), block_on("given", "family")]
    else:
        comparisons = [
            cl.JaroWinklerAtThresholds("core", [0.92, 0.85, 0.75]).configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("person", [0.9]).configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("phone", [1]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("mail"),
            cl.JaroWinklerAtThresholds("street", [0.9, 0.8]),
            cl.ExactMatch("place").configure(term_frequency_adjustments=True),
        ]
        training = [block_on("core"), block_on("phone")]
    data = frame.reset_index(names="unique_id")
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=comparisons,
        blocking_rules_to_generate_predictions=[block_on(*rule) for rule in blocks(frame)],
    )
    api = DuckDBAPI()
    linker = Linker(api.register(data), settings, log_level=50)
    linker.training.estimate_probability_two_random_records_match([training[0]], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for rule in training:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    found = linker.inference.predict(threshold_match_probability=0.01).as_pandas_dataframe()
    return list(zip(found["unique_id_l"].tolist(), found["unique_id_r"].tolist(), found["match_probability"].tolist(), strict=True))


def dedupe(frame: pd.DataFrame, labels: list[str]) -> Pairs:
    """dedupe 3, trained on 400 labelled pairs of the same list (which no other tool gets)."""
    import io

    import dedupe as dd
    from dedupe import variables

    texts = [column for column in frame.columns if column not in ("head", "tail")]
    records: dict[int, dict[str, Any]] = {
        row: {column: value if isinstance(value, str) and value else None for column, value in zip(texts, values, strict=True)}
        for row, values in enumerate(frame[texts].itertuples(index=False, name=None))
    }
    model = dd.Dedupe([variables.String(column, has_missing=True) for column in texts], num_cores=2)
    groups: dict[str, list[int]] = {}
    for row, label in enumerate(labels):
        groups.setdefault(label, []).append(row)
    matches = [pair for rows in groups.values() for pair in combinations(rows[:2], 2)][:200]
    distinct = [(rows[0], other[0]) for rows, other in zip(list(groups.values())[:200], list(groups.values())[1:201], strict=True)]
    training = {
        "match": [(records[a], records[b]) for a, b in matches],
        "distinct": [(records[a], records[b]) for a, b in distinct],
    }
    file = io.StringIO()
    from dedupe.serializer import write_training

    write_training(training, file)
    file.seek(0)
    model.prepare_training(records, training_file=file, sample_size=1500)
    model.train(recall=0.95, index_predicates=False)
    found: Pairs = []
    for rows, scores in model.partition(records, 0.5):
        found += [(rows[0], other, float(min(scores[0], score))) for other, score in zip(rows[1:], scores[1:], strict=True)]
    return found


def allpairs(frame: pd.DataFrame) -> Pairs:
    """rapidfuzz: every pair of whole rows as text (10,000 rows at most)."""
    import numpy as np
    from rapidfuzz import fuzz, process

    texts = frame[[column for column in frame.columns if column not in ("head", "tail")]].fillna("").agg(" ".join, axis=1).tolist()
    found: Pairs = []
    for start in range(0, len(texts), 500):
        scores = process.cdist(texts[start : start + 500], texts, scorer=fuzz.token_sort_ratio, workers=-1, score_cutoff=60)
        rows, others = np.nonzero(scores)
        keep = others > rows + start
        found += [(int(row) + start, int(other), float(scores[row, other]) / 100) for row, other in zip(rows[keep], others[keep], strict=True)]
    return found


TOOLS: dict[str, Callable[..., Pairs]] = {
    "exact key": exact,
    "recordlinkage": recordlinkage,
    "Splink": splink,
    "dedupe": dedupe,
    "all pairs": allpairs,
}
