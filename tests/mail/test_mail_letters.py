"""What people typed stays what they typed: no header, no file name, no setting comes of it."""

from __future__ import annotations

from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlcrm.errors import MailError, Undeliverable
from xlcrm.mail import drafts, server
from xlcrm.mail.letter import Letter, compose, line

NOON = datetime(2025, 3, 3, 12)
HEADERS = [
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "Content-Type",
    "Content-Transfer-Encoding",
    "MIME-Version",
]
TEXT = st.text(st.characters(codec="utf-8"), max_size=120)


def read(message: EmailMessage) -> EmailMessage:
    found = message_from_bytes(message.as_bytes(), policy=default)
    assert isinstance(found, EmailMessage)
    return found


@given(name=TEXT, subject=TEXT, body=TEXT)
def test_no_text_becomes_a_header(name: str, subject: str, body: str) -> None:
    found = read(compose(Letter("a1", "wang@example.com", name, subject, body), "crm@example.com", NOON))
    assert sorted(found.keys()) == sorted(HEADERS)
    assert [one.addr_spec for one in found["To"].addresses] == ["wang@example.com"]
    assert found.get_content().split() == body.split()


@pytest.mark.parametrize("name", ["王\r\nBcc: all@example.com", '张三" <boss@example.com>, "', "a\x00b\u2028c", "李" * 200, ""])
def test_names_that_want_more(name: str) -> None:
    found = read(compose(Letter("a1", "wang@example.com", name, f"关于{name}", "x"), "crm@example.com", NOON))
    assert [one.addr_spec for one in found["To"].addresses] == ["wang@example.com"]
    shown = found["To"].addresses[0].display_name
    assert shown.split() == line(name)[:60].split() or shown.replace(" ", "") == line(name)[:60]
    assert found["Bcc"] is None


def test_a_domain_of_other_letters() -> None:
    found = read(compose(Letter("a1", "wang@例子.中国", "王", "x", "y"), "crm@例子.中国", NOON))
    assert found["To"].addresses[0].addr_spec == "wang@xn--fsqu00a.xn--fiqs8s"
    assert found["From"].addresses[0].addr_spec == "crm@xn--fsqu00a.xn--fiqs8s"


@pytest.mark.parametrize(
    "to", ["no", "a@", "@b", "a b@c.cn", "a@b\nBcc: x@y.cn", "王@例子.cn", "a@" + "x" * 70 + ".cn", "a@b..cn", "a,b@c.cn"]
)
def test_addresses_that_are_none(to: str) -> None:
    with pytest.raises(Undeliverable) as caught:
        compose(Letter("a1", to, "王", "x", "y"), "crm@example.com", NOON)
    assert "\n" not in caught.value.sentence()


def test_a_draft_is_a_file_of_its_own(tmp_path: Path) -> None:
    message = compose(Letter("a1", "", "王芳", "谢谢", "您好"), "", NOON)
    path = drafts.save(tmp_path / "drafts", '2025-03-03 GX01/..\\:"王芳"?', message)
    assert path.parent == tmp_path / "drafts"
    assert path.name == "2025-03-03_GX01_王芳.eml"
    found = message_from_bytes(path.read_bytes(), policy=default)
    assert found["X-Unsent"] == "1"
    assert found["To"] is None
    assert found["Subject"] == "谢谢"
    assert sorted(one.name for one in path.parent.iterdir()) == [path.name]
    assert (
        drafts.save(tmp_path / "drafts", '2025-03-03 GX01/..\\:"王芳"?', compose(Letter("a1", "", "", "x", "y"), "", NOON))
        == path
    )


def test_a_folder_that_takes_no_drafts(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MailError) as caught:
        drafts.save(tmp_path / "file", "x", compose(Letter("a1", "", "", "x", "y"), "", NOON))
    assert caught.value.key == "mail.no_draft"


@given(TEXT)
def test_every_name_is_fit_for_a_file(name: str) -> None:
    found = drafts.file_name(name)
    assert found == Path(found).name
    assert 0 < len(found) <= 80
    assert not set(found) & set('<>:"/\\|?*. \n\r\t\0')


def test_the_server_is_kept_without_its_password(tmp_path: Path) -> None:
    path = tmp_path / "home" / "mail.json"
    assert server.load(path) is None
    chosen = server.server("smtp.example.com", "crm@example.com", "crm@example.com")
    assert (chosen.port, chosen.security) == (587, "starttls")
    server.save(path, chosen)
    assert server.load(path) == chosen
    assert "password" not in path.read_text("utf-8").lower()
    server.forget(path)
    assert server.load(path) is None


def test_the_line_is_protected_unless_it_stays_on_this_machine() -> None:
    assert server.server("smtp.example.com", "a@b.cn", port=465).security == "tls"
    assert server.server("smtp.example.com", "a@b.cn", port=25).security == "starttls"
    assert server.server("localhost", "a@b.cn", port=25).security == "plain"
    assert not server.server("::1", "a@b.cn").open_line
    assert server.server("smtp.example.com", "a@b.cn", security="plain").open_line


@pytest.mark.parametrize(
    ("host", "sender", "at", "key"),
    [
        ("", "a@b.cn", 0, "mail.bad_host"),
        ("smtp://x", "a@b.cn", 0, "mail.bad_host"),
        ("smtp x", "a@b.cn", 0, "mail.bad_host"),
        ("smtp.x.cn", "a@b.cn", 70000, "mail.bad_port"),
        ("smtp.x.cn", "nobody", 0, "mail.bad_sender"),
    ],
)
def test_settings_that_cannot_be_meant(host: str, sender: str, at: int, key: str) -> None:
    with pytest.raises(MailError) as caught:
        server.server(host, sender, port=at)
    assert caught.value.key == key
    assert caught.value.hint("zh")


@pytest.mark.parametrize(
    "content",
    ["", "[]", "{}", '{"host": 1}', "\ufffe", '{"host":"a","port":"b","user":"","sender":"","security":"tls","authority":""}'],
)
def test_damaged_settings(content: str, tmp_path: Path) -> None:
    (tmp_path / "mail.json").write_text(content, "utf-8")
    with pytest.raises(MailError) as caught:
        server.load(tmp_path / "mail.json")
    assert caught.value.key == "mail.damaged"
