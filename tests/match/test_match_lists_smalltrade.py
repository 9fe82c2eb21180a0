"""The labelled list of small traders is reproducible, complete and labelled."""

from tests.bench.lists.smalltrade import COLUMNS, TRUTH, make


def test_the_list_is_reproducible_and_every_row_is_labelled() -> None:
    rows, truth = make(3, 400)
    assert (rows, truth) == make(3, 400)
    assert rows != make(4, 400)[0]
    assert [r["row_id"] for r in rows] == [t["row_id"] for t in truth] == [str(n) for n in range(1, 401)]
    assert all(list(r) == COLUMNS for r in rows) and all(list(t) == TRUTH for t in truth)
    assert all(t["cluster_id"] and t["kind"] for t in truth)
    assert len({t["cluster_id"] for t in truth}) < 400
    for row in rows:
        assert row["客户名称"].strip()
        assert any(row[column].strip() for column in ("联系人", "手机/固话", "邮箱", "地址"))
