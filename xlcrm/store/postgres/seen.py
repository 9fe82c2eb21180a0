"""What each login may read: one view for each table, under the table's own name in a schema that stands before the tables'.

People have no right to read a table. A view leaves out the rows of customers whose name they may not know, and gives NULL for
the fields they may not see; of what they may see masked it gives the mask, of an encrypted value ``MASK``: the database cannot
open it, and who gets the ciphertext could. Made from the declaration; what has no view here, nobody reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from xlcrm.model.fields import Field, Kind
from xlcrm.model.fields import Table as Declared
from xlcrm.model.tables import REQUEST
from xlcrm.rules.masking import MASK
from xlcrm.rules.rights import FIELDS, NOBODYS, Action, Group, group_of
from xlcrm.rules.workflow import class_of
from xlcrm.store.postgres.reach import within
from xlcrm.store.postgres.roles import SEEN
from xlcrm.store.schema import LOGGED, OWNED, RECORDS, columns, metadata, quoted

CUSTOMERS = tuple(table.key for table in RECORDS)
"""The tables whose records are a customer's."""

_NAMES = frozenset({Kind.PERSON, Kind.CUSTOMER})
_REACHED = frozenset({Kind.PHONE, Kind.EMAIL, Kind.IDENTITY, Kind.BANKCARD})
_NOBODY = "ARRAY[]::text[]"
_WANTED, _AFTER = REQUEST["field"], REQUEST["after"]
_AUDIT = ("origin", "created_by", "created_at", "updated_by", "updated_at")
TABLE = 'e."table"'
"""The table that an entry "e" of the log is about."""

_ACCESS = f"e.\"table\" = 'access' AND EXISTS (SELECT FROM {SEEN}.access a WHERE a.rid = e.rid)"
"""Whether an entry "e" says that something was shown, of a customer whose log may be read."""

_DECIDED = (
    'e."table" = \'decision\' AND EXISTS (SELECT FROM xlcrm.operation d WHERE d.id = e.operation AND d.actor = ANY (r.log))'
)
"""Whether an entry "e" is a decision about pairs or headers by somebody whose customers' log may be read."""

_ALL = " AND ".join(f"r.read_{group} IS NULL" for group in FIELDS)


def with_reach(query: str, *others: str) -> str:
    """``query`` with the reaches that it names (r.READ_NAME, r.LOG …) before it, for its FROM, and with ``others`` for its WITH.

    Asked once a statement: a function in each row, or once for each column, would cost more than the row.
    """
    me = "(SELECT p.rid FROM xlcrm.person p WHERE p.account = session_user AND p.life = 'live' AND p.disabled IS NULL)"
    known = {"persons": "xlcrm.persons()", "compared": "xlcrm.compared()", "me": me}
    said = []
    for name in sorted(set(re.findall(r"\br\.(\w+)", " ".join((query, *others))))):
        action, _, group = name.partition("_")
        reach = f"xlcrm.reach('{action}', '{group or Group.RECORD}')"
        said.append(f"{known.get(name, reach)} AS {name}")
    named = [*((f"r AS MATERIALIZED (SELECT {', '.join(said)})",) if said else ()), *others]
    return f"WITH {', '.join(named)} {query}" if named else query


def owner_of(table: str, rid: str) -> str:
    """SQL: the owner of the customer of a record, '' for nobody, NULL for one that is not there; both are expressions."""
    cases = " ".join(f"WHEN '{key}' THEN {owner_in(key, rid)}" for key in CUSTOMERS)
    return f"CASE {table} {cases} WHEN 'kept_value' THEN {owner_in('customer', rid)} END"


def owner_in(key: str, rid: str) -> str:
    """SQL: as ``owner_of``, where the table's key is known."""
    if key == "customer":
        return f"(SELECT coalesce(o.owner, '') FROM xlcrm.customer o WHERE o.rid = {rid})"
    joined = f"xlcrm.{quoted(key)} t LEFT JOIN xlcrm.customer o ON o.rid = t.customer"
    return f"(SELECT coalesce(o.owner, '') FROM {joined} WHERE t.rid = {rid})"


def by_class(table: Declared, field: str, reach: str) -> str:
    """SQL: the reach ``{reach}_CLASS`` for a field of ``table`` by its name, an expression; nobody for one not declared."""
    named: dict[Group, list[str]] = {}
    for one in table.data:
        named.setdefault(group_of(table, one), []).append(f"'{one.key}'")
    cases = " ".join(f"WHEN {field} IN ({', '.join(names)}) THEN r.{reach}_{group}" for group, names in named.items())
    return f"CASE {cases} ELSE {_NOBODY} END"


def _reads_wanted(owner: str, about: str) -> str:
    """SQL: whether the value wanted by a request about the customer's field ``about`` may be read; both are expressions
    (workflow.class_of).
    """
    named: dict[Group, list[str]] = {}
    for field in LOGGED["customer"].data:
        named.setdefault(class_of(_AFTER, field.key), []).append(f"'{field.key}'")
    cases = " ".join(f"WHEN {about} IN ({', '.join(names)}) THEN r.{Action.READ}_{group}" for group, names in named.items())
    wanted = f"CASE {cases} ELSE r.{Action.READ}_{class_of(_AFTER, None)} END"
    return f"{within(owner, f'r.{Action.READ}_{group_of(REQUEST, _WANTED)}')} AND {within(owner, wanted)}"


def _record(table: Declared) -> str:
    """The view of a table of records."""
    owned = table.key in OWNED
    owner = "c.owner" if owned else "t.owner"
    shown = {field.key: _field(table, field, owner) for field in table.data if field.key not in ("owner", "customer")}
    if table.key == REQUEST.key:
        shown |= {key: f"CASE WHEN {_reads_wanted(owner, 't.field')} THEN t.{key} END" for key in table.sensitive}
    shown |= {name: _when(f"t.{name}", owner, Action.READ, Group.SYSTEM) for name in _AUDIT}
    if not owned:  # that it has one decides what may be done with it
        other = f"WHEN t.owner IS NOT NULL THEN '{NOBODYS}'"
        shown["owner"] = _when("t.owner", owner, Action.READ, Group.OWNER, other)
    listed = ", ".join(f"{shown.get(name, f't.{quoted(name)}')} AS {quoted(name)}" for name in columns(table))
    name = f"r.{Action.READ}_{Group.NAME}"
    if owned:
        rows = f"xlcrm.{table.key} t LEFT JOIN xlcrm.customer c ON c.rid = t.customer WHERE {within(owner, name)}"
    else:  # of these branches one or two give rows: the index on the owner serves who owns a few of a million
        here = f"SELECT * FROM xlcrm.{table.key} WHERE"
        rows = (
            f"LATERAL ({here} owner = ANY ({name}) UNION ALL {here} owner IS NULL AND '' = ANY ({name}) "
            f"UNION ALL {here} {name} IS NULL) t"
        )
    return with_reach(f"SELECT {listed} FROM r CROSS JOIN {rows}")


def _field(table: Declared, field: Field, owner: str) -> str:
    group, value = group_of(table, field), f"t.{quoted(field.key)}"
    if field.sensitive or field.kind in _REACHED:
        mask = f"'{MASK}'"
    elif field.kind in _NAMES:
        mask = f"left({value}, 1) || '**'"
    else:
        mask = ""
    hidden = f"WHEN {value} IS NOT NULL AND {within(owner, f'r.{Action.MASKED}_{group}')} THEN {mask}" if mask else ""
    return _when(value, owner, Action.READ, group, hidden)


def _when(value: str, owner: str, action: Action, group: Group, other: str = "") -> str:
    return f"CASE WHEN {within(owner, f'r.{action}_{group}')} THEN {value} {other} END"


def _filtered(key: str) -> str:
    """What an entry says of a record of ``key``, less the fields that the person may not read."""
    may = within("w.owner", by_class(LOGGED[key], "j.key", Action.READ))
    if key == REQUEST.key:
        sealed = ", ".join(f"'{name}'" for name in sorted(LOGGED[key].sensitive))
        wanted = _reads_wanted("w.owner", "(SELECT q.field FROM xlcrm.request q WHERE q.rid = e.rid)")
        may = f"CASE WHEN j.key IN ({sealed}) THEN {wanted} ELSE {may} END"
    own = "j.key IN ('number', 'origin', 'life', 'merged_into')"
    return f"(SELECT coalesce(json_object_agg(j.key, j.value), '{{}}')::text FROM json_each(%s) j WHERE {own} OR {may})"


def _entry() -> str:
    """The view of the log: entries about what the person may read the log of, saying only what the person may read of it."""
    said = " ".join(f"WHEN '{key}' THEN {_filtered(key)}" for key in CUSTOMERS)
    kept = by_class(LOGGED["customer"], "e.after::json ->> 'field'", Action.READ)
    told = f"CASE WHEN w.whole OR e.%s = '' THEN e.%s ELSE CASE e.\"table\" {said} ELSE '' END END"
    listed = ", ".join(
        {
            "before": told.replace("%s", "before", 2).replace("%s", "e.before::json"),
            "after": told.replace("%s", "after", 2).replace("%s", "e.after::json"),
            "salt": "CASE WHEN w.whole THEN e.salt ELSE '' END",  # the chain holds without it: as after an erasure
        }.get(column.name, f"e.{quoted(column.name)}")
        + f" AS {quoted(column.name)}"
        for column in metadata.tables["entry"].columns
    )
    everything = " AND ".join(within("a.owner", f"r.{Action.READ}_{group}") for group in FIELDS)
    return with_reach(f"""SELECT {listed} FROM r CROSS JOIN xlcrm.entry e CROSS JOIN LATERAL (
        SELECT CASE WHEN r.log IS NULL AND {_ALL} THEN '' ELSE {owner_of(TABLE, "e.rid")} END AS owner OFFSET 0) a
      CROSS JOIN LATERAL (
        SELECT a.owner, CASE WHEN e."table" IN ({", ".join(f"'{key}'" for key in CUSTOMERS)}) THEN {everything}
          WHEN e."table" = 'kept_value' THEN {within("a.owner", kept)} ELSE true END AS whole OFFSET 0) w
      WHERE r.log IS NULL OR w.owner = ANY (r.log) OR {_ACCESS} OR {_DECIDED}""")


def _approval() -> str:
    """The view of what is said about proposals that are seen, and about requests; why, only for who may read the request."""
    name = f"r.{Action.READ}_{Group.NAME}"
    joined = "xlcrm.request q LEFT JOIN xlcrm.customer o ON o.rid = q.customer"
    asked = f"(SELECT coalesce(o.owner, '') FROM {joined} WHERE q.rid = t.proposal)"
    request = "EXISTS (SELECT FROM xlcrm.request q WHERE q.rid = t.proposal)"
    proposal = (
        "EXISTS (SELECT FROM xlcrm.proposal p WHERE p.rid = t.proposal AND (p.created_by = ANY (r.persons) "
        f"OR {owner_in('customer', 'p.customer')} = ANY ({name})))"
    )
    plain = within(asked, f"r.{Action.READ}_{group_of(REQUEST, REQUEST['reason'])}")
    shown = {"reason": f"CASE WHEN NOT {request} OR {plain} THEN t.reason END"}
    listed = ", ".join(f"{shown.get(one, f't.{quoted(one)}')} AS {quoted(one)}" for one in columns(LOGGED["approval"]))
    rows = f"{name} IS NULL OR {asked} = ANY ({name}) OR {proposal}"
    return with_reach(f"SELECT {listed} FROM r CROSS JOIN xlcrm.approval t WHERE {rows}")


def _operation() -> str:
    listed = ", ".join(f"o.{quoted(column.name)}" for column in metadata.tables["operation"].columns)
    here = "SELECT FROM xlcrm.entry e WHERE e.seq >= o.first AND e.seq < o.first + o.entries "
    here += f"AND ({owner_of(TABLE, 'e.rid')} = ANY (r.log) OR {_ACCESS} OR {_DECIDED})"
    mine = "r.log IS NULL OR o.actor = ANY (r.persons)"
    return with_reach(f"SELECT {listed} FROM r CROSS JOIN xlcrm.operation o WHERE {mine} OR EXISTS ({here})")


def _definitions() -> Iterator[tuple[str, str]]:
    name, secret = f"r.{Action.READ}_{Group.NAME}", f"r.{Action.READ}_{Group.SENSITIVE}"
    masked = f"r.{Action.MASKED}_{Group.SENSITIVE}"
    for table in RECORDS:
        yield table.key, _record(table)
    customer = owner_in("customer", "t.customer")
    yield "face", f"WHERE r.compared IS NULL OR {owner_in('customer', 't.rid')} = ANY (r.compared)"
    faces = "(SELECT coalesce(o.owner, '') FROM xlcrm.face f JOIN xlcrm.customer o ON o.rid = f.rid WHERE f.id = t.face)"
    yield "blocking_key", f"WHERE r.compared IS NULL OR {faces} = ANY (r.compared)"
    yield "phone_tail", f"WHERE {secret} IS NULL OR {masked} IS NULL OR {customer} = ANY ({secret} || {masked})"
    # Whoever reads a request opens it with its customer's key, which opens nothing else of what such a person gets.
    asked = f"q.customer = t.customer AND {_reads_wanted(customer, 'q.field')}"
    requested = f"EXISTS (SELECT FROM xlcrm.request q WHERE {asked})"
    yield "data_key", f"WHERE {secret} IS NULL OR r.keys IS NULL OR {customer} = ANY ({secret}) OR {requested}"
    yield "pinyin", f"WHERE {name} IS NULL OR {owner_in('customer', 't.rid')} = ANY ({name})"
    field = by_class(LOGGED["customer"], "t.field", Action.READ)
    yield "kept_value", f"JOIN xlcrm.customer c ON c.rid = t.rid WHERE {within('c.owner', field)}"
    numbered = ", ".join(owner_in(table.key, "t.rid") for table in RECORDS)
    yield "number", f"WHERE {name} IS NULL OR coalesce({numbered}) = ANY ({name})"
    mine = "EXISTS (SELECT FROM xlcrm.operation o WHERE o.id = t.operation AND o.actor = ANY (r.persons))"
    yield "submission", f"WHERE {name} IS NULL OR {mine} OR {owner_of('t.' + quoted('table'), 't.rid')} = ANY ({name})"
    yield "imported", f"WHERE {name} IS NULL OR {owner_in('customer', 't.rid')} = ANY ({name})"
    yield "access", f"WHERE r.log IS NULL OR t.created_by = ANY (r.persons) OR {customer} = ANY (r.log)"
    yield "proposal", f"WHERE {name} IS NULL OR t.created_by = ANY (r.persons) OR {customer} = ANY ({name})"
    yield "approval", _approval()
    yield "notice", f"WHERE {name} IS NULL OR ARRAY[t.created_by, t.person] && r.persons OR {customer} = ANY ({name})"
    yield "entry", _entry()
    yield "operation", _operation()
    yield "counter", "WHERE r.log IS NULL"
    # Machines of one's own, and the recovery passphrase's: what others sealed their identities with is not to be tried.
    own = "t.person = r.me OR t.kind = 'recovery'"
    yield "keyholder", f"WHERE r.keys IS NULL OR r.log IS NULL OR {own}"
    yield "key_copy", f"JOIN xlcrm.keyholder h ON h.rid = t.holder WHERE r.keys IS NULL OR {own.replace('t.', 'h.')}"
    for known in ("setting", "decision"):
        yield known, "WHERE (SELECT xlcrm.active())"
    # Who works here; to somebody without a right, whom to turn to.
    yield "person", "WHERE (SELECT xlcrm.active()) OR t.account = session_user OR 'admin' = ANY (string_to_array(t.roles, ','))"
    yield "meta", "WHERE t.name <> 'passphrase' OR (SELECT xlcrm.active())"
    yield "migration", ""


def _view(name: str, rest: str) -> str:
    query = rest
    if not rest.startswith("WITH"):  # all columns of the table
        listed = ", ".join(f"t.{quoted(column.name)}" for column in metadata.tables[name].columns)
        asks = "r CROSS JOIN " if re.search(r"\br\.\w", rest) else ""
        query = with_reach(f"SELECT {listed} FROM {asks}xlcrm.{quoted(name)} t {rest}")
    return f"CREATE VIEW {SEEN}.{quoted(name)} WITH (security_barrier) AS {query}"


VIEWS = {name: _view(name, rest) for name, rest in _definitions()}
"""The statements that make the views, by their names, in their order; ``DROP`` comes first."""

DROP = f"""DO $$
DECLARE v record;
BEGIN
  FOR v IN SELECT relname FROM pg_class WHERE relnamespace = '{SEEN}'::regnamespace AND relkind = 'v' LOOP
    EXECUTE 'DROP VIEW IF EXISTS {SEEN}.' || quote_ident(v.relname) || ' CASCADE';
  END LOOP;
END $$"""
