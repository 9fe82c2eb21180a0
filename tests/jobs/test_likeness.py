"""What customers are recognised by: worked out once, whoever asks first."""

from __future__ import annotations

from xlcrm.jobs.likeness import Memory
from xlcrm.match import block
from xlcrm.match.normalise import normalise

ROWS: tuple[dict[str, str | None], ...] = (
    {"name": "海河电子有限公司", "phone": "+8613912348765", "city": "4403"},
    {"name": "王小明", "kind": "person", "phone": "+8613912345678"},
    {"name": "城南便利店", "address": "人民路3号"},
)


def remembered(*keys: tuple[str, ...]) -> Memory:
    """A memory of ``ROWS``, with their own blocking keys where none are given."""
    columns = {key: [row.get(key) for row in ROWS] for key in ("name", "phone", "city", "kind", "address")}
    normal, memory = normalise(columns), Memory()
    memory.keep(columns, normal, keys or block.keys(normal))
    return memory


def test_what_was_compared_is_what_a_second_look_finds() -> None:
    fresh: dict[str, str | None] = {"name": "鑫泰商贸行", "phone": "+8613811112222"}
    asked = [ROWS[2], {**ROWS[0], "kind": "company", "email": None}, fresh, ROWS[1]]
    anew, found = Memory().recall(asked), remembered().recall(asked)
    assert found[0].frame.equals(anew[0].frame) and found[1] == anew[1]
    assert [len(part) for part in remembered().recall([])] == [0, 0]


def test_only_what_says_something_else_is_looked_at() -> None:
    asked = [{**ROWS[0], "kind": "company"}, {**ROWS[0], "phone": "+8613811112222"}]
    kept, new = remembered(("n:first",), ("n:second",), ("n:third",)).recall(asked)[1]
    assert kept == ("n:first",) and "p:+8613811112222" in new
