"""Pictures of what waits for whom (docs/queues.md): a small team with a few requests, some of them late.

A developer's tool: needs ``soffice`` and ``pdftoppm``.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from xlcrm import app
from xlcrm.cli import main as xlcrm
from xlcrm.jobs import people, proposals
from xlcrm.jobs.requests.acting import act
from xlcrm.jobs.requests.raising import new_request
from xlcrm.model.operation import Change, Operation
from xlcrm.model.tables import CUSTOMER, REQUEST
from xlcrm.model.wish import Wish
from xlcrm.sheets import template

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from make import picture, samples  # noqa: E402 - a script beside this one

TEAM = {"李四": "reviewer", "王五": "steward", "孙七": "manager", "张三": "entry"}
WANTED = (
    ("contact", "李芳", "原联系人已离职，前台转接", "urgent"),
    ("phone", "+8613800138000", "客户来电更换手机", "normal"),
    ("name", "深圳市海河电子股份有限公司", "公司更名，已看营业执照", "normal"),
    ("contract_amount", "80.00", "追加采购", "normal"),
    ("status", "won", "已签年度合同", "normal"),
)
SYSTEM = ("submit_status", "check_result", "problem", "number", "owner")
SHEETS = {
    "queue-verify": ("李四", "待我核验", (55, 65, 1650, 260)),
    "queue-tasks": ("张三", "我的待办", (55, 65, 1650, 260)),
    "queue-approve": ("孙七", "待我审批", (55, 65, 1650, 260)),
    "queue-overdue": ("张三", "逾期", (55, 65, 1650, 260)),
}


def acting(name: str, now: str) -> None:
    """Let ``name`` act at a moment."""
    os.environ |= {"LOGNAME": name, "XLCRM_PERSON": name, "XLCRM_NOW": now}


def main() -> None:
    """Make all pictures."""
    with tempfile.TemporaryDirectory() as place:
        home = Path(place)
        os.environ |= {"XLCRM_HOME": place, "XLCRM_PASSPHRASE": "x"}
        acting("赵敏", "2025-03-12 08:30:00")
        with app.session(None, "zh") as desk:
            for name, role in TEAM.items():
                people.add(desk.store, desk.context, name, name, "销售部", role)
            desk.store.apply(Operation("settings", [Change("setting", "changes", "", {"value": "core"})]), desk.context)
        acting("张三", "2025-03-12 09:00:00")
        book = home / "客户.xlsx"
        mine = {key: cells[:3] for key, cells in samples().items() if key not in SYSTEM}
        template.build(book, rows={"customer": mine})
        xlcrm(["submit", str(book)])
        with app.session(None, "zh") as desk:
            store, context = desk.store, desk.context
            customers = list(store.scan(CUSTOMER.key))
            numbers = store.numbers(REQUEST.number, len(WANTED), context.now())
            made = []
            for place_, (field, after, reason, urgency) in enumerate(WANTED):
                said = {"reason": reason, "urgency": urgency}
                made.append(new_request(context, customers[place_ % len(customers)], field, after, said))
                made[-1].number = numbers[place_]
            store.apply(Operation("request", made), context)
            proposals.propose_void(store, context, customers[-1], "与另一客户重复，已注销")
        acting("李四", "2025-03-12 10:00:00")
        with app.session(None, "zh") as desk:
            said = {"verify_reason": "号码是空号，请再问客户"}
            act(desk.store, desk.context, desk.rulebook, [Wish(made[1].rid, "fail", said)])
        for name, (person, sheet, box) in SHEETS.items():
            acting(person, "2025-03-13 09:20:00" if person == "张三" else "2025-03-12 15:20:00")
            own = home / f"{name}.xlsx"
            xlcrm(["new", str(own)])
            xlcrm(["tasks", str(own)])
            xlcrm(["tasks"])
            picture(own, sheet, HERE / f"{name}.png", 150, box)


if __name__ == "__main__":
    main()
