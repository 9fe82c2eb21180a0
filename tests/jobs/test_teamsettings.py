"""What a team can set: each has a meaning in both languages, nothing else can be set, and it holds at once."""

from __future__ import annotations

import pytest

from tests.jobs.conftest import Office
from xlcrm.catalogue import area
from xlcrm.errors import UsageError
from xlcrm.jobs import teamsettings
from xlcrm.rules.teamsettings import NAMES, allowed, default


def test_every_setting_has_a_default_that_is_allowed_and_a_meaning() -> None:
    assert all(allowed(name, default(name)) and allowed(name, "") for name in NAMES)
    assert {f"of_{name}" for name in NAMES} == {key for key in area("settings") if key.startswith("of_")}


@pytest.mark.parametrize(("name", "value"), [("changes", "maybe"), ("due_days", "0"), ("due_days", "three"), ("due_days", "٣"), ("tag.高价值", "x"), ("nothing", "1")])
def test_what_makes_no_sense_is_refused(office: Office, name: str, value: str) -> None:
    with pytest.raises(UsageError):
        teamsettings.keep(office.store, office.context(), name, value)
    assert office.store.settings().get(name) is None


def test_a_setting_holds_until_it_goes_back_to_its_default(office: Office) -> None:
    teamsettings.keep(office.store, office.context(), "changes", "strict")
    assert office.store.settings()["changes"] == "strict"
    teamsettings.keep(office.store, office.context(), "changes", "")
    assert not office.store.settings().get("changes")


def test_only_who_may_change_settings_sets_them(office: Office) -> None:
    with pytest.raises(UsageError):
        teamsettings.keep(office.store, office.context(office.person("李雷", "entry")), "review", "double")
