"""A simulated year of a firm's store: forty colleagues consolidate old lists on the first day, then work on."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path

from xlcrm.crypto.cipher import Cipher
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Decision, Operation, Values
from xlcrm.model.vocabularies import vocabulary
from xlcrm.store import sqlite
from xlcrm.store.sql import SqlStore

UNTIL = datetime(2025, 11, 20, 18)
DAYS = 365
PEOPLE = [
    Person(f"{place:032x}", f"p{place}", f"同事{place}", f"销售{place % 4 + 1}部", frozenset({"entry"})) for place in range(1, 41)
]
BOSS = Person("b" * 32, "boss", "管理员", "", frozenset({"admin", "steward"}))
_PARTS = 2  # operations of a day: large ones, as what is measured is reading
_OLD = 0.4  # of the customers come from old lists
_INDUSTRIES = [option.code for option in vocabulary("industry").options if option.parent]
_PROVINCES = [option.code for option in vocabulary("province").options]
_SOURCES = ("website", "fair", "call", "referral", "online")
_STAGES = ("first", "need", "offer", "negotiation", "won", "lost")
_LATER: Values = {"industry": "I65", "size": "medium", "contact_title": "经理", "source": "fair", "budget": "50.00"}
_WHY = ("价格太高，选了便宜的", "被竞争对手抢走", "服务响应慢，不满意", "项目取消，没有需求了", "联系不上", "说不清")


def build(path: Path, cipher: Cipher, customers: int = 100_000, entries: int = 1_000_000) -> SqlStore:
    """The store of a year with so many customers and so many entries in its log, give or take a hundredth."""
    store = sqlite.open(path, cipher)
    chance = random.Random(7)
    firm = _Firm(chance)
    old = round(customers * _OLD)
    days = [day for place in range(DAYS) if (day := (UNTIL - timedelta(days=DAYS - place)).date()).weekday() < 5]
    _write(store, days[0], [firm.customer(days[0], old=True) for _ in range(old)], [], chance)
    fresh = (customers - old) / len(days)
    others = (entries - customers) / len(days)
    for place, day in enumerate(days):
        due = round(fresh * (place + 1)) - round(fresh * place)
        work = firm.work(day, round(others) - 1)  # on customers of earlier days
        made = [firm.customer(day) for _ in range(due)]
        decided = [Decision(f"{place:08x}", "distinct" if chance.random() < 0.7 else "drop")]
        _write(store, day, [*made, *work], decided, chance)
    boss = store.ensure_person(BOSS.account, BOSS.name, BOSS.roles, UNTIL)  # until now nobody's rights were asked for
    for person in PEOPLE:
        store.add_person(person, Context(boss, lambda: UNTIL))
    return store


def _by(person: Person, day: date, hour: int) -> Context:
    return Context(person, lambda: datetime.combine(day, time(hour)))


def _write(store: SqlStore, day: date, changes: list[Change], decisions: list[Decision], chance: random.Random) -> None:
    step = max(1, -(-len(changes) // _PARTS))
    for part, start in enumerate(range(0, len(changes), step)):
        some = changes[start : start + step]
        store.apply(Operation("submit", some, [] if part else decisions), _by(chance.choice(PEOPLE), day, 9 + 8 * part))


class _Firm:
    """What there is by now: enough to make changes that fit."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.customers: list[tuple[str, Values]] = []
        self.versions: dict[str, int] = {}
        self.opportunities: list[tuple[str, str, Values]] = []
        self.requests: list[tuple[str, str, Values, date]] = []
        """Those that are not closed, with the day of their last step: what waits longest first."""
        self.raised = 0
        self.wanting: list[tuple[str, Values]] = []
        """New customers that lack something, until their owners complete them."""

    def customer(self, day: date, old: bool = False) -> Change:
        chance, rid = self.chance, new_rid()
        core = "".join(chance.choices("海河华信科技电子机械商贸食品纺织东方南山长江天元宏达", k=4)) + str(len(self.customers))
        gap = 0.25 if old else 0.06
        first = day - timedelta(days=chance.choice((0, 0, 0, 1, 1, 3)))
        values: Values = {
            "name": f"深圳市{core}有限公司", "contact": "王小明", "phone": f"+8613{chance.randrange(10**9):09d}", "kind": "company",
            "owner": chance.choice(PEOPLE).rid, "province": chance.choice(_PROVINCES), "status": "lead",
        }  # fmt: skip
        due = {
            "industry": chance.choice(_INDUSTRIES), "size": chance.choice(("small", "medium", "large")), "contact_title": "采购总监",
            "source": chance.choice(_SOURCES), "first_contact": first.isoformat(), "budget": f"{chance.randrange(300)}.00",
        }  # fmt: skip
        values |= {key: value for key, value in due.items() if chance.random() > gap}
        if not old and due.keys() - values.keys():
            self.wanting.append((rid, values))
        self.customers.append((rid, values))
        self.versions[rid] = 1
        return Change("customer", rid, rid, dict(values), number=f"CX{day:%Y%m}{len(self.customers):06d}")

    def work(self, day: date, count: int) -> list[Change]:
        """``count`` entries of a day, in the shares of a year."""
        kinds = (self.talk, self.update, self.tag, self.opportunity, self.stage, self.request)
        asked = [self.complete, *self.chance.choices(kinds, (40, 30, 9, 4, 6, 3), k=count)]
        changes: dict[str, Change] = {}
        for kind in asked:
            for change in kind(day):
                if change.rid not in changes:  # once a day each
                    changes[change.rid] = change
                    self.versions[change.rid] = (change.base or 0) + 1
        return list(changes.values())

    def _one(self) -> tuple[str, Values]:
        return self.chance.choice(self.customers)

    def talk(self, day: date) -> Iterator[Change]:
        rid, values = self._one()
        at = datetime.combine(day, time(8)) - timedelta(hours=self.chance.choice((1, 2, 3, 5, 12, 20, 22, 30)))
        said: Values = {
            "customer": rid, "at": at.isoformat(" "), "way": self.chance.choice(("phone", "visit", "mail")), "topic": "方案演示",
            "summary": "客户询问价格，已答复报价周期", "feedback": "interested", "follower": values["owner"],
        }  # fmt: skip
        yield Change("interaction", new_rid(), rid, said, number=f"HD{self.chance.randrange(10**12)}")

    def complete(self, day: date) -> Iterator[Change]:
        """Most of the customers that were new the day before and lack something get it."""
        waiting, self.wanting = self.wanting, []
        for rid, values in waiting:
            if self.chance.random() < 0.9:
                said: Values = {key: value for key, value in _LATER.items() if not values.get(key)} | {"first_contact": str(day)}
                values |= said
                yield Change("customer", rid, rid, said, self.versions[rid])

    def update(self, day: date) -> Iterator[Change]:
        chance, (rid, values) = self.chance, self._one()
        blank = [key for key in ("industry", "size", "contact_title", "source", "first_contact") if not values.get(key)]
        if blank and chance.random() < 0.5:
            said: Values = {blank[0]: (_LATER | {"first_contact": str(day)})[blank[0]]}
        elif chance.random() < 0.25:
            said = self._status(values, day)
        elif chance.random() < 0.3:
            said = {"phone_check": chance.choice(("phone", "phone", "phone", "invalid")), "phone_check_date": str(day)}
        else:
            said = {"remark": f"{day}：电话跟进", "need": f"降低采购成本{chance.randrange(99)}"}
        values |= said
        yield Change("customer", rid, rid, said, self.versions[rid])

    def _status(self, values: Values, day: date) -> Values:
        status, chance = values["status"], self.chance
        if status == "lead":
            return {"status": chance.choice(("prospect", "prospect", "lost"))}
        if status == "prospect":
            end = str(day + timedelta(days=365))
            return {"status": "won", "contract_amount": f"{chance.randrange(1, 200)}.00", "contract_end": end}
        if status == "won" and chance.random() < 0.2:
            return {"status": "lost", "remark": f"{day}：{chance.choice(_WHY)}"}
        return {"grade": chance.choice("ABCD")}

    def tag(self, day: date) -> Iterator[Change]:
        rid, _ = self._one()
        yield Change("tag", new_rid(), rid, {"customer": rid, "type": "value", "name": "value-high"})

    def opportunity(self, day: date) -> Iterator[Change]:
        rid, _ = self._one()
        made, amount = new_rid(), f"{self.chance.randrange(1, 90)}.00"
        said: Values = {"customer": rid, "title": "年度采购", "stage": "first", "amount": amount, "expected_on": str(day)}
        self.opportunities.append((made, rid, said))
        yield Change("opportunity", made, rid, dict(said), number=f"JH{len(self.opportunities):08d}")

    def stage(self, day: date) -> Iterator[Change]:
        if self.opportunities:
            rid, customer, said = self.chance.choice(self.opportunities)
            said["stage"] = self.chance.choice(_STAGES)
            yield Change("opportunity", rid, customer, {"stage": said["stage"]}, self.versions[rid])

    def request(self, day: date) -> Iterator[Change]:
        """A new request, or the next step of one: without anybody's rights, which are not what is measured."""
        waiting = sum(last < day for *_, last in self.requests)
        if not waiting or self.chance.random() < 0.25:
            rid, values = self._one()
            made = new_rid()
            said: Values = {
                "customer": rid, "field": "grade", "after": "A", "reason": "客户要求", "urgency": "normal", "state": "open",
                "raised_through": self.chance.choice(("staff", "customer")), "initiator": values["owner"], "round": "1",
                "opened_at": f"{day} 17:30:00",
            }  # fmt: skip
            self.requests.append((made, rid, said, day))
            self.raised += 1
            yield Change("request", made, rid, dict(said), number=f"GX{day:%Y%m%d}{self.raised:06d}")
            return
        # Most often what waits longest, so that most deadlines are kept.
        place = 0 if self.chance.random() < 0.9 else self.chance.randrange(waiting)
        rid, customer, said, _ = self.requests.pop(place)
        step: dict[str, Values] = {
            "open": {"state": "updated", "done_on": str(day)}, "updated": {"state": "confirmed", "told_on": str(day)},
            "confirmed": {"state": "closed"},
        }  # fmt: skip
        said |= step[said["state"] or ""]
        if said["state"] != "closed":
            self.requests.append((rid, customer, said, day))
        yield Change("request", rid, customer, step_of(said), self.versions[rid])


def step_of(said: Values) -> Values:
    """The fields that steps set, as they stand."""
    return {key: said[key] for key in ("state", "done_on", "told_on") if key in said}
