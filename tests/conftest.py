"""What tests of several rooms need."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.store.cluster import Cluster, programs


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for the whole session of this process."""
    found = programs()
    if found is None:
        if os.environ.get("XLCRM_REQUIRE_ALL"):
            pytest.fail("PostgreSQL is not installed: run .ci/install system")
        pytest.skip("PostgreSQL is not installed: run .ci/install system")
    server = Cluster(found)
    yield server
    server.remove()
