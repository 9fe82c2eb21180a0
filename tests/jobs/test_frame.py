"""The store as a DataFrame."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from tests.jobs.conftest import Office, customer, other
from xlcrm.jobs.frame import frame


def test_customers_as_a_frame(office: Office) -> None:
    office.submit(office.book(customer(identity="11010519491231002X", budget=20.0), other(0)))
    found = frame(office.store)
    assert list(found["客户编号"]) == ["CX2025030001", "CX2025030002"]
    assert found["证件号码"].iloc[0] == "11010519491231002X"
    assert found["年预算(万元)"].sum() == 20.0
    assert list(found["客户状态"]) == ["意向客户", "意向客户"]
    assert found["首次接触时间"].max() == pd.Timestamp(datetime(2025, 3, 12))
    assert list(frame(office.store, where=[("budget", ">", "10")])["客户名称"]) == ["深圳市海河电子有限公司"]


def test_children_name_their_customer_and_english_headers_work(office: Office) -> None:
    office.submit(office.book(customer(), contact=[{"customer": "深圳市海河电子有限公司", "name": "李芳", "phone": "13812345671"}]))
    found = frame(office.store, "contact", "en")
    assert list(found["Customer ID"]) == ["CX2025030001"]
    assert list(found["Phone"]) == ["13812345671"]


def test_an_empty_store_gives_an_empty_frame(office: Office) -> None:
    assert frame(office.store).empty
