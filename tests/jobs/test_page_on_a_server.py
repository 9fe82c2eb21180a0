"""The page about a customer, saved views and exports for somebody outside, each with a login of its own: the database is asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from tests.jobs.conftest import ALL, NOW, Office
from tests.jobs.test_customer360 import everything, rich
from tests.jobs.test_rights_on_a_server import CIPHER, login
from tests.store.cluster import Cluster
from xlcrm.errors import UsageError
from xlcrm.jobs import outside, proposals, views
from xlcrm.jobs.customer360.page import page
from xlcrm.jobs.filters import conditions
from xlcrm.store.postgres import opening

TRADE = "行业=制造业"


@pytest.fixture
def team(cluster: Cluster) -> Iterator[dict[str, Office]]:
    """The chief, who owns the one customer, and a colleague of each role."""
    database = cluster.database()
    with ExitStack() as stack:
        store = stack.enter_context(closing(opening.create(cluster.url(database), "赵敏", ALL, NOW, CIPHER)))
        team = {"chief": Office(store, store.people()[0])}
        rich(team["chief"])
        for role in ("marketing", "reviewer", "steward", "manager"):
            one = contextmanager(login)(cluster, database, team["chief"], f"page{role}", role)
            team[role] = stack.enter_context(one)
        yield team


def test_each_login_sees_keeps_and_exports_what_it_may(team: dict[str, Office], tmp_path: Path) -> None:
    (record,) = team["chief"].store.scan("customer")
    told = {}
    for role, one in team.items():
        (seen,) = one.store.records([record.rid]).values()
        told[role] = everything(page(one.store, one.context(), one.rulebook(), seen))
    assert "13900002222" in told["steward"] and f"客户互动记录表 HD{record.number}0002：新建" in told["steward"]
    assert "联系方式 ***" in told["reviewer"] and "王小明" in told["reviewer"]
    assert not any(word in told["reviewer"] for word in ("13900002222", "wang@haihe.cn"))
    assert (
        not any(word in told["marketing"] for word in ("2222", "王小明", "120.50", "样机先到")) and "高价值" in told["marketing"]
    )

    steward, manager, marketing = team["steward"], team["manager"], team["marketing"]
    with pytest.raises(UsageError):
        views.keep(marketing.store, marketing.context(), marketing.rulebook(), "制造", TRADE)
    assert views.keep(steward.store, steward.context(), steward.rulebook(), "制造", TRADE) == "制造"
    assert views.views(manager.store.settings()) == {"制造": TRADE}
    for said, count in ((TRADE, 1), ("标签=高价值", 1), ("标签≠高价值", 0), ("标签=", 0)):
        assert views.count(manager.store, conditions(said, manager.rulebook())) == count, said
        assert views.count(marketing.store, conditions(said, marketing.rulebook())) == count, said

    wanted = outside.want(steward.store, steward.context(), steward.rulebook(), TRADE, ("phone",))
    proposal = outside.propose(steward.store, steward.context(), wanted, "给合作方")
    proposals.approve(manager.store, manager.context(), proposal, manager.rulebook())
    wanted = outside.want(steward.store, steward.context(), steward.rulebook(), TRADE, ("phone",))
    assert outside.export(tmp_path / "对外.xlsx", steward.store, steward.context(), steward.rulebook(), wanted) == 1
    (entry,) = (one for one in team["chief"].store.log("", 1000).entries if one.after.get("kind") == "outside")
    assert (entry.actor, entry.after["field"], entry.after["count"]) == (steward.actor.rid, "phone", "1")
