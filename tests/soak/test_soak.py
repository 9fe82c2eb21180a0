"""A tenth of ``make soak``, with seeds of its own."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.soak.places import Server, opened
from tests.soak.plan import Plan, plan
from tests.soak.run import run
from tests.store.cluster import programs

RUNS = range(1001, 1021)
PLANS = [plan(seed) for seed in RUNS]


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, Server]]:
    if programs() is None and not os.environ.get("XLCRM_REQUIRE_ALL"):
        pytest.skip("PostgreSQL is not installed: run .ci/install system")
    with opened({"postgres", "disk"}) as found:
        yield found


@pytest.mark.parametrize("one", [one for one in PLANS if one.engine == "sqlite"], ids=lambda one: str(one.seed))
def test_nothing_is_lost_on_sqlite(one: Plan) -> None:
    assert run(one).wrong == [], f"again: python -m tests.soak --runs 1 --seed {one.seed}"


@pytest.mark.parametrize("one", [one for one in PLANS if one.engine != "sqlite"], ids=lambda one: str(one.seed))
def test_nothing_is_lost_on_postgresql(one: Plan, servers: dict[str, Server]) -> None:
    assert run(one, servers[one.engine]).wrong == [], f"again: python -m tests.soak --runs 1 --seed {one.seed}"
