"""What a consolidation found, in a few sentences for a terminal or a dialog."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from xlcrm.catalogue import text
from xlcrm.jobs.consolidate import Consolidation
from xlcrm.model.resultsheets import COLLECTION, RIVALS, WANTING
from xlcrm.model.vocabularies import vocabulary

SHOWN = 12
"""Names that are told; the sheet has them all."""


def sentences(done: Consolidation, language: str) -> list[str]:
    """What a consolidation found, for a terminal or a dialog."""
    joined = sum(1 for unit in done.units if len(unit.rows) > 1)
    found = [
        text(
            "consolidate.done",
            language,
            files=len(done.deliveries),
            read=sum(1 for one in done.deliveries if one.state == "read"),
            rows=done.rows,
            customers=len(done.units),
            new=done.new,
            changed=done.changed,
            same=len(done.units) - done.new - done.changed,
        )
    ]
    if joined:
        found.append(text("consolidate.joined", language, count=joined))
    if done.asked["headers"] or done.asked["words"]:
        found.append(text("consolidate.to_match", language, **done.asked))
    if done.asked["patterns"] or done.asked["conflicts"]:
        found.append(text("consolidate.to_decide", language, pairs=len(done.matches), **done.asked))
    else:
        found.append(text("consolidate.nothing_to_decide", language))
    if done.strangers:
        named = (text("consolidate.stranger", language, name=name, rows=rows) for name, rows in done.strangers.most_common(SHOWN))
        found.append(text("consolidate.strangers", language, names="、".join(named)))
    if done.asked["rivals"]:
        found.append(text("consolidate.to_manager", language, count=done.asked["rivals"], sheet=RIVALS.title(language)))
    gaps = len(done.columns.get(WANTING.key, {}).get("place", ()))
    if gaps:
        found.append(text("consolidate.to_complete", language, count=gaps, sheet=WANTING.title(language)))
    progress = done.columns.get(COLLECTION.key, {})
    if progress:
        found.append(_collected(progress, language))
    return found


def _collected(progress: Mapping[str, Sequence[object]], language: str) -> str:
    words = vocabulary("collection_state")
    states = [found.code if (found := words.find(str(state))) else "" for state in progress["state"]]
    missing = [str(name) for name, state in zip(progress["person"], states, strict=True) if state == "missing"]
    names = text("consolidate.names", language, names="、".join(missing[:SHOWN])) if missing else ""
    counts = {code: states.count(code) for code in ("delivered", "faulty", "missing")}
    return text("consolidate.collected", language, names=names, **counts)
