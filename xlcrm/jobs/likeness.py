"""What customers are recognised by: as they are, as what was merged into them, and as each source of values that lost."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from xlcrm.match import block, face
from xlcrm.match.normalise import Normal, normalise
from xlcrm.model.operation import Change, Record, Values
from xlcrm.model.tables import CUSTOMER, MATCHED
from xlcrm.store.base import Store

_TAKEN_FOR = {key: CUSTOMER[key].default for key in MATCHED}
"""What a blank value is taken for: a row whose defaults were filled in says what it said before."""


@dataclass(slots=True)
class Memory:
    """Rows as they were compared, by what they say: storing them needs the same parts and blocking keys again."""

    _normal: list[Normal] = field(default_factory=list)
    _keys: list[tuple[str, ...]] = field(default_factory=list)
    _places: dict[tuple[str, ...], int] = field(default_factory=dict)

    def keep(self, columns: Mapping[str, Sequence[str | None]], normal: Normal, keys: Sequence[tuple[str, ...]]) -> None:
        """Remember the rows of ``columns``, which are ``normal`` and have ``keys``."""
        blank: list[str | None] = [None] * len(normal)
        said = zip(*(_filled(columns.get(key, blank), key) for key in MATCHED), strict=True)
        self._places.update((one, place) for place, one in enumerate(said, len(self._keys)))
        self._normal.append(normal)
        self._keys += keys

    def recall(self, values: Sequence[Mapping[str, str | None]]) -> tuple[Normal, list[tuple[str, ...]]]:
        """The comparable parts and the blocking keys of customers; those that nobody compared yet are worked out."""
        columns = {key: [one.get(key) for one in values] for key in MATCHED}
        said = list(zip(*(_filled(column, key) for key, column in columns.items()), strict=True))
        fresh = [place for place, one in enumerate(said) if one not in self._places]
        if fresh:
            some = {key: [column[place] for place in fresh] for key, column in columns.items()}
            normal = normalise(some)
            self.keep(some, normal, block.keys(normal))
        if not said:
            return normalise({}), []
        places = [self._places[one] for one in said]
        self._normal = [sum(self._normal[1:], self._normal[0])]
        return self._normal[0].take(places), [self._keys[place] for place in places]


def _filled(column: Iterable[str | None], key: str) -> list[str]:
    blank = _TAKEN_FOR[key] or ""
    return [value or blank for value in column]


def faces(
    records: Mapping[str, Record], store: Store, without: Container[str] = (), apart: Container[str] = ()
) -> list[tuple[str, Values]]:
    """What each customer may be recognised by, as (rid, values).

    ``without`` are operations that are about to be in effect no longer, ``apart`` the customers that are merged no longer then.
    """
    joined = store.joined(records) if records else {}
    nearest = sorted(joined.items(), key=lambda item: -len(item[1]))  # whoever comes back takes along what is under it
    merged = {one: rid for rid, of in nearest for one in of if one not in apart}
    everybody = {**records, **(store.records(merged) if merged else {})}
    kept = store.kept(everybody)
    found: list[tuple[str, Values]] = []
    for rid in (*sorted(records), *sorted(merged)):
        under, values = merged.get(rid, rid), everybody[rid].values
        found.append((under, values))
        sources: dict[str, Values] = {}
        for lost in kept.get(rid, ()):
            if lost.operation not in without:
                sources.setdefault(lost.origin, dict(values))[lost.field] = lost.value
        found += [(under, said) for said in sources.values()]
    return found


def give(
    changes: Sequence[Change],
    records: Mapping[str, Record],
    store: Store,
    more: Mapping[str, Sequence[Values]],
    without: Container[str] = (),
    apart: Container[str] = (),
    memory: Memory | None = None,
) -> None:
    """Give every changed customer its blocking keys and looks, in one batch.

    ``records`` are those that stand in the store, ``more`` what is merged into them by these changes (rid -> values);
    ``without`` and ``apart`` as for ``faces``; ``memory`` of the comparison that came before.
    """
    changes = [change for change in changes if change.table == CUSTOMER.key]
    found: dict[str, list[Values]] = {}
    for rid, values_then in faces(records, store, without, apart):
        found.setdefault(rid, []).append(values_then)
    owners: list[Change] = []
    values: list[Mapping[str, str | None]] = []
    for change in changes:
        record = records.get(change.rid)
        now = {**(record.values if record else {}), **change.values}
        mixed = more.get(change.rid) or without
        if record is not None and not mixed and not any(key in MATCHED for key in change.values):
            continue
        # As it was until now it is recognised, too; but not as what it said only because of what is taken back.
        for one in (now, *(found.get(change.rid, [])[bool(without) :]), *more.get(change.rid, ())):
            owners.append(change)
            values.append(one)
    normal, made = (memory or Memory()).recall(values)
    for change, keys, look in zip(owners, made, face.written(normal), strict=True):
        change.keys = tuple(dict.fromkeys((*change.keys, *keys))) if change.keys else keys
        change.looks = tuple(dict.fromkeys((*change.looks, look)))
