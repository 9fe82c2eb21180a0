"""Free texts that say alike: complaints about one thing, in different words."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from rapidfuzz import fuzz, process

ALIKE = 65
"""Of 100: from here two texts are taken for alike."""
_SHORT = 3  # characters below which a text is compared as a whole: as part of another it would be in everything
_NOISE = re.compile(
    r"[\W\d_]|[一二三四五六七八九十两几多次天周月年个点了又再很非常的]|客户|我们|你们|贵司|希望|要求|反映|反馈|表示|投诉|问题"
)


def plain(text: str) -> str:
    """A text without what says nothing: numbers, marks, and the words that every complaint has."""
    return _NOISE.sub("", text.lower())


def groups(texts: Sequence[str], alike: int = ALIKE) -> list[list[int]]:
    """The texts (indexes) that say alike, the largest group first, each text in one at most; single ones are left out.

    A group is one text with all that are like it: what is like something that is like something is not drawn in.
    """
    said = [plain(text) for text in texts]
    kept = [index for index, text in enumerate(said) if text]
    words = [said[index] for index in kept]
    part, whole = (process.cdist(words, words, scorer=scorer, score_cutoff=alike) for scorer in (fuzz.partial_ratio, fuzz.ratio))
    long = np.array([len(word) >= _SHORT for word in words], bool)
    scores = np.where(long[:, None] & long[None, :], part, whole)
    near = [set(np.flatnonzero(row >= alike).tolist()) for row in scores]
    free, found = set(range(len(kept))), []
    while free:
        seed = min(free, key=lambda index: (-len(near[index] & free), index))
        group = near[seed] & free | {seed}
        free -= group
        if len(group) > 1:
            found.append([kept[index] for index in sorted(group)])
    return found
