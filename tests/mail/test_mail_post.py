"""Letters go through a real mail server, and what it refuses is told in one sentence."""

from __future__ import annotations

import ssl
from datetime import datetime
from pathlib import Path

import pytest

from tests.mail.servers import PASSWORD, USER, Mailbox, certificate, port, running, silent
from tests.store.secured import Authority
from xlcrm.errors import Delayed, MailError, Undeliverable
from xlcrm.mail import server
from xlcrm.mail.letter import Letter, compose
from xlcrm.mail.post import Post

SENDER = "crm@example.com"
NOON = datetime(2025, 3, 3, 12)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority("mail tests")


@pytest.fixture
def roots(authority: Authority, tmp_path: Path) -> str:
    path = tmp_path / "roots.pem"
    path.write_bytes(authority.pem)
    return str(path)


def letter(to: str = "wang@example.com", body: str = "第一行\n.一个点开头\n") -> Letter:
    return Letter("a1", to, "王芳", "请核验 GX202503030001", body)


def plain(at: int) -> server.Server:
    return server.server("127.0.0.1", SENDER, port=at)


def delivered(box: Mailbox, to: server.Server, password: str = "", limit: float = 5, one: Letter | None = None) -> None:
    with Post(to, password, limit) as post:
        post.deliver(compose(one or letter(), to.sender, NOON))


def fault(to: server.Server, password: str = "", limit: float = 5) -> MailError:
    with pytest.raises(MailError) as caught:
        delivered(Mailbox(), to, password, limit)
    return caught.value


def test_a_letter_arrives_as_it_was_written() -> None:
    box, at = Mailbox(), port()
    with running(box, at):
        delivered(box, plain(at))
    (found,) = box.letters
    assert found["To"] == "王芳 <wang@example.com>"
    assert found["From"] == SENDER
    assert found["Subject"] == "请核验 GX202503030001"
    assert found["Message-ID"] == "<a1@example.com>"
    assert found["Date"].datetime.replace(tzinfo=None) == NOON
    assert found.get_content().splitlines() == ["第一行", ".一个点开头"]


def test_one_connection_takes_many_letters_and_goes_on_after_a_refusal() -> None:
    box, at = Mailbox(refused={"gone@example.com": "550 5.1.1 no such user"}), port()
    with running(box, at), Post(plain(at)) as post:
        post.deliver(compose(letter(), SENDER, NOON))
        with pytest.raises(Undeliverable) as caught:
            post.deliver(compose(letter("gone@example.com"), SENDER, NOON))
        post.deliver(compose(letter(), SENDER, NOON))
    assert len(box.letters) == 2
    assert caught.value.key == "mail.recipient"
    assert "gone@example.com" in caught.value.sentence()
    assert "no such user" in caught.value.sentence("en")


@pytest.mark.parametrize(
    ("box", "kind", "key"),
    [
        (Mailbox(refused={"wang@example.com": "451 try again later"}), Delayed, "mail.recipient"),
        (Mailbox(refused={"wang@example.com": "421 closing"}), MailError, "mail.turned_away"),
        (Mailbox(content="554 looks like spam"), Undeliverable, "mail.content"),
        (Mailbox(content="452 disk full"), Delayed, "mail.content"),
        (Mailbox(content="552 too big"), Undeliverable, "mail.too_large"),
        (Mailbox(sender="553 not your address"), MailError, "mail.sender_refused"),
    ],
)
def test_refusals(box: Mailbox, kind: type[MailError], key: str) -> None:
    at = port()
    with running(box, at):
        found = fault(plain(at))
    assert type(found) is kind
    assert found.key == key
    assert found.sentence("zh") != found.sentence("en")
    assert not box.letters


def test_a_letter_larger_than_the_server_takes() -> None:
    box, at = Mailbox(), port()
    with running(box, at, size=2000), pytest.raises(Undeliverable) as caught:
        delivered(box, plain(at), one=letter(body="长" * 3000))
    assert caught.value.key == "mail.too_large"


@pytest.mark.parametrize("begins", [True, False])
def test_over_tls_with_a_login(begins: bool, authority: Authority, roots: str, tmp_path: Path) -> None:
    box, at = Mailbox(), port()
    way = server.server("localhost", SENDER, USER, at, "starttls" if begins else "tls", roots)
    with running(box, at, certificate(authority, tmp_path), login=begins, begins=begins):
        delivered(box, way if begins else server.server("localhost", SENDER, "", at, "tls", roots), PASSWORD)
        if begins:
            assert fault(way, "wrong").key == "mail.login"
    assert len(box.letters) == 1


def test_nothing_goes_to_a_server_that_proves_nothing(authority: Authority, roots: str, tmp_path: Path) -> None:
    box, at = Mailbox(), port()

    def tried(context: ssl.SSLContext | None, trusted: str = roots) -> str:
        with running(box, at, context):
            return fault(server.server("localhost", SENDER, "", at, "starttls", trusted)).key

    assert tried(certificate(authority, tmp_path, "elsewhere.example")) == "mail.other_name"
    assert tried(certificate(authority, tmp_path, days=-1)) == "mail.expired"
    assert tried(certificate(authority, tmp_path), trusted="") == "mail.unknown_authority"
    assert tried(None) == "mail.no_tls"
    assert tried(certificate(authority, tmp_path), trusted=str(tmp_path / "nowhere")) == "mail.no_authority"
    assert not box.letters


def test_a_login_is_not_offered_on_an_open_line() -> None:
    at = port()
    with running(Mailbox(), at):
        assert fault(server.server("127.0.0.1", SENDER, USER, at), PASSWORD).key == "mail.no_login"


def test_servers_that_are_not_there() -> None:
    assert fault(server.server("no-such-host.invalid", SENDER, port=25, security="plain")).key == "mail.unknown_host"
    assert fault(plain(port())).key == "mail.away"
    with silent() as at:
        found = fault(plain(at), limit=0.05)
        assert found.key == "mail.slow"
        assert "0.05" in found.sentence()
    with silent(b"220 ready\r\n") as at:
        assert fault(server.server("127.0.0.1", SENDER, "", at, "starttls"), limit=0.05).key == "mail.slow"
    with silent(b"554 not for you\r\n") as at:
        assert fault(plain(at)).key == "mail.turned_away"
    with silent(b"no mail server\r\n") as at:
        assert fault(plain(at)).key in ("mail.away", "mail.turned_away")
