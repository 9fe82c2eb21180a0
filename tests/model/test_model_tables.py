"""The declaration holds together."""

from __future__ import annotations

import pytest

from xlcrm.model.fields import Kind, Need, Role, Table
from xlcrm.model.identity import new_rid
from xlcrm.model.tables import BY_KEY, CUSTOMER, STORED, TABLES
from xlcrm.model.vocabularies import names, vocabulary


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.key)
def test_fields_are_named_once_and_their_options_exist(table: Table) -> None:
    for attribute in ("key", "zh", "en"):
        found = [getattr(field, attribute) for field in table.fields]
        assert len(found) == len(set(found)), attribute
    for field in table.fields:
        if field.kind is Kind.OPTION:
            assert field.options in names(), field.key
        if field.parent:
            assert table[field.parent].kind is Kind.OPTION
        if field.role is Role.DATA and field.need is not Need.SYSTEM and table in STORED:
            assert field.zh and field.en


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.key)
def test_a_synonym_means_one_field(table: Table) -> None:
    seen: dict[str, str] = {}
    for field in table.fields:
        for word in {field.zh, field.en, *field.synonyms}:
            assert seen.setdefault(word, field.key) == field.key, word


def test_the_customer_sheet_begins_as_the_documents_say() -> None:
    assert [field.zh for field in CUSTOMER.fields[:5]] == ["提交状态", "校验结果", "问题说明", "客户编号", "客户名称"]
    blocking = [field.zh for field in CUSTOMER.fields if field.need is Need.BLOCKING]
    assert blocking == ["客户名称", "主要联系人", "联系方式"]
    core = {field.zh for field in CUSTOMER.fields if field.core}
    assert core == {"客户名称", "客户状态", "合作等级", "合同金额(万元)", "合同到期日", "付款状态", "主要联系人", "联系方式"}
    assert CUSTOMER.sensitive == {"phone", "email", "identity", "bankcard"}
    assert BY_KEY["customer"] is CUSTOMER


@pytest.mark.parametrize("name", names())
def test_options_have_codes_labels_and_unambiguous_words(name: str) -> None:
    found = vocabulary(name)
    codes = [option.code for option in found.options]
    assert len(codes) == len(set(codes))
    for option in found.options:
        assert option.zh and option.en
        if name not in ("city", "district"):
            assert found.find(option.zh, option.parent) == option, option.zh
    for choices in found.vague.values():
        assert set(choices) <= set(codes)


def test_parents_of_dependent_options_exist() -> None:
    for child, parent in (("city", "province"), ("district", "city"), ("tag", "tag_type")):
        known = vocabulary(parent).by_code
        assert all(option.parent in known for option in vocabulary(child).options)


def test_the_documents_words_are_understood() -> None:
    status = vocabulary("status")
    for word in ("签约客户", "正式客户", " 成交客户 ", "ＷＯＮ"):
        found = status.find(word)
        assert found is not None and found.code == "won", word
    assert status.find("跟进中") is None
    assert "跟进中" in status.vague


def test_identities_are_unique_and_grow() -> None:
    rids = [new_rid() for _ in range(2000)]
    assert len(set(rids)) == 2000
    assert all(len(rid) == 32 for rid in rids)
    assert rids == sorted(rids), "also within a millisecond"
