"""Messages of steps: stored with the step, sent once, worded for who reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.mail.servers import Mailbox, port, running
from xlcrm.crypto import keys
from xlcrm.crypto.cipher import Cipher
from xlcrm.jobs import proposals
from xlcrm.jobs.notify import making, reminding, saying
from xlcrm.jobs.notify.sending import PAUSES, STALE, Fate, Sender, Sent
from xlcrm.jobs.requests.acting import act
from xlcrm.jobs.requests.raising import new_request
from xlcrm.mail import server
from xlcrm.mail.post import Post
from xlcrm.model.context import Context, Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation, Record, Values
from xlcrm.model.tables import REQUEST
from xlcrm.model.wish import Wish
from xlcrm.rules.rulebook import Rulebook
from xlcrm.rules.telling import Event, Reader, Staff, readers, staff
from xlcrm.store import guard, sqlite
from xlcrm.store.base import Store

NOW = datetime(2025, 3, 12, 14, 30)
ORIGIN = "crm@example.com"


@dataclass
class Firm:
    """A store, its people, and one customer of 陈晨's."""

    store: Store
    people: dict[str, Person]
    customer: str
    now: datetime = NOW

    def context(self, name: str = "赵敏") -> Context:
        return Context(self.people[name], lambda: self.now, "zh", "test")

    @property
    def rulebook(self) -> Rulebook:
        names = {one.rid: one.name for one in self.people.values()}
        return Rulebook(self.now, names=names, settings=self.store.settings())

    @property
    def everybody(self) -> Staff:
        return staff(self.store.people(), self.store.settings(), self.now.date().isoformat())

    def request(self, field: str = "phone", after: str | None = "+8613800001234", **more: str) -> Record:
        """A request of 李丽's about the customer, without any message."""
        customer = self.store.records([self.customer])[self.customer]
        change = new_request(self.context("李丽"), customer, field, after, {"reason": "客户来电", **more})
        change.number = self.store.numbers(str(REQUEST.number), 1, f"{self.now}")[0]
        self.store.apply(Operation("request", [change]), self.context("李丽"))
        return self.stored(change.rid)

    def stored(self, rid: str) -> Record:
        return self.store.records([rid])[rid]

    def act(self, by: str, request: Record, step: str, **values: str) -> Record:
        """Take a step, with its messages."""
        (answer,) = act(self.store, self.context(by), self.rulebook, [Wish(request.rid, step, dict(values))])
        assert answer.done, (answer.key, answer.said)
        return self.stored(request.rid)

    def updated(self, **more: str) -> Record:
        """A request that went as far as its update, with the messages of that last step alone."""
        request = self.act("王芳", self.request(**more), "pass", verify_way="customer", verify_note="14:00 电话核实")
        self.sent([one for one in self.store.notices() if one.values["about"] == request.rid])
        return self.act("赵敏", request, "apply")

    def sent(self, notices: Sequence[Record]) -> None:
        """Let ``notices`` have been sent."""
        claims = [Change("notice", one.rid, self.customer, {"state": "sent"}, one.version) for one in notices]
        self.store.apply(Operation("notice", claims), self.context())

    def event(self, request: Record, step: str, by: str, **after: str) -> Event:
        owner = self.people["陈晨"].rid
        values = {**request.values, **after}
        return Event(
            "request", request.rid, step, request.version, values, self.people[by].rid, self.customer, owner, request.created_by
        )

    def told(self, event: Event) -> dict[str, str]:
        """Kind of message by the reader's name, "" for the customer."""
        names = {one.rid: one.name for one in self.people.values()}
        return {names.get(one.person, ""): one.kind for one in readers(event, self.everybody)}

    def notify(self, event: Event, by: str = "李丽") -> list[Change]:
        changes = making.notices([event], self.everybody)
        self.store.apply(Operation("notice", changes), self.context(by))
        return changes

    def sender(self, folder: Path, post: Post | None = None, by: str = "赵敏") -> Sender:
        return Sender(self.store, self.context(by), self.rulebook, self.everybody, folder, post, ORIGIN if post else "")

    def states(self) -> list[str]:
        return sorted(one.values["state"] or "" for one in self.store.notices())


@pytest.fixture
def firm(tmp_path: Path) -> Iterator[Firm]:
    found = made(tmp_path / "store.db")
    yield found
    found.store.close()


def made(path: Path) -> Firm:
    store = sqlite.open(path, Cipher(keys.parse(keys.new_key())))
    first = store.ensure_person("zhao", "赵敏", ("steward", "admin"), NOW)
    store.change_person(replace(first, email="zhao@example.com"), Context(first, lambda: NOW))
    for name, account, department, roles in (
        ("陈晨", "chen", "销售部", "entry"), ("李丽", "li", "销售部", "manager"), ("王芳", "wang", "", "reviewer"),
        ("周强", "zhou", "销售部", "manager"), ("钱多", "qian", "", "finance"), ("孙静", "sun", "", "marketing"),
    ):  # fmt: skip
        person = Person(new_rid(), account, name, department, frozenset({roles}), email=f"{account}@example.com")
        store.add_person(person, Context(first, lambda: NOW))
    people = {one.name: one for one in store.people()}
    values: Values = {
        "name": "深圳市海河电子有限公司", "contact": "王小明", "phone": "+8613912345678", "email": "xm@client.example", "grade": "A",
        "status": "intent", "remark": "老客户", "owner": people["陈晨"].rid,
    }  # fmt: skip
    rid = new_rid()
    change = Change("customer", rid, rid, values, number=store.numbers("CX{yyyy}{mm}{n:04}", 1, f"{NOW}")[0])
    store.apply(Operation("submit", [change]), Context(people["赵敏"], lambda: NOW))
    return Firm(store, people, rid)


# Who is told


def test_who_is_told_of_each_step(firm: Firm) -> None:
    request = firm.request()
    verify = {"赵敏": "verify", "王芳": "verify", "周强": "verify"}
    assert firm.told(firm.event(request, "raise", "李丽")) == verify
    assert firm.told(firm.event(request, "raise", "李丽", urgency="urgent")) == {**verify, "陈晨": "urgent"}
    assert firm.told(firm.event(request, "take", "王芳")) == {"李丽": "taken"}
    assert firm.told(firm.event(request, "pass", "王芳")) == {}, "others still have to speak"
    assert firm.told(firm.event(request, "pass", "王芳", verify_result="passed")) == {
        "赵敏": "carry_out",
        "周强": "carry_out",
        "陈晨": "carry_out",
    }
    assert firm.told(firm.event(request, "fail", "王芳")) == {"李丽": "failed"}
    assert firm.told(firm.event(request, "again", "李丽")) == verify
    assert firm.told(firm.event(request, "apply", "赵敏")) == {"李丽": "confirm", "陈晨": "updated"}
    assert firm.told(firm.event(request, "apply", "赵敏", raised_through="customer")) == {
        "李丽": "confirm",
        "陈晨": "updated",
        "": "thanks",
    }
    done = {"verifier": firm.people["王芳"].rid, "updater": firm.people["赵敏"].rid}
    assert firm.told(firm.event(request, "confirm", "李丽", **done)) == {"赵敏": "confirmed", "王芳": "confirmed"}
    assert firm.told(firm.event(request, "reopen", "李丽", **done)) == {**verify, "陈晨": "reopened"}, (
        "once, and what asks for something"
    )
    assert firm.told(firm.event(request, "close", "赵敏")) == {"李丽": "closed", "陈晨": "closed"}
    assert firm.told(firm.event(request, "withdraw", "李丽", **done)) == {"王芳": "withdrawn"}
    assert firm.told(firm.event(request, "told", "赵敏")) == {}


def test_business_state_goes_to_its_seats(firm: Firm) -> None:
    status = firm.request("status", "won")
    assert firm.told(firm.event(status, "raise", "李丽")) == {"周强": "verify", "钱多": "verify"}


def test_what_the_system_noticed_asks_who_answers_for_it(firm: Firm) -> None:
    asked = firm.request(after=None, raised_through="system")
    assert firm.told(firm.event(asked, "raise", "李丽", initiator=firm.people["陈晨"].rid)) == {"陈晨": "asked"}
    assert set(firm.told(firm.event(asked, "fill", "陈晨", initiator=firm.people["陈晨"].rid, after="x")).values()) == {"verify"}


def test_deputies_are_told_and_those_who_left_are_not(firm: Firm) -> None:
    li, sun = firm.people["李丽"], firm.people["孙静"]
    firm.store.change_person(replace(li, deputy=sun.rid, deputy_until="2025-03-12"), firm.context())
    request = firm.request()
    assert firm.told(firm.event(request, "fail", "王芳")) == {"李丽": "failed", "孙静": "failed"}
    firm.now += timedelta(days=1)
    assert firm.told(firm.event(request, "fail", "王芳")) == {"李丽": "failed"}
    firm.store.change_person(replace(firm.people["王芳"], disabled=True), firm.context())
    assert set(firm.told(firm.event(request, "raise", "李丽"))) == {"赵敏", "周强"}


def test_proposals_go_to_the_open_seats_and_their_outcome_back(firm: Firm) -> None:
    def told(kind: str, step: str, by: str) -> dict[str, str]:
        values: Values = {"kind": kind, "initiator": firm.people["李丽"].rid}
        return firm.told(Event("proposal", "p", step, 1, values, firm.people[by].rid, firm.customer, firm.people["陈晨"].rid))

    assert told("void", "propose", "李丽") == {"赵敏": "proposed", "周强": "proposed"}
    assert told("merge", "propose", "李丽") == {"赵敏": "proposed", "周强": "proposed", "陈晨": "proposed"}
    assert told("handover", "propose", "李丽") == {"周强": "proposed"}
    assert told("void", "declined", "周强") == {"李丽": "declined"}
    assert told("void", "done", "周强") == {"李丽": "done"}
    assert told("void", "withdrawn", "李丽") == {}


def test_one_message_a_step_and_reader(firm: Firm) -> None:
    request = firm.request()
    first = firm.notify(firm.event(request, "raise", "李丽"))
    assert [one.rid for one in firm.notify(firm.event(request, "raise", "李丽"))] == [one.rid for one in first]
    assert len(firm.store.notices()) == 3
    assert not {one.rid for one in first} & {
        one.rid for one in firm.notify(firm.event(replace(request, version=9), "raise", "李丽"))
    }


# What it says


def letters(firm: Firm, folder: Path) -> dict[str, str]:
    """Subject and text by receiver, as drafts."""
    assert firm.sender(folder).run().drafts
    found = {}
    for path in folder.iterdir():
        assert path.suffix == ".eml"
        message = message_from_bytes(path.read_bytes(), policy=default)
        assert message["From"] is None and message["X-Unsent"] == "1"
        body = message.get_body()
        assert body is not None
        to = message["To"].addresses[0].display_name if message["To"] else ""
        found[to] = f"{message['Subject']}\n{body.get_content()}"
    return found


def test_a_letter_says_what_its_reader_may_know_and_nothing_sensitive_in_plain(firm: Firm, tmp_path: Path) -> None:
    request = firm.request("phone", urgency="urgent")
    firm.notify(firm.event(request, "raise", "李丽"))
    found = letters(firm, tmp_path / "drafts")
    assert set(found) == {"赵敏", "王芳", "周强", "陈晨"}
    for said in found.values():
        assert str(request.number) in said
        assert "138****1234" in said and "139****5678" in said
        assert "13800001234" not in said and "+86" not in said
        assert "2025-03-12 16:30" in said, "urgent: two hours"
        assert "客户来电" in said or "周强" in said
    assert found["王芳"].startswith(f"请核验：{request.number} CX2025030001 深圳市海河电子有限公司 联系方式\n王芳：")
    assert found["陈晨"].startswith("紧急变更：")


def test_values_that_a_reader_may_not_see_are_left_out(firm: Firm, tmp_path: Path) -> None:
    request = firm.request("remark", "要求月结")
    event = firm.event(request, "raise", "李丽")
    notices = [making.notice(request.rid, firm.customer, reader, "x") for reader in readers(event, firm.everybody)]
    finance = replace(readers(event, firm.everybody)[0], person=firm.people["钱多"].rid)
    firm.store.apply(Operation("notice", [*notices, making.notice(request.rid, firm.customer, finance, "x")]), firm.context())
    found = letters(firm, tmp_path / "drafts")
    assert "老客户 → 要求月结" in found["王芳"]
    assert "要求月结" not in found["钱多"] and "客户来电" not in found["钱多"], "finance sees business state only"
    assert "请在客户库中查看" in found["钱多"]


def test_names_of_colleagues_and_reasons_stand_in_the_sentences(firm: Firm, tmp_path: Path) -> None:
    firm.act("周强", firm.request("grade", "B"), "fail", verify_reason="客户说没有变")
    (said,) = letters(firm, tmp_path / "drafts").values()
    assert "周强核验未通过，原因：客户说没有变" in said
    assert "合作等级：A → B" in said


def test_who_proposed_something_reads_what_became_of_it(firm: Firm) -> None:
    customer = firm.stored(firm.customer)
    proposal = proposals.propose_void(firm.store, firm.context("李丽"), customer, "重复录入")
    proposals.decline(firm.store, firm.context("周强"), proposal, "还有未结合同")
    sender = firm.sender(Path())
    said = {one.letter.name: one.letter.body for one in sender.letters(sender.waiting()) if one.letter}
    assert "您的提议未获同意：作废客户" in said["李丽"] and "原因：重复录入" in said["李丽"]


def test_the_customer_is_thanked_without_internals_and_only_at_a_certain_address(firm: Firm, tmp_path: Path) -> None:
    request = firm.updated(raised_through="customer")
    firm.updated(field="remark", after="要求月结", raised_through="customer", contact="另一位")
    sender = firm.sender(tmp_path / "drafts")
    written = [one.letter for one in sender.letters(sender.waiting()) if one.letter and one.notices[0].values["kind"] == "thanks"]
    assert {(one.name, one.to) for one in written} == {("王小明", "xm@client.example"), ("另一位", "")}
    (first,) = (one for one in written if one.to)
    assert "联系方式" in first.body and "2025-03-12" in first.body and "陈晨" in first.body
    (second,) = (one for one in written if not one.to)
    assert "“信息”变更" in second.body and "备注" not in second.body, "a field of the team's own is not named"
    for internal in ("赵敏", "李丽", "客户来电", "138", "139", request.number or "", "CX2025"):
        assert internal not in first.body + first.subject


def test_a_request_reopened_meanwhile_is_not_thanked_for(firm: Firm, tmp_path: Path) -> None:
    firm.act("李丽", firm.updated(raised_through="customer"), "reopen", remark="少了分机号")
    sender = firm.sender(tmp_path / "drafts")
    assert [one.letter for one in sender.letters(sender.waiting()) if one.notices[0].values["kind"] == "thanks"] == [None]


# Sending


def run(firm: Firm, at: int, folder: Path) -> Sent:
    with Post(server.server("127.0.0.1", ORIGIN, port=at), limit=5) as post:
        return firm.sender(folder, post).run()


def test_everybody_gets_one_letter_and_then_nothing_waits(firm: Firm, tmp_path: Path) -> None:
    request, box, at = firm.request(), Mailbox(), port()
    changes = firm.notify(firm.event(request, "raise", "李丽"))
    with running(box, at):
        assert run(firm, at, tmp_path) == Sent(sent=3)
        assert run(firm, at, tmp_path) == Sent()
    assert sorted(one["To"].addresses[0].addr_spec for one in box.letters) == [
        "wang@example.com",
        "zhao@example.com",
        "zhou@example.com",
    ]
    assert {one["Message-ID"] for one in box.letters} == {f"<{one.rid}@example.com>" for one in changes}
    assert firm.states() == ["sent"] * 3
    assert not list(tmp_path.glob("*.eml"))


def test_people_without_an_address_become_drafts(firm: Firm, tmp_path: Path) -> None:
    firm.store.change_person(replace(firm.people["王芳"], email=""), firm.context())
    firm.notify(firm.event(firm.request(), "raise", "李丽"))
    box, at = Mailbox(), port()
    with running(box, at):
        assert run(firm, at, tmp_path / "drafts") == Sent(sent=2, drafts=1)
    (draft,) = (tmp_path / "drafts").iterdir()
    assert "王芳" in draft.name
    assert firm.states() == ["draft", "sent", "sent"]


def test_a_refused_receiver_is_given_up_and_said(firm: Firm, tmp_path: Path) -> None:
    firm.notify(firm.event(firm.request(), "raise", "李丽"))
    box, at = Mailbox(refused={"wang@example.com": "550 no such user"}), port()
    with running(box, at):
        assert run(firm, at, tmp_path) == Sent(sent=2, failed=1)
    (failed,) = firm.store.notices(("failed",))
    assert "wang@example.com" in (failed.values["trouble"] or "")
    lines = saying.table(firm.store, firm.rulebook, [failed])
    assert lines[1][1:5] == ["王芳", "请核验", "GX202503120001", "不能送达"]


def test_a_server_that_is_busy_is_tried_again_ever_later_and_then_given_up(firm: Firm, tmp_path: Path) -> None:
    firm.notify(firm.event(firm.request(), "take", "王芳"))
    box, at = Mailbox(refused={"li@example.com": "451 later"}), port()
    with running(box, at):
        for pause in PAUSES:
            assert run(firm, at, tmp_path) == Sent(later=1)
            firm.now += pause - timedelta(seconds=1)
            assert run(firm, at, tmp_path) == Sent()
            firm.now += timedelta(seconds=1)
        assert run(firm, at, tmp_path) == Sent(failed=1)
        box.refused.clear()
        firm.now += timedelta(days=30)
        assert run(firm, at, tmp_path) == Sent()
        with Post(server.server("127.0.0.1", ORIGIN, port=at)) as post:
            assert replace(firm.sender(tmp_path, post), again=True).run() == Sent(sent=1)
    assert [one.values["attempts"] for one in firm.store.notices()] == [str(len(PAUSES) + 2)]


def test_a_server_that_was_down_gets_everything_once_it_is_up(firm: Firm, tmp_path: Path) -> None:
    firm.notify(firm.event(firm.request(), "raise", "李丽"))
    box, at = Mailbox(sender="421 going down"), port()
    with running(box, at):
        down = run(firm, at, tmp_path)
    assert down.trouble is not None and down.trouble.key == "mail.turned_away"
    assert (down.sent, down.later) == (0, 1)
    assert sorted((one.values["attempts"], one.values["tried_at"]) for one in firm.store.notices()) == [
        ("0", None), ("0", None), ("1", f"{NOW}")
    ]  # fmt: skip
    box.sender = ""
    firm.now += PAUSES[0]
    with running(box, at):
        assert run(firm, at, tmp_path) == Sent(sent=3)
    assert firm.states() == ["sent"] * 3


def test_who_is_stopped_before_marking_leaves_the_same_letter_to_the_next(firm: Firm, tmp_path: Path) -> None:
    firm.notify(firm.event(firm.request(), "take", "王芳"))
    box, at = Mailbox(), port()
    with running(box, at):
        with Post(server.server("127.0.0.1", ORIGIN, port=at)) as post:
            stopped = firm.sender(tmp_path, post)
            stopped.deliver(stopped.letters(stopped.claim(stopped.waiting())))
        firm.now += STALE - timedelta(seconds=1)
        assert run(firm, at, tmp_path) == Sent()
        firm.now += timedelta(seconds=1)
        assert run(firm, at, tmp_path) == Sent(sent=1)
    assert len(box.letters) == 2 and len({one["Message-ID"] for one in box.letters}) == 1


def test_the_step_told_is_taken_once_the_customer_got_the_letter(firm: Firm, tmp_path: Path) -> None:
    request = firm.updated(raised_through="customer")
    box, at = Mailbox(), port()
    with running(box, at):
        assert run(firm, at, tmp_path) == Sent(sent=3)
    assert firm.store.records([request.rid])[request.rid].values["told_on"] == "2025-03-12"


STEPS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["look", "claim", "send", "mark", "crash", "hour"])), max_size=24
)


@settings(max_examples=20, deadline=None)
@given(steps=STEPS)
@example(steps=[(name, step) for step in ("look", "claim", "send", "mark") for name in "ab"])
@example(
    steps=[
        ("a", "look"),
        ("a", "claim"),
        ("b", "look"),
        ("a", "send"),
        ("b", "hour"),
        ("b", "claim"),
        ("b", "send"),
        ("b", "mark"),
    ]
)
def test_two_senders_and_their_crashes(steps: Sequence[tuple[str, str]], shared: tuple[Firm, Mailbox, int]) -> None:
    """Whatever two senders do in whatever order: a message goes out once for each time that nobody marked it within an hour."""
    firm, box, at = shared
    box.letters.clear()
    firm.now += STALE
    expected = {one.rid for one in firm.notify(firm.event(firm.request(), "raise", "李丽"))}
    lost: dict[str, int] = dict.fromkeys(expected, 0)
    with Post(server.server("127.0.0.1", ORIGIN, port=at)) as post:
        senders = {name: _Steps(firm.sender(Path(), post)) for name in "ab"}
        for name, step in [*steps, *[("a", one) for one in ("hour", "look", "claim", "send", "mark")]]:
            if step == "hour":
                firm.now += STALE
            if step in ("crash", "hour"):  # after an hour what a sender holds may be taken over
                for which in senders if step == "hour" else name:
                    senders[which].doubt(lost)
                    senders[which] = _Steps(firm.sender(Path(), post))
            senders[name].take(step)
    sent = [str(one["Message-ID"])[1:].partition("@")[0] for one in box.letters]
    for rid in expected:
        assert 1 <= sent.count(rid) <= 1 + lost[rid], steps
    assert {one.values["state"] for one in firm.store.notices(rids=expected)} == {"sent"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Firm, Mailbox, int]]:
    box, at, firm = Mailbox(), port(), made(tmp_path_factory.mktemp("shared") / "store.db")
    with running(box, at):
        yield firm, box, at
    firm.store.close()


class _Steps:
    """One sender, step by step; a step that has nothing to work on does nothing."""

    def __init__(self, sender: Sender) -> None:
        self.sender = sender
        self.seen: list[Record] = []
        self.claimed: list[Record] = []
        self.fates: list[Fate] = []

    def take(self, step: str) -> None:
        match step:
            case "look":
                self.seen = self.sender.waiting()
            case "claim" if not self.claimed and not self.fates:
                self.claimed, self.seen = self.sender.claim(self.seen), []
            case "send" if self.claimed:
                self.fates, self.claimed = self.sender.deliver(self.sender.letters(self.claimed)), []
            case "mark" if self.fates:
                self.sender.mark(self.fates)
                self.fates = []

    def doubt(self, lost: dict[str, int]) -> None:
        """What was sent and is not marked will be sent again."""
        for fate in self.fates:
            for one in fate.notices:
                lost[one.rid] += 1


# Reminding


@dataclass
class Reminded:
    """Kinds of the new messages by the reader's name, and how much is overdue."""

    late: int
    kinds: dict[str, list[str]]


def remind(firm: Firm, dry: bool = False) -> Reminded:
    found = reminding.remind(firm.store, firm.context(), firm.rulebook, firm.everybody, dry=dry)
    names = {one.rid: one.name for one in firm.people.values()}
    kinds: dict[str, list[str]] = {}
    for one in found.fresh:
        kinds.setdefault(names[one.values["person"] or ""], []).append(one.values["kind"] or "")
    return Reminded(len(found.late), {name: sorted(of) for name, of in kinds.items()})


def test_what_is_overdue_is_reminded_of_once_and_then_told_to_superiors(firm: Firm) -> None:
    firm.request("status", "won")
    firm.now += timedelta(hours=24)
    assert remind(firm) == Reminded(0, {})
    firm.now += timedelta(seconds=1)
    reminded = {"周强": ["late_verify"], "钱多": ["late_verify"]}
    assert remind(firm, dry=True) == Reminded(1, reminded)
    assert remind(firm) == Reminded(1, reminded)
    assert remind(firm) == Reminded(1, {})
    firm.now += timedelta(days=1)  # Friday
    assert remind(firm) == Reminded(1, {"李丽": ["over_verify"], "赵敏": ["over_verify"]})
    firm.now += timedelta(hours=12)
    assert remind(firm) == Reminded(1, {})


def test_who_may_verify_and_carry_out_is_reminded_like_the_others(firm: Firm) -> None:
    firm.request("remark", "要求月结")
    firm.now += timedelta(days=3)
    found = remind(firm)
    assert found.late == 1
    waits = {name: ["late_verify"] for name in ("赵敏", "王芳", "周强")}
    assert found.kinds == {**waits, "李丽": ["over_verify"]}, "whom it waits for is not told of it as a superior, too"


def test_people_see_the_messages_they_wrote_or_get_and_the_steward_all(firm: Firm) -> None:
    firm.notify(firm.event(firm.request(), "raise", "李丽"))
    seen = {name: len(guard.seen(firm.store, firm.context(name)).notices()) for name in firm.people}
    assert seen == {"赵敏": 3, "李丽": 3, "王芳": 1, "周强": 1, "陈晨": 0, "钱多": 0, "孙静": 0}


def test_who_has_spoken_is_not_reminded_and_a_new_round_is_a_new_step(firm: Firm) -> None:
    request = firm.act("周强", firm.request("status", "won"), "pass", verify_way="internal", verify_note="看过合同")
    firm.now += timedelta(hours=25)
    assert remind(firm).kinds == {"钱多": ["late_verify"]}
    firm.act("钱多", request, "fail", verify_reason="没有到账")
    assert remind(firm).kinds == {"李丽": ["late_redo"]}
    firm.act("李丽", request, "again")
    assert remind(firm) == Reminded(0, {})
    firm.now += timedelta(hours=25)
    assert remind(firm).kinds == {"周强": ["late_verify"], "钱多": ["late_verify"]}


def test_confirmations_and_customers_to_tell(firm: Firm) -> None:
    firm.updated(raised_through="customer")
    firm.now = datetime(2025, 3, 14)  # the first working day after Wednesday is over
    assert remind(firm).kinds == {"李丽": ["late_tell"]}
    firm.now = datetime(2025, 3, 15)
    assert remind(firm).kinds == {"李丽": ["late_confirm"], "周强": ["over_tell"]}


def test_proposals_gaps_and_next_steps(firm: Firm) -> None:
    values: Values = {"kind": "void", "customer": firm.customer, "about": "{}", "reason": "重复", "outcome": "open"}
    talk: Values = {
        "customer": firm.customer,
        "at": "2025-03-12 10:00:00",
        "way": "phone",
        "topic": "报价",
        "summary": "客户要报价",
        "next_step": "寄样品",
        "next_by": firm.people["陈晨"].rid,
        "next_due": "2025-03-14",
    }
    firm.store.apply(Operation("proposal", [Change("proposal", new_rid(), "", values)]), firm.context("李丽"))
    firm.store.apply(Operation("submit", [Change("interaction", new_rid(), firm.customer, talk)]), firm.context("陈晨"))
    firm.now = datetime(2025, 3, 15)
    assert remind(firm).kinds == {"周强": ["late_approve"], "赵敏": ["late_approve"], "陈晨": ["late_follow"]}
    firm.now = datetime(2025, 3, 18)  # three working days are over
    assert remind(firm).kinds["陈晨"] == ["late_complete"]


def test_reminders_go_together_and_not_about_what_was_done_meanwhile(firm: Firm, tmp_path: Path) -> None:
    first, second, third = (firm.request("grade", after) for after in ("B", "C", "D"))
    firm.now += timedelta(days=7)
    remind(firm)
    firm.act("周强", third, "fail", verify_reason="没有变")
    firm.sent(firm.store.notices(rids=[one.rid for one in firm.store.notices() if one.values["kind"] == "failed"]))
    folder = tmp_path / "drafts"
    firm.sender(folder).run()
    drafts = [message_from_bytes(path.read_bytes(), policy=default) for path in folder.iterdir()]
    (letter,) = (one for one in drafts if "周强" in str(one["To"]) and "2项待您处理" in str(one["Subject"]))
    body = letter.get_body()
    assert body is not None
    text = body.get_content()
    assert (first.number or "?") in text and (second.number or "?") in text and (third.number or "?") not in text
    assert "· 核验：" in text and "期限2025-03-13 14:30" in text


def test_many_reminders_are_one_letter(firm: Firm, tmp_path: Path) -> None:
    request = firm.request("grade", "B")
    reader = Reader("late_verify", firm.people["周强"].rid)
    many = [making.notice(request.rid, firm.customer, reader, f"{place}") for place in range(119)]
    many.append(making.notice(request.rid, firm.customer, reader, reminding.occasion(request)))
    firm.store.apply(Operation("notice", many), firm.context())
    assert firm.sender(tmp_path / "drafts").run() == Sent(drafts=1, dropped=119), "those of another state are outdated"
    long = [replace(one, rid=many[-1].rid) for one in firm.store.notices() for _ in range(60)][:60]
    (letter,) = (one.letter for one in firm.sender(tmp_path).letters(long) if one.letter)
    assert letter.body.count("· 核验：") == 50 and "……另有10项" in letter.body


def test_reminders_that_were_lost_on_the_way_go_again_as_the_same_letter(firm: Firm, tmp_path: Path) -> None:
    box, at = Mailbox(), port()
    firm.request("grade", "B")
    firm.now += timedelta(hours=25)
    remind(firm)
    with running(box, at):
        with Post(server.server("127.0.0.1", ORIGIN, port=at)) as post:
            stopped = firm.sender(tmp_path, post)
            stopped.deliver(stopped.letters(stopped.claim(stopped.waiting())))
        first = {one["Message-ID"] for one in box.letters}
        firm.now -= timedelta(hours=25)
        firm.request("grade", "C")
        firm.now += timedelta(hours=26)
        remind(firm)
        assert run(firm, at, tmp_path).sent == 4
    ids = [one["Message-ID"] for one in box.letters]
    assert len(first) == 2 and sorted(ids.count(one) for one in first) == [2, 2]
    assert len(ids) == 6 and len(set(ids)) == 4, "what is new is a letter of its own"


def test_a_team_of_one_that_changes_directly_gets_no_messages(tmp_path: Path) -> None:
    store = sqlite.open(tmp_path / "alone.db", Cipher(keys.parse(keys.new_key())))
    one = store.ensure_person("zhao", "赵敏", ("entry", "reviewer", "steward", "manager", "finance", "admin"), NOW)
    event = Event(
        "request", "r", "raise", 1, {"field": "grade", "after": "B", "initiator": one.rid}, one.rid, "c", one.rid, one.rid
    )
    assert readers(event, staff(store.people(), {}, "2025-03-12")) == []
    store.close()
