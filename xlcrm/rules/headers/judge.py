"""One column by itself: what its header says held against what its values say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from xlcrm.model.fields import Kind
from xlcrm.model.learned import Target, target
from xlcrm.model.tables import BY_KEY, CUSTOMER
from xlcrm.rules.headers import units
from xlcrm.rules.headers.column import HALF, NO, YES, Column, Match
from xlcrm.rules.headers.names import SPELLED, TITLE, WORD, Candidate

_VAGUE = frozenset({Kind.TEXT, Kind.LONG, Kind.NUMBER, Kind.REFERENCE, Kind.DECIMAL, Kind.INTEGER, Kind.DATE, Kind.MOMENT})
"""Kinds whose values tell little: any text is a text, and a date may be any day."""


_ANYTHING = frozenset({"grade", "name", "consent"})
"""Dropdowns whose words, A or 是, say nothing by themselves."""


def told(column: Column, said: str, here: bool) -> Match:
    """What a person said: in this very layout (``here``) it holds; elsewhere unless the values are against it."""
    place = target(said)
    if place is None:
        return column.match(None, "ignored", "headers.told_none")
    match = Match(column.number, place.field, place.table, "sure", "headers.told", {}, (), place.unit, place.slot)
    fit = column.look.fit(BY_KEY[place.table][place.field])
    return match if here or fit is None or fit > NO else replace(match, certainty="doubtful", reason="headers.told_elsewhere")


def judged(column: Column, main: str) -> Match:
    """What a column of a list of ``main``'s kind is."""
    found = column.candidates
    if column.reading.silent or not found:
        return _by_values(column, main)
    nowhere = max((one.rank for one in found if not one.table), default=0)
    ranked = sorted((one for one in found if one.table), key=column.order, reverse=True)
    if not ranked and main != CUSTOMER.key and not (column.look.counts or nowhere == TITLE):
        return column.match(None, "doubtful", "headers.perhaps_none")  # what customers have no field for, this list may have
    if not ranked or nowhere == TITLE:
        return column.match(None, "ignored", "headers.no_field")
    best = ranked[0]
    fit = column.fit(best)
    if fit is not None and fit <= NO:
        return _contradicted(column, best, ranked, main)
    if nowhere > best.rank or (nowhere == best.rank and not found[0].table):
        hints = _hints(column, main)
        spoken = nowhere < WORD and best.place in [one.place for one in hints]
        return column.match(best if spoken else None, "doubtful", "headers.perhaps_none", [*ranked, *hints])
    rivals = [one for one in found if one is not best and not _beaten(one, best, column)]
    confirmed = fit is not None and fit >= YES and best.rank >= SPELLED and _telling(best, column)
    thin = (best.rank < WORD and not confirmed) or (fit is not None and fit < HALF)
    if not rivals and not thin:
        reason = "headers.both" if fit is not None and fit >= YES else "headers.name"
        return _measured(column, column.match(best, "sure", reason, ranked))
    hints = _hints(column, main)
    if best.rank < WORD and hints and BY_KEY[best.table][best.field].kind is Kind.LONG:  # 客户情况: 潜在, 意向, 成交
        return column.match(hints[0], "doubtful", "headers.several", [*hints, *ranked])
    reason = "headers.several" if rivals else "headers.vague"
    return _measured(column, column.match(best, "doubtful", reason, [*ranked, *hints]))


def _beaten(one: Candidate, best: Candidate, column: Column) -> bool:
    """Whether a rival is out of the question: no plainer word for it, or the values are against it and for the best."""
    if one.rank < best.rank and best.rank >= WORD:
        return True
    fit, other = column.fit(best), column.fit(one)
    if fit is None or fit < YES or not _telling(best, column):
        return False
    if not one.table:  # a known option speaks for itself; a mobile may be anybody's
        return BY_KEY[best.table][best.field].kind is Kind.OPTION
    return other is not None and other <= 0.5


def _telling(one: Candidate, column: Column) -> bool:
    return BY_KEY[one.table][one.field].kind not in _VAGUE and len(column.look.cells) > 1 and one.rank >= SPELLED


def _contradicted(column: Column, best: Candidate, ranked: Sequence[Candidate], main: str) -> Match:
    """The values cannot be what the header says."""
    fitting = [one for one in ranked if (column.fit(one) or 0.0) >= YES]
    hints = _hints(column, main)
    shaped = [one for one in hints if one.field == column.look.suggestion]
    guess = next(iter((*shaped, *fitting, *hints)), None)
    if guess is None and best.rank >= WORD and BY_KEY[best.table][best.field].kind is Kind.OPTION:
        guess = best  # words that nobody taught us yet
    sample = str(column.look.cells[0]) if column.look.cells else ""
    match = column.match(guess, "doubtful", "headers.contradicted", [*hints, *ranked])
    return replace(match, values={"field": f"{best.table}.{best.field}", "sample": sample[:20]})


def _by_values(column: Column, main: str) -> Match:
    """A header that says nothing: the values alone are a hint, never certain."""
    seen = column.look
    if column.reading.silent and (not seen.filled or seen.counts):
        return column.match(None, "ignored", "headers.nameless")
    if hints := _hints(column, main):
        return column.match(hints[0], "doubtful", "headers.values", hints)
    return column.match(None, "doubtful", "headers.unknown")


def _hints(column: Column, main: str) -> list[Candidate]:
    """The fields that the values alone suggest, likeliest first: by their shape, or because a dropdown has nearly all of them."""
    seen = column.look
    shaped = [seen.suggestion] if main == CUSTOMER.key and seen.suggestion else []
    words = [one for one in BY_KEY[main].data if one.kind is Kind.OPTION and one.key not in _ANYTHING]
    shares = [(seen.fit(one) or 0.0, -place, one.key) for place, one in enumerate(words)] if len(seen.cells) > 1 else []
    said = [key for share, _, key in sorted(shares, reverse=True) if share >= 0.8]
    return [Candidate(main, key, 0) for key in (*shaped, *said)]


def _measured(column: Column, match: Match) -> Match:
    """With the unit that the header names; unsure where the figures look like another."""
    if match.field is None:
        return match
    unit, certain = units.factor(column.reading.heading, BY_KEY[match.table][match.field], column.look)
    if certain:
        converted = unit is not None and match.certainty == "sure"
        return replace(match, unit=unit, reason="headers.unit" if converted else match.reason)
    alternatives = (str(Target(match.table, match.field, match.slot)), *match.alternatives)
    return replace(match, unit=unit, certainty="doubtful", reason="headers.unit_unclear", alternatives=alternatives)
