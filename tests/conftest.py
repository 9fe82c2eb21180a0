"""What tests of several rooms need."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.cluster import Cluster, memory, programs
from tests.store.secured import Secured


def _programs() -> Path:
    """Where PostgreSQL's server programs lie."""
    found = programs()
    if found is not None:
        return found
    if os.environ.get("XLCRM_REQUIRE_ALL"):
        pytest.fail("PostgreSQL is not installed: run .ci/install system")
    pytest.skip("PostgreSQL is not installed: run .ci/install system")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server for the whole session of this process."""
    server = Cluster(_programs(), disk=memory())
    yield server
    server.remove()


@pytest.fixture(scope="module")
def alone() -> Iterator[Cluster]:
    """A server that holds nothing but what one module's tests put there: every byte of it can be looked at."""
    server = Cluster(_programs(), disk=memory())
    yield server
    server.remove()


@pytest.fixture(scope="session")
def secured() -> Iterator[Secured]:
    """A server that is reached over the network, with TLS and passwords."""
    server = Secured(_programs())
    yield server
    server.remove()
