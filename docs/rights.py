"""Writes docs/rights.md, who may do what, from the one declaration: ``python docs/rights.py``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from xlcrm.catalogue import text
from xlcrm.model.tables import STORED
from xlcrm.model.vocabularies import vocabulary
from xlcrm.rules.rights import BY_FIELD, FIELDS, MATRIX, Action, Group, group_of, widest

TARGET = Path(__file__).with_name("rights.md")
ABOUT = """\
# 权限 Rights

Generated from `xlcrm/rules/rights.py` by `python docs/rights.py`; a test says when it is out of date.

Everybody has the roles that `xlcrm people` shows, and of several roles the widest right. A right reaches customers that are
one's **own** (自己的: one is 负责人, or nobody is), those of one's **department** (本部门), or **all** (全部); the wider
holds the narrower. Contacts, interactions, tags and requests follow their customer. A **deputy** (代理人) has the rights of
the absent person until the last day given; the log says who acted. Somebody disabled keeps number, name and customers and
may do nothing.

- The first person of an embedded store has every role. Everybody else is added by an administrator
  (`xlcrm people --add`); a login that is not among the people cannot use the store.
- What is hidden is not shown by any command or button: `show`, `export`, `log`, `dedupe`, 查找客户, 刷新. A masked value
  (138****5678, 王**) written back means "unchanged". A filter on a field finds only customers of which one may see that field.
- A change without the right is refused row by row with a sentence in 问题说明; the other rows go in. The store asks again
  inside its own transaction, by the roles of that moment.
- `xlcrm reveal CUSTOMER FIELD --reason TEXT` shows one masked value. Beyond one's own customers it is logged with the reason
  and appears in the customer's history; so do exports and answered questions in the log.
- **Is it taken?** An entry user who submits or looks for a customer that exactly is a colleague's (name, phone, mail or
  credit code) learns that it is taken and whom to ask, nothing else: 已有人负责，请联系…. After 20 colleagues' customers in an
  hour (setting `asks_per_hour`) nobody is named any more, after ten times as many nothing is answered. Scores of likeness are
  only worked out over customers whose every value one may see; resemblances with colleagues' customers are the steward's to find.
- **严格模式.** With the setting `changes` = "core" the core fields of stored customers change by request only, with "strict" all
  fields; nobody writes them directly, whatever their role. A value that stood in the store before goes in without one, by whoever
  could approve of it: of a customer that is merged into this one, or where an operation is taken back. What was verified goes in
  with its request; what a handover that was agreed to names goes over.
- **Update requests** (`xlcrm/rules/workflow.py`). Each change of a request is one step of its life, taken by who may; anything
  else is refused by the store: jumps, edits after submission, somebody else's signature, a second step in the same operation. Who
  wants the change, who wrote the request down and who said anew what is wanted verify nothing of it and carry nothing out, nor
  does whoever only stands in for them. Every word goes in with its step, from a seat of one's own, once in a round; only what all
  seats confirmed is carried out. A carried-out request that is taken back waits to be carried out again; its other steps are not
  undone.
- **Who reads a request**: whoever knows the customer's name sees that there is one; field, state and reasons read as core fields
  do, the value that stands and the one wanted as that field itself. An encrypted value counts as one of 联系人与地址: who has to
  verify a telephone has to call it. The customer's own stays masked.
- **Proposals** (`xlcrm/rules/approvals.py`): voiding, erasing, handing over, exporting, a new tag, the review of a new customer.
  A person for each seat, none of them who proposed it, and nobody as a deputy of who proposed it. Voiding and erasing need a
  manager and an administrator, a handover a manager of whose customers they are (then any steward or manager carries it out), an
  export a manager. Who works alone in a store erases without asking anybody. With the setting `review` = "double" a new customer
  of somebody who may not approve comes with a proposal to review it; declined, the customer becomes void; it cannot be withdrawn.
- **Messages** are shown to who wrote them, to whom they go and to who reads the whole log (a server shows another client also
  those about customers whose names one knows); anybody may send one that waits, and one that was sent never waits again.

## PostgreSQL: the database itself

Everybody is a login of the database, and whoever comes with another client gets no further than with xlcrm:

- Nobody but the store's owner has any right to a table. People read views (schema `xlcrm_seen`) that are made from the matrix:
  rows of customers whose name one may not know are not there, fields one may not see are NULL; so in the log, in former values
  and in what records are found by (numbers, keys for duplicates, telephone tails, pinyin). People write by functions alone.
- **Who acts is the login** (`session_user`), whatever a client says or sets; day and time are the server's; the functions'
  search path is fixed. The same checks are made of every operation again, from the same matrix: one change without the right, and
  nothing of it is written. Somebody disabled is out at once.
- **Masks.** A value that is not encrypted is masked by the database (王**). Of an encrypted one who may only see it masked gets
  `***`: the database cannot open it, and whoever gets the ciphertext could. `xlcrm reveal` asks a function for the one value,
  which logs it first.
- **Is it taken?** is a function, too: it names, counts, refuses and logs by itself. The keys of others' customers cannot be read.
- Of a colleague's customer that one worked on before, or was told of, one learns whose it is; of any other nothing.
- A full `xlcrm audit verify` needs the right to the whole log. Who may not read all of it (administrators) verifies the chain and
  what it covers; entries that say more than they may read look as erased ones do. The steward verifies every word.
- **Requests** (`changes` = "core" or "strict") are the database's business, too: it refuses a direct change (XL010) from whatever
  client, an older xlcrm's included, whose settings are of a moment ago. Steps, seats and proposals are checked there as well,
  made from the same declarations. What a request wants is encrypted: the database sees that a verified request about this very
  field of this very customer is carried out by who may, and cannot compare the values. Xlcrm compares them, and the log keeps
  both.
- To verify, one gets the data key of the requests' customers. It opens what the request says; of the customer's own encrypted
  values such a person gets the mask, not the ciphertext.
- What stays visible to every colleague, and why: **who works here** (names, departments, roles, deputies, logins: whom to ask,
  and logins stand in PostgreSQL's own list of roles); the **settings** (every check needs them); **decisions about pairs** (keyed
  digests and one word: who has not both records cannot tell whose; who made them and when is in the log of whoever made
  them); **how far the numbers have got**, and **how large the tables are** (PostgreSQL's catalogue; numbers are given in their
  order). None of it says anything about one customer.
- What does not: contents in PostgreSQL's statistics, other people's queries, the machines and sealed identities of colleagues
  (but for one's own and the recovery passphrase's; all to who manages keys).
- Whoever holds a transaction open can hold up others who write, as in any database; they are told after a minute. An
  administrator sets `idle_in_transaction_session_timeout` against it.
- Members of the role `xlcrm_owner` are above all this: the database's administrator, and a machine that serves a folder.

**A SQLite file cannot defend itself.** These rights hold for everybody who works through xlcrm. Who can open the file with
another program reads what is not encrypted, and the login is what the operating system, or the caller, says it is. The
encrypted columns stay closed without the key, and the log shows tampering. So keep the file on its owner's machine.
"""


def lines() -> Iterator[str]:
    """The lines of the page."""
    yield from ABOUT.splitlines()
    roles = vocabulary("role")
    yield ""
    yield "## 角色与权限 Roles and rights"
    for action in Action:
        yield ""
        yield f"### {_both(f'action_{action}')}"
        yield ""
        groups = FIELDS if action in BY_FIELD else (Group.RECORD,)
        yield "| | " + " | ".join(_both(f"group_{group}") for group in groups) + " |"
        yield "|---" * (len(groups) + 1) + "|"
        for role in MATRIX:
            scopes = [_scope(widest({role}, action, group).name.lower()) for group in groups]
            yield f"| {roles.label(role, 'zh')} {roles.label(role, 'en')} | " + " | ".join(scopes) + " |"
    yield ""
    yield "## 字段类别 Classes of fields"
    yield ""
    yield "| | " + " | ".join(table.zh for table in STORED) + " |"
    yield "|---" * (len(STORED) + 1) + "|"
    for group in FIELDS:
        named = ["、".join(one.zh for one in table.fields if group_of(table, one) is group) for table in STORED]
        yield f"| {_both(f'group_{group}')} | " + " | ".join(names or "—" for names in named) + " |"


def _both(key: str) -> str:
    return f"{text(f'rights.{key}', 'zh')} {text(f'rights.{key}', 'en')}"


def _scope(name: str) -> str:
    zh, en = (text(f"rights.scope_{name}", language) for language in ("zh", "en"))
    return zh if zh == en else f"{zh} {en}"


if __name__ == "__main__":
    TARGET.write_text("\n".join(lines()) + "\n", "utf-8")
