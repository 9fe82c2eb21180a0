"""The picture of the page about one customer (xlcrm show --out): a customer with something of everything.

A developer's tool: needs ``soffice`` and ``pdftoppm``.
"""

from __future__ import annotations

import os
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from xlcrm.cli import main as xlcrm
from xlcrm.crypto import keys
from xlcrm.model.rows import Cell
from xlcrm.sheets import template

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
from make import picture  # noqa: E402 - a script beside this one

NAME = "深圳市海河电子有限公司"
ROWS: dict[str, list[dict[str, Cell]]] = {
    "customer": [
        {
            "name": NAME, "contact": "王小明", "phone": "13912345678", "contact_title": "采购总监", "industry": "专用设备制造业",
            "size": "中型企业(100-500人)", "employees": 260.0, "first_contact": datetime(2025, 1, 15),
            "status": "成交客户", "grade": "A",
            "province": "广东省", "city": "深圳市", "address": "南山区科技园南区12号", "email": "wang@haihe.cn",
            "contract_amount": 120.5,
            "contract_end": datetime(2025, 3, 31), "payment": "部分付款", "budget": 300.0, "need": "样机先到，再谈年度框架",
            "remark": "2025-02-20：成交客户，合同已签",
        },
    ],
    "contact": [
        {"name": "李芳", "phone": "13800001111", "role": "决策人", "title": "总经理"},
        {"name": "赵强", "phone": "0755-26001234", "role": "使用人", "title": "工艺主管"},
    ],
    "interaction": [
        {
            "at": datetime(2025, 3, 11, 15, 30), "way": "拜访", "topic": "首批交付", "contact": "李芳", "feedback": "有兴趣",
            "summary": "首批50台已验收，客户希望提前谈下半年的量；我方答应周内给方案。", "agreed": "首批50台验收合格",
            "next_step": "提交下半年供货方案", "next_by": "赵敏", "next_due": datetime(2025, 3, 14),
        },
        {
            "at": datetime(2025, 2, 18, 9), "way": "电话", "topic": "报价", "feedback": "提出异议",
            "summary": "客户嫌贵；解释了质保三年的做法。",
            "next_step": "重做报价单", "next_by": "赵敏", "next_due": datetime(2025, 2, 20),
        },
    ],
    "opportunity": [
        {
            "title": "下半年供货框架", "stage": "谈判", "amount": 300.0, "expected_on": datetime(2025, 6, 30),
            "strategy": "以首批验收结果为样板",
        },
    ],
    "feedback": [{"type": "投诉", "content": "发货晚了三天", "raised_on": datetime(2025, 3, 6), "due": datetime(2025, 3, 13)}],
    "tag": [{"type": "价值", "name": "高价值", "note": "年采购额居前"}, {"type": "需求", "name": "降低成本"}],
}  # fmt: skip


def main() -> None:
    """Make the picture."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "XLCRM_HOME": folder,
            "XLCRM_KEY": keys.new_key(),
            "XLCRM_PERSON": "赵敏",
            "XLCRM_NOW": "2025-03-12 14:30:00",
        }
        book, page = Path(folder) / "客户.xlsx", Path(folder) / "全景.xlsx"
        rows = [(key, [{"customer": NAME, **one} if key != "customer" else one for one in of]) for key, of in ROWS.items()]
        columns = {key: {name: [one.get(name) for one in of] for name in {**of[0], **of[-1]}} for key, of in rows}
        template.build(book, rows=columns)
        xlcrm(["submit", str(book)])
        xlcrm(["show", "海河", "--out", str(page)])
        picture(page, "客户全景", HERE / "customer360.png", 110, (30, 30, 850, 1080))


if __name__ == "__main__":
    main()
