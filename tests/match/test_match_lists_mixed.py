"""The labelled list of all kinds of customers is reproducible, complete and labelled."""

import pytest

from tests.bench.lists.mixed import COLUMNS, TRUTH, make


def test_the_list_is_reproducible_and_every_row_is_labelled() -> None:
    rows, truth = make(3, 700)
    assert (rows, truth) == make(3, 700)
    assert rows != make(4, 700)[0]
    assert [row["row_id"] for row in rows] == [label["row_id"] for label in truth] == [str(number) for number in range(1, 701)]
    assert all(list(row) == COLUMNS for row in rows) and all(list(label) == TRUTH for label in truth)
    assert all(label["cluster_id"] and label["kind"] for label in truth)
    assert len({label["cluster_id"] for label in truth}) == 490  # three rows in ten are copies


def test_no_row_is_empty() -> None:
    rows, _ = make(3, 700)
    for row in rows:
        filled = [column for column in ("客户名称", "联系人", "手机/固话", "邮箱", "地址") if row[column].strip()]
        assert len(filled) >= 2, row


@pytest.mark.parametrize("count", range(60, 80))
def test_a_group_spans_several_customers_and_a_customer_has_one_group(count: int) -> None:
    """Wherever the list is cut off: a family may not end with its first customer."""
    _, truth = make(5, count)
    clusters: dict[str, set[str]] = {}
    groups: dict[str, set[str]] = {}
    for label in truth:
        groups.setdefault(label["cluster_id"], set()).add(label["group"])
        if label["group"]:
            clusters.setdefault(label["group"], set()).add(label["cluster_id"])
    assert len(clusters) > 5
    assert all(len(found) > 1 for found in clusters.values())
    assert all(len(found) == 1 for found in groups.values())
