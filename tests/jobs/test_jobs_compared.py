"""Which column is what, in lists nobody prepared."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from xlcrm.errors import UsageError
from xlcrm.jobs.compared import chosen, compared
from xlcrm.jobs.fieldmatch.matcher import Matcher
from xlcrm.rules.rulebook import Rulebook
from xlcrm.sheets.listfile import read_list


def guessed(folder: Path, headers: str, *rows: str) -> dict[str, list[str]]:
    path = folder / "list.csv"
    path.write_text("\n".join((headers, *(rows or ("1" + "," * headers.count(","),)))) + "\n", "utf-8")
    found = read_list(path)
    return {key: [found.headers[at] for at in positions] for key, positions in compared(found, Matcher(Rulebook(datetime(2025, 3, 12)))).items()}


def test_our_own_headers(tmp_path: Path) -> None:
    assert guessed(tmp_path, "row_id,客户名称,联系人,手机/固话,邮箱,地址,更新日期") == {
        "row": ["row_id"], "name": ["客户名称"], "contact": ["联系人"], "phone": ["手机/固话"], "email": ["邮箱"], "address": ["地址"],
    }  # fmt: skip


def test_foreign_people(tmp_path: Path) -> None:
    headers = "rec_id,given_name,surname,street_number,address_1,address_2,suburb,postcode,state,date_of_birth,soc_sec_id"
    assert guessed(tmp_path, headers) == {
        "row": ["rec_id"], "given_name": ["given_name"], "family_name": ["surname"], "house_number": ["street_number"],
        "street": ["address_1", "address_2"], "district": ["suburb"], "postcode": ["postcode"], "province": ["state"],
        "birth_date": ["date_of_birth"], "identity": ["soc_sec_id"],
    }  # fmt: skip


def test_a_list_of_persons_has_the_person_as_customer(tmp_path: Path) -> None:
    assert guessed(tmp_path, "姓名,手机号,固定电话,出生日期", "王小丽,13912345678,0571-88273645,1990-03-07") == {"name": ["姓名"], "phone": ["手机号", "固定电话"], "birth_date": ["出生日期"]}
    assert guessed(tmp_path, "公司名称,姓名", "杭州海河电子有限公司,王小丽") == {"name": ["公司名称"], "contact": ["姓名"]}


def test_values_tell_where_headers_do_not(tmp_path: Path) -> None:
    rows = [f"海河{n}有限公司,1391234567{n},a{n}@b.cn,杭州市文一路{n}号" for n in range(5)]
    assert guessed(tmp_path, "A,B,C,D", *rows) == {"name": ["A"], "phone": ["B"], "email": ["C"], "address": ["D"]}


def test_a_company_and_its_short_column_are_not_mixed_up(tmp_path: Path) -> None:
    rows = [f"海河{n}有限公司,杭州海河{n}厂,王丽{n}" for n in "一二三四"]
    assert guessed(tmp_path, "客户名称,使用单位,联系人", *rows) == {"name": ["客户名称"], "contact": ["联系人"]}


def test_an_id_with_repetitions_numbers_nothing(tmp_path: Path) -> None:
    assert "row" not in guessed(tmp_path, "id,name", "1,a", "1,b")


def test_the_user_says_what_columns_are() -> None:
    headers = ["Firma", "Tel", "Mobil+", "Ort"]
    assert chosen(["name=Firma", "phone=Tel+Ort"], headers) == {"name": [0], "phone": [1, 3]}
    assert chosen(["phone=Mobil+"], headers) == {"phone": [2]}
    for wrong in ("firm=Firma", "name=Firm", "name"):
        with pytest.raises(UsageError):
            chosen([wrong], headers)
