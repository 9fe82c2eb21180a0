"""报表: what the figures are (mission section 13). Nothing here knows how they are shown (sheets/report)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from xlcrm.jobs.progress import Progress, silent
from xlcrm.jobs.report import (
    churn,
    customers,
    duplicates,
    funnel,
    interactions,
    opportunities,
    overview,
    quality,
    requests,
    value,
)
from xlcrm.jobs.report.ground import Ground
from xlcrm.jobs.report.part import Part
from xlcrm.model.context import Context
from xlcrm.model.figures import KINDS, Report
from xlcrm.rules.rights import Group
from xlcrm.rules.rulebook import Rulebook
from xlcrm.store.base import Store

Make = Callable[[Ground], Part]
_MAKERS: Mapping[str, tuple[Sequence[Group], Make]] = {
    "customers": (customers.NEEDS, customers.part),
    "funnel": (funnel.NEEDS, funnel.part),
    "value": (value.NEEDS, value.part),
    "churn": (churn.NEEDS, churn.part),
    "opportunities": (opportunities.NEEDS, opportunities.part),
    "interactions": (interactions.NEEDS, interactions.part),
    "requests": (requests.NEEDS, requests.part),
    "duplicates": (duplicates.NEEDS, duplicates.part),
    "quality": (quality.NEEDS, quality.part),
}
"""The classes of fields that each kind is made of, and who makes it."""


def report(
    store: Store,
    context: Context,
    rulebook: Rulebook,
    kinds: Collection[str] = (),
    where: Sequence[tuple[str, str, str]] = (),
    asked: str = "",
    progress: Progress = silent,
) -> Report:
    """The figures of ``kinds`` (of model/figures.KINDS; none means all) about the customers that fit ``where`` (store.scan),
    the conditions of the filter ``asked``.

    Only what the acting person may know; a kind of which that is nothing is left out, and said to be. Raises StoreError, and
    UsageError for a filter that is none.
    """
    ground = Ground(store, context, rulebook, where, asked)
    wanted = [kind for kind in KINDS if kind in kinds or not kinds]
    made: dict[str, Part] = {}
    left_out = []
    needed = [kind for kind in _MAKERS if kind in wanted or ("overview" in wanted and kind in overview.ORDER)]
    for done, kind in enumerate(needed):
        progress(ground.text("step", section=ground.text(f"section_{kind}")), done, len(needed) + 1)
        needs, make = _MAKERS[kind]
        logged = ground.past.logged
        if not ground.may(*needs) or (kind == "duplicates" and not logged):
            if kind in wanted:
                left_out.append(ground.text("left_out", section=ground.text(f"section_{kind}")))
            continue
        made[kind] = make(ground)
    sections = [made[kind].section for kind in wanted if kind in made]
    if "overview" in wanted and made.keys() & set(overview.ORDER):
        sections.insert(0, overview.section(ground, made, wanted))
    elif "overview" in wanted:
        left_out.insert(0, ground.text("left_out", section=ground.text("section_overview")))
    if not ground.past.logged:
        left_out.append(ground.text("left_out_past"))
    progress("", len(needed) + 1, len(needed) + 1)
    return Report(
        rulebook.moment.strftime("%Y-%m-%d %H:%M"), context.actor.name, ground.scope(Group.NAME), ground.text("title"),
        tuple(sections), tuple(left_out),
    )  # fmt: skip
