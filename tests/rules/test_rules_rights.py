"""The declaration of rights is complete and hangs together."""

from __future__ import annotations

import pytest

from xlcrm import app
from xlcrm.catalogue import area
from xlcrm.model.context import Person
from xlcrm.model.fields import Kind, Role
from xlcrm.model.tables import CUSTOMER, STORED
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules import masking
from xlcrm.rules.changes import Way, way
from xlcrm.rules.rights import (
    BY_FIELD,
    FIELDS,
    MATRIX,
    STORE_WIDE,
    Action,
    Group,
    Level,
    Rights,
    Scope,
    group_of,
    rights_of,
    widest,
)  # fmt: skip

ANNA = Person("a", "anna", "安娜", "华东", frozenset({"entry"}))
BORIS = Person("b", "boris", "博文", "华东", frozenset({"entry"}))
CHEN = Person("c", "chen", "陈晨", "华南", frozenset({"entry"}))
MANAGER = Person("m", "mei", "梅", "华东", frozenset({"manager"}))
PEOPLE = (ANNA, BORIS, CHEN, MANAGER)
DAY = "2025-03-12"


def of(person: Person, *others: Person) -> Rights:
    return rights_of(person, {one.rid: one for one in (*PEOPLE, person, *others)}.values(), DAY)


def test_every_role_is_declared_and_the_first_person_has_all() -> None:
    assert set(MATRIX) == {option.code for option in vocabulary("role").options}
    assert set(MATRIX) == app.EVERYTHING


def test_rights_are_asked_as_they_are_declared() -> None:
    for role, actions in MATRIX.items():
        for action, grants in actions.items():
            assert (set(grants) <= set(FIELDS)) if action in BY_FIELD else (set(grants) == {Group.RECORD}), (role, action)
            if action in STORE_WIDE:
                assert set(grants.values()) == {Scope.ALL}


@pytest.mark.parametrize("role", MATRIX)
def test_nobody_writes_what_they_may_not_read(role: str) -> None:
    """A change, merge or comparison of masked values would store the mask."""
    read = {group: widest({role}, Action.READ, group) for group in FIELDS}
    for group in FIELDS:
        assert widest({role}, Action.CHANGE, group) <= read[group]
        assert widest({role}, Action.REVEAL, group) <= widest({role}, Action.MASKED, group)
    for action in (Action.MERGE, Action.EXPORT):
        assert all(widest({role}, action) <= scope for scope in read.values())
    assert widest({role}, Action.CHANGE, Group.SYSTEM) is Scope.NONE


@pytest.mark.parametrize("role", MATRIX)
def test_whose_a_customer_is_can_be_seen_where_it_decides(role: str) -> None:
    for action, grants in MATRIX[role].items():
        decides = {scope for scope in grants.values() if scope in (Scope.OWN, Scope.DEPARTMENT)}
        assert all(scope <= widest({role}, Action.READ, Group.OWNER) for scope in decides), action


def test_every_word_of_the_matrix_can_be_said() -> None:
    said = area("rights")
    assert {f"action_{one}" for one in Action} | {f"group_{one}" for one in Group} <= said.keys()
    assert {f"scope_{one.name.lower()}" for one in Scope} <= said.keys()


def test_every_field_has_a_class() -> None:
    for table in STORED:
        for field in table.fields:
            group = group_of(table, field)
            assert (group is Group.SENSITIVE) == field.sensitive
            assert (group is Group.SYSTEM) == (field.role in (Role.SHEET, Role.AUDIT))
            if field.kind is Kind.PERSON and not field.sensitive:
                assert group in (Group.CONTACT, Group.NAME)
    assert group_of(CUSTOMER, CUSTOMER["source"]) is Group.MARKET
    assert group_of(CUSTOMER, CUSTOMER["contract_amount"]) is Group.CORE


def test_own_department_and_other_customers() -> None:
    manager = of(MANAGER)
    owners = ["b", "c", None, "nobody"]
    assert manager.column(Action.MERGE, owners) == [True, False, True, False]
    assert manager.level("b", Group.SENSITIVE) is Level.PLAIN
    assert manager.level("c", Group.SENSITIVE) is Level.MASKED
    assert of(ANNA).column(Action.CHANGE, ["a", "b", None], Group.CORE) == [True, False, True]
    nowhere = Person("n", "n", "无", "", frozenset({"manager"}))
    homeless = Person("h", "h", "无", "", frozenset({"entry"}))
    assert not of(nowhere, homeless).may(Action.CHANGE, "h", Group.CORE), "no department is no department in common"


def test_a_deputy_acts_for_the_absent_until_the_day() -> None:
    away = Person("a", "anna", "安娜", "华东", frozenset({"entry"}), "c", DAY)
    assert of(CHEN, away).may(Action.CHANGE, "a", Group.CORE)
    assert not of(CHEN, away).may(Action.CHANGE, "b", Group.CORE)
    assert not rights_of(CHEN, (away, CHEN), "2025-03-13").may(Action.READ, "a", Group.NAME)
    manager = Person("m", "mei", "梅", "华东", frozenset({"manager"}), "c")
    assert of(CHEN, manager).may(Action.APPROVE, "b", Group.CORE)
    gone = Person("a", "anna", "安娜", "华东", frozenset({"entry"}), "c", DAY, disabled=True)
    assert not of(CHEN, gone).may(Action.READ, "a", Group.NAME)


def test_somebody_disabled_may_do_nothing() -> None:
    off = Person("a", "anna", "安娜", "华东", app.EVERYTHING, disabled=True)
    rights = of(off)
    assert not any(rights.ever(action) for action in Action)
    assert set(rights.levels("a").values()) == {Level.HIDDEN}


def test_what_happens_to_a_change() -> None:
    core, plain, owner = CUSTOMER["status"], CUSTOMER["budget"], CUSTOMER["owner"]
    steward = of(Person("s", "s", "孙洁", "", frozenset({"steward"})))
    assert way(CUSTOMER, core, of(ANNA), "a", {}) is Way.WRITE
    assert way(CUSTOMER, core, of(ANNA), "a", {"changes": "core"}) is Way.REQUEST
    assert way(CUSTOMER, plain, of(ANNA), "a", {"changes": "core"}) is Way.WRITE
    assert way(CUSTOMER, plain, of(ANNA), "a", {"changes": "strict"}) is Way.REQUEST
    assert way(CUSTOMER, plain, of(BORIS), "a", {}) is Way.REFUSE
    assert way(CUSTOMER, plain, steward, "a", {}) is Way.WRITE
    assert way(CUSTOMER, plain, of(BORIS), None, {}) is Way.WRITE
    assert way(CUSTOMER, owner, of(ANNA), "a", {}) is Way.REFUSE, "a handover is the manager's"
    assert way(CUSTOMER, owner, steward, "a", {}) is Way.WRITE
    for mode in ("core", "strict"):
        assert way(CUSTOMER, core, steward, "a", {"changes": mode}) is Way.REQUEST, "nobody without a second person"
        assert way(CUSTOMER, core, steward, "a", {"changes": mode}, agreed=True) is Way.WRITE
        assert way(CUSTOMER, core, of(ANNA), "a", {"changes": mode}, agreed=True) is Way.REQUEST, "she may not approve it"
    assert way(CUSTOMER, core, of(BORIS), "a", {"changes": "core"}, agreed=True) is Way.REFUSE


@pytest.mark.parametrize(
    ("value", "kind", "shown"),
    [
        ("+8613912345678", Kind.PHONE, "139****5678"),
        ("+861062345678", Kind.PHONE, "010-****5678"),
        ("+8613912345678 +8695588", Kind.PHONE, "139****5678；***88"),
        ("wang@haihe.example", Kind.EMAIL, "w***@haihe.example"),
        ("王小明", Kind.PERSON, "王**"),
        ("6222021234567890123", Kind.BANKCARD, "********0123"),
        ("深南大道8号", Kind.TEXT, None),
    ],
)
def test_masks(value: str, kind: Kind, shown: str | None) -> None:
    assert masking.masked(value, kind) == shown
