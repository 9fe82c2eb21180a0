"""Getting into a team's store: passwords, certificates, clocks, against a server reached over the network."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread
from zoneinfo import ZoneInfo

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail

from tests.crypto.test_crypto import PlaintextKeyring, Safe
from tests.store.conftest import CIPHER, context
from tests.store.proxy import Proxy
from tests.store.secured import HOST, Authority, Secured
from xlcrm.crypto import passwords
from xlcrm.errors import Away, UsageError, XlcrmError
from xlcrm.model.context import Person
from xlcrm.model.identity import new_rid
from xlcrm.model.operation import Change, Operation
from xlcrm.store.postgres import address, opening, server
from xlcrm.store.postgres.reach import ZONE

PASSWORD = "geheim"


@dataclass
class Desk:
    """Somebody at a terminal: what they type when asked, and what they are told."""

    types: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    ahead: timedelta = timedelta()

    def caller(self) -> server.Caller:
        def ask(login: str) -> str:
            return self.types.pop(0)

        def tell(key: str, **values: object) -> None:
            assert PASSWORD not in str(values)
            self.said.append(key)

        return server.Caller(ask if self.types else None, tell, lambda: datetime.now() + self.ahead)


@pytest.fixture(scope="session")
def team(secured: Secured) -> str:
    """A database with a store that 李芳 may use, with a password."""
    name = secured.database()
    store = opening.create(secured.url(name), "管理员", ["admin", "entry"], context().clock(), CIPHER)
    admin = next(iter(store.people()))
    store.add_person(Person(new_rid(), "lifang", "李芳", "销售部", frozenset({"entry"})), context(admin))
    store.close()
    secured.run(f"ALTER ROLE lifang PASSWORD '{PASSWORD}'")
    return name


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing in the environment or the home folder answers for the person."""
    for name in ("PGPASSWORD", "PGPASSFILE", "PGHOST", "PGUSER", "PGSSLMODE", "PGSSLROOTCERT", server.PASSWORD):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture
def backend() -> Iterator[Safe]:
    before, safe = keyring.get_keyring(), Safe()
    keyring.set_keyring(safe)
    yield safe
    keyring.set_keyring(before)


@pytest.fixture
def url(secured: Secured, team: str) -> str:
    """The store's address as a colleague's machine has it, without a password."""
    return secured.remote(team, "lifang", more=f"&sslrootcert={secured.roots}")


def enters(url: str, desk: Desk | None = None) -> Desk:
    """Open the store and close it again."""
    desk = desk or Desk()
    store = opening.open(url, CIPHER, caller=desk.caller())
    assert store.account == "lifang"
    store.close()
    return desk


def refused(url: str, desk: Desk | None = None) -> XlcrmError:
    with pytest.raises(XlcrmError) as caught:
        enters(url, desk)
    for language in ("zh", "en"):
        said = caught.value.sentence(language) + caught.value.hint(language)
        assert PASSWORD not in said and "\n" not in said
    return caught.value


def with_password(url: str, password: str = PASSWORD) -> str:
    return url.replace("lifang@", f"lifang:{password}@")


def test_a_server_that_proves_who_it_is_is_let_in_over_tls(url: str) -> None:
    store = opening.open(with_password(url), CIPHER)
    with store._reading() as connection:
        version = connection.exec_driver_sql("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()").scalar()
    store.close()
    assert str(version).startswith("TLSv1.")


def test_without_a_word_about_it_the_systems_authorities_decide(secured: Secured, team: str) -> None:
    assert refused(secured.remote(team, "lifang", PASSWORD)).key == "login.unknown_authority"


def test_certificates_put_where_libpq_looks_for_them_count(secured: Secured, team: str, tmp_path: Path) -> None:
    (tmp_path / ".postgresql").mkdir()
    (tmp_path / ".postgresql" / "root.crt").write_bytes(secured.authority.pem)
    enters(secured.remote(team, "lifang", PASSWORD))


@pytest.mark.parametrize("wrong", ["expired", "not_yet", "other_host", "unknown_authority", "no_tls"])
def test_a_server_that_does_not_prove_who_it_is_gets_nothing(secured: Secured, url: str, wrong: str, backend: Safe) -> None:
    authority = secured.authority
    certificate = {
        "expired": authority.certificate(HOST, days=-1),
        "not_yet": authority.certificate(HOST, begins=10),
        "other_host": authority.certificate("other.example.test"),
        "unknown_authority": Authority("somebody else").certificate(HOST),
        "no_tls": None,
    }[wrong]
    secured.show(certificate)
    try:
        desk = Desk([PASSWORD])
        assert refused(url, desk).key == f"login.{wrong}"
        assert desk.types == [PASSWORD], "nobody was asked for a password"
        assert not isinstance(refused(url), Away)
    finally:
        secured.show(authority.certificate(HOST))
    enters(with_password(url))


def test_a_missing_file_of_certificates_is_named(secured: Secured, team: str) -> None:
    error = refused(secured.remote(team, "lifang", PASSWORD, more="&sslrootcert=/nowhere/root.crt"))
    assert error.key == "login.no_roots" and "/nowhere/root.crt" in error.sentence()


@pytest.mark.parametrize("mode", ["disable", "allow", "prefer", "require", "verify-ca"])
def test_a_weaker_way_is_refused_unless_forced_and_then_told_every_time(secured: Secured, team: str, mode: str) -> None:
    weak = secured.remote(team, "lifang", PASSWORD, more=f"&sslmode={mode}&sslrootcert={secured.roots}")
    error = refused(weak)
    assert isinstance(error, UsageError) and error.key == "login.weak" and mode in error.sentence()
    for _ in range(2):
        assert enters(f"{weak}&weak_tls=yes").said == ["login.weak_used"]


def test_the_environment_does_not_weaken_the_way(secured: Secured, team: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGSSLMODE", "disable")
    assert refused(secured.remote(team, "lifang", PASSWORD)).key == "login.unknown_authority"


@pytest.mark.parametrize(("url", "local"), [
    ("postgresql://wang@/crm?host=/run/postgresql", True),
    ("postgresql:///crm", True),
    ("postgresql://wang@localhost/crm", True),
    ("postgresql://wang@127.0.0.2:5433/crm", True),
    ("postgresql://wang@[::1]/crm", True),
    ("postgresql://wang@db.example.com/crm", False),
    ("postgresql://wang@10.0.0.5/crm", False),
    ("postgresql://wang@localhost,db.example.com/crm", False),
    ("postgresql://wang@localhost/crm?hostaddr=10.0.0.5", False),
    ("postgresql://wang@db.example.com/crm?hostaddr=127.0.0.1", False),
    ("postgresql:///crm?service=team", False),
])  # fmt: skip
def test_only_what_cannot_leave_this_machine_goes_without_tls(url: str, local: bool) -> None:
    found = address.parse(url)
    assert found.local is local
    assert (found.demands.get("sslmode"), found.roots is None) == ((None, True) if local else ("verify-full", False))


@pytest.mark.parametrize("url", ["postgresql://wang@host:port/crm", "postgresql://wang@host/crm?colour=red"])
def test_an_address_that_makes_no_sense_is_told(url: str) -> None:
    with pytest.raises(UsageError) as caught:
        opening.open(url, CIPHER)
    assert caught.value.key == "store.bad_address"


@pytest.mark.parametrize("url", ["postgresql://wang@host/crm", "postgresql:///crm?host=10.0.0.5&sslrootcert=old.pem"])
@pytest.mark.parametrize("path", ["/home/wang/root.crt", "/用户/王 芳/100%/a&b#c?.pem", "C:/Users/wang/.xlcrm/certificates/团队库.pem"])
def test_a_file_of_certificates_may_have_any_name(url: str, path: str) -> None:
    told = address.with_roots(url, Path(path))
    assert address.parse(told).roots == path == address.parse(address.shown(told)).roots
    assert "王" not in path or "王" in told, "a person can read it"


def test_a_password_is_asked_once_and_kept_after_it_worked(url: str, backend: Safe) -> None:
    login = address.parse(url).login
    desk = enters(url, Desk(["falsch", PASSWORD]))
    assert desk.said == ["login.typed_refused", "login.kept"]
    assert passwords.kept(login) == PASSWORD
    assert enters(url).said == []


def test_a_kept_password_that_is_wrong_is_asked_anew_and_replaced_only_by_one_that_works(url: str, backend: Safe) -> None:
    login = address.parse(url).login
    passwords.keep(login, "alt")
    assert refused(url).key == "login.kept_refused"
    assert refused(url, Desk(["falsch", "falsch", "falsch"])).key == "login.password"
    assert refused(url, Desk(["falsch", ""])).key == "login.password_needed"
    assert passwords.kept(login) == "alt"
    assert enters(url, Desk([PASSWORD])).said == ["login.asked_anew", "login.kept"]
    assert passwords.kept(login) == PASSWORD


@pytest.mark.parametrize("unsafe", [fail.Keyring, PlaintextKeyring])
def test_without_a_safe_keyring_a_password_is_kept_nowhere(url: str, backend: Safe, unsafe: Callable[[], KeyringBackend]) -> None:
    keyring.set_keyring(unsafe())
    assert enters(url, Desk([PASSWORD])).said == ["login.not_kept"]
    assert refused(url).key == "login.password_needed"


def test_a_locked_keyring_is_as_good_as_none(url: str, backend: Safe) -> None:
    passwords.keep(address.parse(url).login, PASSWORD)
    backend.locked = True
    assert refused(url).key == "login.password_needed"


def test_on_a_machine_without_a_keyring_the_environment_holds_the_password(
    url: str, backend: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    keyring.set_keyring(PlaintextKeyring())
    monkeypatch.setenv(server.PASSWORD, PASSWORD)
    assert enters(url).said == []
    monkeypatch.setenv(server.PASSWORD, "falsch")
    assert refused(url).key == "login.password"
    enters(with_password(url))


def test_libpqs_own_file_of_passwords_still_works(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backend: Safe) -> None:
    own = tmp_path / "pgpass"
    own.write_text(f"{HOST}:*:*:lifang:{PASSWORD}\n")
    own.chmod(0o600)
    monkeypatch.setenv("PGPASSFILE", str(own))
    assert enters(url).said == []
    assert backend.kept == {}


def test_a_login_that_needs_no_password_is_not_asked_for_one(secured: Secured, team: str, backend: Safe) -> None:
    desk = Desk(["never"])
    opening.open(secured.url(team), CIPHER, caller=desk.caller()).close()
    assert desk.types == ["never"] and backend.kept == {}


def test_a_missing_database_costs_no_questions(secured: Secured, backend: Safe) -> None:
    desk = Desk(["never"])
    gone = secured.remote("gone", "lifang", PASSWORD, more=f"&sslrootcert={secured.roots}")
    assert refused(gone, desk).key == "store.no_database"
    assert desk.types == ["never"]


def test_a_clock_that_is_wrong_is_told_and_the_servers_is_stamped(secured: Secured, team: str) -> None:
    for ahead, said in ((timedelta(seconds=30), []), (timedelta(minutes=5), ["login.clock"]), (timedelta(days=-40), ["login.clock"])):
        desk = Desk(ahead=ahead)
        store = opening.open(secured.url(team), CIPHER, caller=desk.caller())
        assert desk.said == said
        person = next(one for one in store.people() if one.account == store.account)
        rid = new_rid()
        store.apply(Operation("submit", [Change("customer", rid, rid, {"name": "甲公司"})]), context(person, "2020-01-01 00:00:00"))
        stamped = datetime.fromisoformat(store.records([rid])[rid].created_at or "")
        assert abs(stamped - datetime.now(ZoneInfo(ZONE)).replace(tzinfo=None)) < timedelta(minutes=1)
        store.close()


def test_nobody_listens_there(secured: Secured, url: str) -> None:
    gone = url.replace(str(secured.port), "1")
    assert isinstance(refused(gone), Away)
    assert isinstance(refused("postgresql://lifang@no-such-host.invalid/crm"), Away)


def test_a_server_that_never_answers_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "REACH", 2)  # as short as libpq allows
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = refused(f"postgresql://lifang@127.0.0.1:{silent.getsockname()[1]}/crm")
    assert isinstance(error, Away) and error.key == "store.away"


@pytest.mark.parametrize(("state", "key"), [("57P03", "store.away"), ("53300", "store.server_busy"), ("28000", "store.login")])
def test_what_a_server_says_before_it_asks_for_a_password_is_told(state: str, key: str) -> None:
    """As one that starts after a power cut says it, in whatever language."""
    said = f"SFATAL\0C{state}\0M现在不行\0\0".encode()
    answer = b"E" + struct.pack("!I", len(said) + 4) + said

    def door() -> None:
        for _ in range(2):  # libpq, then we
            with listening.accept()[0] as line:
                if line.recv(1000)[4:8] == struct.pack("!I", 80877103):
                    line.sendall(b"N")
                    line.recv(1000)
                line.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        there = Thread(target=door)
        there.start()
        error = refused(f"postgresql://lifang@127.0.0.1:{listening.getsockname()[1]}/crm")
        there.join()
    assert error.key == key and isinstance(error, Away) is (key == "store.away")


@pytest.fixture
def way(secured: Secured) -> Iterator[Proxy]:
    """A way to the server that breaks."""
    found = Proxy(secured.folder / f".s.PGSQL.{secured.port}")
    yield found
    found.close()


@pytest.fixture
def near(way: Proxy, team: str) -> str:
    """The store's address over that way."""
    return f"postgresql://lifang@127.0.0.1:{way.port}/{team}"


@pytest.mark.parametrize("known", ["address", "environment", "keyring", "typed"])
def test_a_login_that_is_cut_off_once_is_tried_again_with_the_same_password(
    way: Proxy, near: str, known: str, backend: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    if known == "environment":
        monkeypatch.setenv(server.PASSWORD, PASSWORD)
    if known == "keyring":
        passwords.keep(address.parse(near).login, PASSWORD)
    way.logins = 2
    desk = enters(with_password(near) if known == "address" else near, Desk([PASSWORD, "never"]))
    assert way.cuts == 2 and desk.said == (["login.kept"] if known == "typed" else [])
    assert desk.types == (["never"] if known == "typed" else [PASSWORD, "never"]), "nobody is asked once more"


@pytest.mark.parametrize("known", ["address", "keyring"])
def test_a_login_that_is_cut_off_every_time_is_no_wrong_password(way: Proxy, near: str, known: str, backend: Safe) -> None:
    passwords.keep(address.parse(near).login, PASSWORD)
    way.logins = 100
    desk = Desk(["never"])
    error = refused(with_password(near) if known == "address" else near, desk)
    assert isinstance(error, Away) and error.key == "store.broken_off" and desk.types == ["never"]
    assert way.cuts == 3, "not for ever"
    way.logins = 0
    assert refused(with_password(near, "falsch")).key == "login.password"
    assert passwords.kept(address.parse(near).login) == PASSWORD


def test_a_server_that_is_just_starting_is_away_until_it_is_ready(way: Proxy, near: str, backend: Safe) -> None:
    way.starting = 2  # libpq and the knock at the door
    error = refused(with_password(near), Desk(["never"]))
    assert isinstance(error, Away) and error.key == "store.away"
    way.starting = 1
    enters(with_password(near))


def test_changing_a_password_while_the_line_breaks_asks_for_none(way: Proxy, near: str, backend: Safe) -> None:
    way.logins = 100
    desk = Desk([PASSWORD])
    with pytest.raises(Away):
        server.change_password(with_password(near), desk.caller())
    assert desk.types == [PASSWORD]
    way.logins = 0
