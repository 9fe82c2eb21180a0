"""The demo's data: deterministic, plausible, and honest about what it planted."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from pathlib import Path
from random import Random

import pytest
from stdnum import luhn
from stdnum.cn import uscc

from xlcrm.jobs.demo import companies, people, phones
from xlcrm.jobs.demo.book import demo_book, records
from xlcrm.jobs.demo.duplicates import BY_NAME as KINDS_BY_NAME
from xlcrm.jobs.demo.duplicates import KINDS
from xlcrm.jobs.demo.faults import BY_NAME, FAULTS
from xlcrm.model.fields import Kind
from xlcrm.model.rows import Formula
from xlcrm.model.tables import BY_KEY
from xlcrm.model.vocabularies import vocabulary

DAY = date(2026, 3, 16)
COLLEAGUES = ("张晓岚", "李昊然")
BOOK = demo_book(300, 7, DAY)


def clean_rows(table: str) -> list[int]:
    return [place for place, truth in enumerate(BOOK.truth[table]) if not truth.fault and not truth.kind]


def test_same_seed_same_book() -> None:
    assert demo_book(120, 3, DAY) == demo_book(120, 3, DAY)
    assert demo_book(120, 3, DAY) != demo_book(120, 4, DAY)
    assert records(300, 7, DAY) == BOOK.records


@pytest.mark.parametrize("rows", [0, 1, 5, 40, 300, 1000])
def test_as_many_customers_as_asked(rows: int) -> None:
    book = demo_book(rows, 1, DAY)
    assert len(book.records["customer"]) == len(book.truth["customer"]) == rows
    assert book.records.keys() == {"customer", "contact", "interaction", "tag"}


def test_only_declared_fields() -> None:
    for key, found in BOOK.records.items():
        known = {field.key for field in BY_KEY[key].data}
        assert not {field for row in found for field in row} - known


def test_a_share_of_rows_is_faulty_and_a_share_repeated() -> None:
    truth = BOOK.truth["customer"]
    assert 0.10 <= sum(bool(one.fault) for one in truth) / len(truth) <= 0.15
    assert 0.08 <= sum(bool(one.kind) for one in truth) / len(truth) <= 0.12
    assert not [one for one in truth if one.fault and one.kind]


def test_at_least_thirty_kinds_of_faults_at_300_rows() -> None:
    assert len({one.fault for one in BOOK.truth["customer"]} - {""}) >= 30
    assert {one.kind for one in BOOK.truth["customer"]} - {""} == {kind.name for kind in KINDS}


def test_every_fault_kind_is_planted_in_a_big_book() -> None:
    book = demo_book(1500, 5, DAY)
    planted = Counter(one.fault for truth in book.truth.values() for one in truth)
    assert set(planted) - {""} == set(BY_NAME)
    assert len(BY_NAME) == len(FAULTS)


def test_names_are_unique_but_for_duplicates() -> None:
    names = [BOOK.records["customer"][place]["name"] for place in clean_rows("customer")]
    assert len(set(names)) == len(names)


def test_children_name_a_clean_customer() -> None:
    names = {BOOK.records["customer"][place]["name"] for place in clean_rows("customer")}
    for table in ("contact", "interaction", "tag"):
        assert clean_rows(table)
        for place in clean_rows(table):
            assert BOOK.records[table][place]["customer"] in names


def test_options_are_labels_of_their_vocabulary() -> None:
    for table in ("customer", "contact", "interaction", "tag"):
        for place in clean_rows(table):
            for key, cell in BOOK.records[table][place].items():
                field = BY_KEY[table][key]
                if field.kind is Kind.OPTION and cell is not None:
                    assert cell in {option.zh for option in vocabulary(field.options).options}, (key, cell)


def test_check_digits_are_right() -> None:
    random = Random(11)
    for _ in range(400):
        organisation = companies.organisation(random)
        region = organisation.place.region
        identity = people.identity(random, region, DAY)
        weighted = sum(int("10" if digit == "X" else digit) * (2 ** (17 - at) % 11) for at, digit in enumerate(identity))
        assert weighted % 11 == 1 and len(identity) == 18 and datetime.strptime(identity[6:14], "%Y%m%d")
        assert people.wrong_identity(identity) != identity
        card = people.bankcard(random)
        assert luhn.is_valid(card) and not luhn.is_valid(people.wrong_bankcard(card))
        if organisation.kind != "person":
            code = companies.uscc(random, organisation)
            assert uscc.is_valid(code) and not uscc.is_valid(companies.wrong_uscc(code))


def test_organisation_code_inside_the_credit_code_has_its_own_check_digit() -> None:
    random = Random(12)
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    for _ in range(200):
        organisation = companies.organisation(random)
        if organisation.kind != "person":
            inner = companies.uscc(random, organisation)[8:17]
            wanted = 11 - sum(int(digit) * weight for digit, weight in zip(inner[:8], weights, strict=True)) % 11
            assert inner[8] == {10: "X", 11: "0"}.get(wanted, str(wanted))


def test_area_codes_fit_the_city_and_numbers_are_valid() -> None:
    phonenumbers = pytest.importorskip("phonenumbers")
    random = Random(13)
    for place in random.sample(companies.places(), 200):
        assert companies.AREAS[place.town] == place.area
        number = phones.landline(random, place.area)
        assert phonenumbers.is_valid_number(phonenumbers.parse(number, "CN")), number
    for _ in range(200):
        number = phones.mobile(random)
        assert phonenumbers.is_valid_number(phonenumbers.parse(number, "CN")), number


def test_typed_numbers_keep_their_digits() -> None:
    random = Random(14)
    for number in ("13912345678", "0755-26541234", "010-62345678", "400-812-3456"):
        for _ in range(30):
            typed = "".join(letter for letter in phones.typed(random, number) if letter.isdigit())
            assert typed.endswith(number.replace("-", "").lstrip("0"))


def test_mails_are_at_reserved_domains() -> None:
    for place in clean_rows("customer"):
        mail = BOOK.records["customer"][place].get("email")
        assert mail is None or str(mail).endswith(".example")


def test_duplicates_are_what_they_say() -> None:
    rows = BOOK.records["customer"]
    for place, truth in enumerate(BOOK.truth["customer"]):
        if truth.of is None:
            continue
        assert not BOOK.truth["customer"][truth.of].fault
        first, second = rows[truth.of], rows[place]
        verdict = KINDS_BY_NAME[truth.kind].verdict
        if truth.kind == "exact copy":
            assert first == second
        elif verdict == "contact":
            assert first["name"] == second["name"] and first["contact"] != second["contact"] and first["phone"] != second["phone"]
        elif verdict == "merge":
            assert first["contact"] == second["contact"]
            assert first["name"] != second["name"] or first["phone"] != second["phone"]
        else:
            assert first["name"] != second["name"]


def test_formula_cells_are_named() -> None:
    book = demo_book(1500, 5, DAY)
    planted = [place for place, one in enumerate(book.truth["customer"]) if one.fault == "formula"]
    assert planted
    assert {("customer", place, "employees") for place in planted} == book.formulas.keys()
    assert all(book.records["customer"][place]["employees"] == 86 for place in planted)
    employees = book.columns()["customer"]["employees"]
    assert [place for place, cell in enumerate(employees) if isinstance(cell, Formula)] == planted


def test_the_template_takes_the_book(tmp_path: Path) -> None:
    from xlcrm.sheets.template import build

    build(tmp_path / "demo.xlsx", rows=BOOK.columns())
    again = tmp_path / "again.xlsx"
    build(again, rows=demo_book(300, 7, DAY).columns())
    assert again.read_bytes() == (tmp_path / "demo.xlsx").read_bytes()


def test_owners_are_only_the_given_ones() -> None:
    book = demo_book(60, 2, DAY, COLLEAGUES)
    assert {row.get("owner") for row in book.records["customer"]} <= {*COLLEAGUES, None}
    assert all(row.get("owner") is None for row in BOOK.records["customer"])
