"""What 环境检查 finds out about a store, by each role and on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from tests.store.firm import Firm
from xlcrm.jobs.doctor.caring import care


def test_every_role_learns_what_is_theirs_to_see_to(firm: Firm, tmp_path: Path) -> None:
    found = {}
    for role in ("entry", "reviewer", "steward", "manager", "finance", "marketing", "admin"):
        with firm.as_(role) as (store, context):
            later = replace(context, clock=lambda: context.clock() + timedelta(days=3660))
            found[role] = care(store, later, tmp_path, None, None, "")
    assert all(one.sealed for one in found.values())
    assert {role for role, one in found.items() if one.begun} == {"steward", "admin"}, "who may read the whole log"
    assert [role for role, one in found.items() if one.backup] == ["admin"] if firm.cluster is None else True
    waiting = {role: one.unreviewed for role, one in found.items()}
    assert {role for role, count in waiting.items() if count} == {"entry", "steward", "manager"}
    own = sum(one.values.get("owner") == firm.people["entry"].rid for one in firm.whole.scan("customer"))
    assert waiting["entry"] == own and waiting["manager"] > waiting["steward"] >= own
