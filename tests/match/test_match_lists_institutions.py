from tests.bench.lists.institutions import COLUMNS, TRUTH, make


def test_list_is_repeatable_complete_and_labelled() -> None:
    rows, truth = make(3, 700)
    assert (rows, truth) == make(3, 700)
    assert make(4, 700)[0] != rows
    assert len(rows) == len(truth) == 700
    assert [row["row_id"] for row in rows] == [row["row_id"] for row in truth]
    assert all(list(row) == COLUMNS and list(label) == TRUTH for row, label in zip(rows, truth, strict=True))
    assert all(label["cluster_id"] and label["kind"] for label in truth)
    filled = [sum(bool(row[column].strip()) for column in COLUMNS[1:6]) for row in rows]
    assert min(filled) >= 2
    assert len({label["cluster_id"] for label in truth}) < 600


def test_one_group_spans_several_customers() -> None:
    _, truth = make(5, 700)
    clusters: dict[str, set[str]] = {}
    for label in truth:
        if label["group"]:
            clusters.setdefault(label["group"], set()).add(label["cluster_id"])
    assert len(clusters) > 50
    assert all(len(found) > 1 for found in clusters.values())
