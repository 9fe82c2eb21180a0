"""Every cell of the matrix, tried through xlcrm: people of every role on their own, their department's and others' customers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from tests.cli.conftest import Run, Said
from xlcrm import app
from xlcrm.jobs import people
from xlcrm.match import block
from xlcrm.match.normalise import normalise
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Record, Result, Values
from xlcrm.model.rows import Cell
from xlcrm.model.tables import CUSTOMER, INTERACTION
from xlcrm.rules.rights import FIELDS, MATRIX, Action, Group, Scope, group_of
from xlcrm.sheets import template
from xlcrm.sheets.files import open_book
from xlcrm.store.base import Store

RELATIONS = {"own": Scope.OWN, "department": Scope.DEPARTMENT, "other": Scope.ALL}
SHOWN = {  # a field of each class, and how it looks in plain
    Group.NAME: ("name", None),
    Group.CORE: ("grade", "A"),
    Group.CONTACT: ("contact", "王小明"),
    Group.SENSITIVE: ("phone", None),
    Group.MARKET: ("source", "展会拜访"),
    Group.ORDINARY: ("need", "要快"),
    Group.OWNER: ("owner", None),
    Group.SYSTEM: ("created_at", "2025-03-12 14:30:00"),
}
CHANGED: dict[Group, tuple[str, Cell, str]] = {  # what is typed, and how it is stored
    Group.NAME: ("short_name", "新简称", "新简称"),
    Group.CORE: ("grade", "B", "B"),
    Group.CONTACT: ("contact", "李新", "李新"),
    Group.SENSITIVE: ("email", "li@haihe.example", "li@haihe.example"),
    Group.MARKET: ("source", "转介绍", "referral"),
    Group.ORDINARY: ("need", "要稳", "要稳"),
    Group.OWNER: ("owner", "第三同事", ""),
}
PLACES = ["松江", "盐田", "滨江", "雁塔", "洪山", "岳麓", "历下", "思明", "包河", "鼓楼", "江宁", "朝阳"]


@dataclass
class Firm:
    """A store with a person for each role and customers of theirs, of their department and of others."""

    run: Run
    monkeypatch: pytest.MonkeyPatch
    folder: Path
    people: dict[str, Person]
    customers: dict[tuple[str, str, Group], Record]

    def as_(self, who: str, *words: object) -> Said:
        """Run a command as somebody."""
        self.monkeypatch.setenv("LOGNAME", who)
        return self.run(*words)

    @contextmanager
    def store(self, who: str = "chief") -> Iterator[tuple[Store, Context]]:
        """The store as somebody sees it."""
        self.monkeypatch.setenv("LOGNAME", who)
        with app.opened(app.store_url()) as store:
            person = next(one for one in store.people() if one.account == who)
            yield store, Context(person, app.clock)

    def now(self, role: str, relation: str, group: Group) -> Record:
        """The customer as it really stands."""
        with self.store() as (store, _):
            rid = self.customers[role, relation, group].rid
            return store.records([rid])[rid]


def allowed(role: str, action: Action, relation: str, group: Group = Group.RECORD) -> bool:
    """What the declaration says, read without the functions under test."""
    return MATRIX[role].get(action, {}).get(group, Scope.NONE) >= RELATIONS[relation]


@pytest.fixture
def firm(run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Firm:
    monkeypatch.setenv("LOGNAME", "chief")
    made = Firm(run, monkeypatch, tmp_path, {}, {})
    with app.opened(app.store_url()) as store:
        context = Context(store.people()[0], app.clock)

        def person(name: str, account: str, department: str, roles: str) -> Person:
            return people.add(store, context, name, account, department, roles)

        person("第三同事", "third", "华北", "entry")
        near, far = person("部门同事", "near", "华东", "entry"), person("外区同事", "far", "华南", "entry")
        changes, wanted = [], []
        for role in MATRIX:
            made.people[role] = person(f"{role}甲", role, "华东", role)
            owners = {"own": made.people[role].rid, "department": near.rid, "other": far.rid}
            wanted += [(role, relation, group, owners[relation]) for relation in RELATIONS for group in FIELDS]
        numbers = store.numbers(CUSTOMER.number, len(wanted), context.now())
        for count, ((role, relation, group, owner), number) in enumerate(zip(wanted, numbers, strict=True)):
            values: Values = {
                "name": f"{PLACES[count % 12]}{role}{relation}{group}第{count}号贸易有限公司", "contact": "王小明",
                "phone": f"+86139{count:04}{count:04}", "industry": "C35", "size": "medium", "contact_title": "采购总监",
                "source": "fair", "first_contact": "2025-03-11", "status": "prospect", "kind": "company", "grade": "A",
                "need": "要快", "owner": owner,
            }  # fmt: skip
            rid = new_rid()
            changes.append(Change("customer", rid, rid, values, number=number))
            made.customers[role, relation, group] = Record("customer", rid, 1, values, number)
        normal = normalise({key: [one.values.get(key) for one in changes] for key in ("name", "contact", "phone")})
        for change, keys in zip(changes, block.keys(normal), strict=True):
            change.keys = keys
        receipt = store.apply(Operation("submit", changes), context)
        assert {one.result for one in receipt.outcomes} == {Result.STORED}
    return made


@pytest.mark.parametrize("role", MATRIX)
def test_reading(firm: Firm, role: str) -> None:
    """show, reveal, log and export: no more and no less than declared."""
    for relation in RELATIONS:
        record = firm.customers[role, relation, Group.CORE]
        told = firm.as_(role, "show", record.number, "--json")
        named = allowed(role, Action.READ, relation, Group.NAME)
        assert told.code == (0 if named else 1), (relation, told)
        values = told.data["customer"][0] if named else {}
        assert named or not any(str(value) in told.out for key, value in record.values.items() if key in ("name", "phone"))
        for group, (key, plain) in SHOWN.items():
            value = values.get(CUSTOMER[key].title("zh"))
            expected = plain or (record.values[key] or "").removeprefix("+86")
            if key == "owner":
                expected = {"own": f"{role}甲", "department": "部门同事", "other": "外区同事"}[relation]
            where = (relation, group, value)
            if allowed(role, Action.READ, relation, group):
                assert value == expected, where
            elif allowed(role, Action.MASKED, relation, group):
                assert value and "*" in value and value != expected, where
            elif group is not Group.OWNER:  # whose it is decides about the rights, and may be known of what is found
                assert value is None, where
            if group is not Group.SYSTEM:
                shown = firm.as_(role, "reveal", record.number, CUSTOMER[key].zh, "--reason", "回访")
                may = named and any(allowed(role, action, relation, group) for action in (Action.READ, Action.REVEAL))
                assert shown.code == (0 if may else 2), (where, shown)
                assert not may or shown.out.strip() == expected, where
        history = firm.as_(role, "log", record.number)
        assert history.code == (1 if not named else 0 if allowed(role, Action.LOG, relation) else 2), (relation, history)
    path = firm.folder / "导出.xlsx"
    made = firm.as_(role, "export", path)
    assert made.code == (0 if Action.EXPORT in MATRIX[role] else 2), made
    if made.code == 0:
        rows = open_book(path).read(CUSTOMER)
        exported = set(rows.columns["name"])
        owners = {"own": f"{role}甲", "department": "部门同事", "other": "外区同事"}
        theirs = {relation for relation, owner in owners.items() if owner in rows.columns["owner"]}
        assert theirs == {relation for relation in RELATIONS if allowed(role, Action.EXPORT, relation)}
        for (whose, relation, _), one in firm.customers.items():
            assert whose != role or (one.values["name"] in exported) == allowed(role, Action.EXPORT, relation)


@pytest.mark.parametrize("role", MATRIX)
def test_changing_and_adding(firm: Firm, role: str) -> None:
    """One workbook that changes a field of each class of each kind of customer, and adds customers and interactions."""
    asked = [(relation, group) for relation in RELATIONS for group in CHANGED]
    records = [firm.customers[role, relation, group] for relation, group in asked]
    columns: dict[str, list[Cell]] = {"number": [*(one.number for one in records), None], "version": [*[1.0] * len(records), None]}
    fresh: dict[str, Cell] = {
        "name": "厦门鹭江仪器有限公司", "contact": "林一", "phone": "13600001111", "industry": "专用设备制造业", "size": "中型企业(100-500人)",
        "contact_title": "经理", "source": "转介绍", "first_contact": datetime(2025, 3, 12), "status": "潜在客户",
    }  # fmt: skip
    for key in {one[0] for one in CHANGED.values()} | fresh.keys():
        columns[key] = [None] * len(records) + [fresh.get(key)]
    for row, (_, group) in enumerate(asked):
        key, typed, _ = CHANGED[group]
        columns[key][row] = typed
    talks: dict[str, list[Cell]] = {
        "customer": [firm.customers[role, relation, Group.SYSTEM].number for relation in RELATIONS],
        "at": [datetime(2025, 3, 12, 9)] * 3, "way": ["电话"] * 3, "topic": ["报价"] * 3, "summary": ["客户问价，已答复。"] * 3,
        "feedback": ["有兴趣"] * 3, "next_step": ["周五前寄样品"] * 3,
    }  # fmt: skip
    path = firm.folder / "改.xlsx"
    template.build(path, "zh", {"customer": columns, "interaction": talks})
    done = firm.as_(role, "submit", path, "--json")
    assert done.code in (0, 1), done
    book = open_book(path)
    rows, talked = book.read(CUSTOMER), book.read(INTERACTION)
    for row, (relation, group) in enumerate(asked):
        key, _, stored = CHANGED[group]
        may = allowed(role, Action.CHANGE, relation, group)
        before, after = firm.customers[role, relation, group], firm.now(role, relation, group)
        where = (relation, group, rows.cell(row, "submit_status"), rows.cell(row, "problem"))
        assert rows.cell(row, "submit_status") == ("已提交" if may else "已退回"), where
        assert may or rows.cell(row, "problem"), where
        changed = rid_of(firm, "third") if group is Group.OWNER else stored
        assert after.values[key] == (changed if may else before.values.get(key)), where
    added = allowed(role, Action.CREATE, "own")
    assert rows.cell(len(asked), "submit_status") == ("已提交" if added else "已退回")
    for row, relation in enumerate(RELATIONS):
        expected = "已提交" if allowed(role, Action.CREATE, relation) else "已退回"
        assert talked.cell(row, "submit_status") == expected, (relation, talked.cell(row, "problem"))


def rid_of(firm: Firm, account: str) -> str:
    with firm.store() as (store, _):
        return next(one.rid for one in store.people() if one.account == account)


@pytest.mark.parametrize("role", MATRIX)
def test_the_store_itself_refuses(firm: Firm, role: str) -> None:
    """Whatever a job forgets to ask: every change is asked about inside the transaction."""
    with firm.store(role) as (store, context):
        for relation in RELATIONS:
            for group, (key, _, value) in CHANGED.items():
                one = firm.customers[role, relation, group]
                change = Change("customer", one.rid, one.rid, {key: value or context.actor.rid}, 1)
                outcome = store.apply(Operation("submit", [change]), context).outcomes[0]
                may = allowed(role, Action.CHANGE, relation, group)
                assert (outcome.result is Result.REFUSED) != may, (relation, group, outcome)
                assert may or outcome.field == key
            talk = new_rid()
            target = firm.customers[role, relation, Group.SYSTEM]
            new = Change("interaction", talk, target.rid, {"customer": target.rid, "topic": "x"})
            expected = Result.STORED if allowed(role, Action.CREATE, relation) else Result.REFUSED
            assert store.apply(Operation("submit", [new]), context).outcomes[0].result is expected
            for state, action, group in (("merged", Action.MERGE, Group.MARKET), ("void", Action.VOID, Group.NAME)):
                one, into = firm.customers[role, relation, group], firm.customers[role, relation, Group.SYSTEM]
                into_rid = into.rid if state == "merged" else None
                change = Change("customer", one.rid, one.rid, {}, 1, state=state, merged_into=into_rid)
                done = store.apply(Operation("merge", [change]), context).outcomes[0]
                may = allowed(role, action, relation) and state != "void"  # that takes the consent of two others
                assert (done.result is Result.REFUSED) != may, (relation, state, done)
        setting = Change("setting", "changes", "", {"value": "direct"})
        done = store.apply(Operation("settings", [setting]), context).outcomes[0]
        assert (done.result is Result.REFUSED) != allowed(role, Action.SETTINGS, "other")
    added = firm.as_(role, "people", "--add", "新人", "--roles", "admin")
    assert added.code == (0 if allowed(role, Action.PEOPLE, "other") else 2), added


def test_every_class_is_tried() -> None:
    assert set(SHOWN) == set(FIELDS)
    assert set(CHANGED) == set(FIELDS) - {Group.SYSTEM}
    for group, (key, _) in SHOWN.items():
        assert group_of(CUSTOMER, CUSTOMER[key]) is group
    for group, (key, _, _) in CHANGED.items():
        assert group_of(CUSTOMER, CUSTOMER[key]) is group




@pytest.mark.parametrize("role", MATRIX)
def test_no_output_shows_a_telephone_that_is_not_plain_to_its_reader(firm: Firm, role: str) -> None:
    """Every way out of the store, searched for the digits themselves."""
    from xlcrm.jobs import find

    secret: list[str] = []
    said: list[str] = []
    for relation in RELATIONS:
        record = firm.customers[role, relation, Group.CORE]
        if not allowed(role, Action.READ, relation, Group.SENSITIVE):
            secret.append((record.values["phone"] or "").removeprefix("+86"))
        asked = (["show", record.number], ["show", record.number, "--json"], ["log", record.number], ["log", record.number, "--json"])
        said += [firm.as_(role, *words).out for words in asked]
    said.append(firm.as_(role, "changes").out)
    path, log = firm.folder / "masked.xlsx", firm.folder / "masked.csv"
    if firm.as_(role, "export", path).code == 0:
        said.append(str(open_book(path).read(CUSTOMER).columns["phone"]))
    if firm.as_(role, "audit", "export", "--out", log).code == 0:
        said.append(log.read_text("utf-8-sig"))
    with firm.store(role) as (store, context):
        rules = app.Desk("zh", app.store_url(), _store=store).rulebook
        for relation in RELATIONS:
            one = firm.customers[role, relation, Group.CORE]
            said.append(str(find.find(store, context, rules, one.values["name"] or "").lines))
            said.append(str(store.kept([one.rid])) + str(store.as_of([(one.rid, 1)])))
    assert not [digits for digits in secret for text in said if digits in text]
