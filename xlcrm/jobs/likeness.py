"""What customers are recognised by: as they are, as what was merged into them, and as each source of values that lost."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence

from xlcrm.match import block, face
from xlcrm.match.normalise import normalise
from xlcrm.model.operation import Change, Record, Values
from xlcrm.model.tables import CUSTOMER, MATCHED
from xlcrm.store.base import Store


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
) -> None:
    """Give every changed customer its blocking keys and looks, in one batch.

    ``records`` are those that stand in the store, ``more`` what is merged into them by these changes (rid -> values);
    ``without`` and ``apart`` as for ``faces``.
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
    normal = normalise({key: [one.get(key) for one in values] for key in MATCHED})
    for change, keys, look in zip(owners, block.keys(normal), face.written(normal), strict=True):
        change.keys = tuple(dict.fromkeys((*(change.keys or ()), *keys)))
        change.looks = tuple(dict.fromkeys((*change.looks, look)))
