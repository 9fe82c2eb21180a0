"""A folder as colleagues deliver it: more than thirty files, none like another, and what has to come of them, worked out by hand."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from xlcrm.model.rows import Cell
from xlcrm.sheets import template

SAVED = datetime(2025, 3, 1, 9, 0)
HEADER = ("客户名称", "联系人", "手机", "所属行业", "客户来源", "客户状态")

Line = Sequence[object]

# What the store holds in the end: name -> some of its values. Everything else of a customer is not looked at.
TRUTH: dict[str, dict[str, str | None]] = {
    "深圳市海河电子有限公司": {"contact": "王小明", "phone": "+8613927661183", "owner": "王芳", "budget": "20.00", "email": "wang@haihe.example"},
    "南京青禾食品有限公司": {"contact": "李芳", "phone": "+862584456677", "owner": "王芳"},
    "宁波东港机械制造有限公司": {"contact": "陈建国", "phone": "+8613855271303", "owner": "李强", "status": "prospect"},
    "成都锦程物流有限公司": {"contact": "张伟", "phone": "+8613855271304", "owner": "李强"},
    "青岛蓝湾酒店管理有限公司": {"contact": "刘洋", "phone": "+8613855271305", "owner": "陈静", "source": "referral"},
    "武汉光谷智云软件有限公司": {"contact": "周敏", "phone": "+8613855271306", "owner": "陈静"},
    "苏州吴越纺织有限公司": {"contact": "吴磊", "phone": "+8613855271307"},
    "天津滨海化工有限公司": {"contact": "赵铁柱", "phone": "+8613855271308"},
    "重庆山城建筑工程有限公司": {"contact": "冯晓东", "phone": "+8613855271309", "contact_title": "采购总监"},
    "西安古都文化传媒有限公司": {"contact": "秦岭", "phone": "+8613855271310"},
    "长沙湘江医药有限公司": {"contact": "谭秀英", "phone": "+8613855271311"},
    "郑州中原农业发展有限公司": {"contact": "郑大力", "phone": "+8613855271312"},
    "济南泉城环保设备有限公司": {"contact": "孔令辉", "phone": "+8613855271313"},
    "福州榕树装饰材料有限公司": {"contact": "林志强", "phone": "+8613855271314"},
    "昆明春城花卉有限公司": {"contact": "段誉明", "phone": "+8613855271315"},
    "合肥徽州茶业有限公司": {"contact": "胡雪岩", "phone": "+8613855271316"},
    "大连渤海船舶服务有限公司": {"contact": "于海洋", "phone": "+8613855271317"},
    "哈尔滨冰城旅游有限公司": {"contact": "宋江", "phone": "+8613855271318"},
    "石家庄燕赵印刷有限公司": {"contact": "高山", "phone": "+8613855271319"},
    "太原晋阳煤炭贸易有限公司": {"contact": "阎立本", "phone": "+8613855271320"},
    "南昌滕王阁酒店有限公司": {"contact": "万里", "phone": "+8613855271321"},
    "贵阳黔灵数据服务有限公司": {"contact": "龙飞", "phone": "+8613855271322"},
    "南宁邕江水产有限公司": {"contact": "韦小宝", "phone": "+8613855271323"},
    "海口椰岛食品有限公司": {"contact": "韩文", "phone": "+8613855271324"},
    "兰州黄河乳业有限公司": {"contact": "马兰", "phone": "+8613855271325"},
    "银川贺兰山酒业有限公司": {"contact": "丁一", "phone": "+8613855271326", "first_contact": "2025-02-03"},
    "沈阳盛京汽车配件有限公司": {"contact": "方亮", "phone": "+8613855271327", "contract_amount": "50.00"},
    "长春北国机电有限公司": {"contact": "姜文", "phone": "+8613855271328"},
    "厦门鹭岛进出口有限公司": {"contact": "洪波", "phone": None},  # masked everywhere
    "无锡太湖精密模具有限公司": {"contact": "吴安", "phone": "+8613855271330"},
}
"""``owner`` by name; everything else canonical."""

SKIPPED = {"照片.png", "~$客户表.xlsx", "快捷方式.lnk", "说明.pdf", "报告.docx"}
FAILED = {"空文件.xlsx", "截断.xlsx", "加密.xlsx"}


def plain(path: Path, lines: Sequence[Line], header: Line = HEADER, above: Sequence[Line] = (), change: Callable[[Worksheet], None] | None = None) -> None:
    """A workbook as people make it: a table of texts and numbers from the first row on, or below some other lines."""
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Sheet1"
    for line in (*above, header, *lines):
        sheet.append(list(line))
    if change is not None:
        change(sheet)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def row(name: str, *more: object) -> tuple[object, ...]:
    """A line under ``HEADER`` about a customer of ``TRUTH``."""
    said = TRUTH[name]
    phone = (said["phone"] or "138****1329").removeprefix("+86")
    return (name, said["contact"], phone, *more)


def stamp(path: Path, moment: datetime = SAVED) -> None:
    """Let a file have been saved at ``moment``."""
    os.utime(path, (moment.timestamp(), moment.timestamp()))


def deliver(folder: Path, outside: Path) -> list[str]:
    """Write the files into ``folder`` and one, to which a link leads, into ``outside``; the names of all of them."""
    folder.mkdir()
    outside.mkdir()
    own: dict[str, list[Cell]] = {
        "name": ["深圳市海河电子有限公司", "南京青禾食品有限公司"],
        "contact": ["王小明", "李芳"],
        "phone": ["13927661183", "025-84456677"],
        "budget": [20.0, None],
        "industry": ["专用设备制造业", "食品制造业"],
    }
    (folder / "王芳").mkdir()
    columns: dict[str, dict[str, list[Cell]]] = {"customer": dict(own)}
    columns["interaction"] = {
        "customer": ["深圳市海河电子有限公司"],
        "at": [datetime(2025, 2, 20, 10, 0)],
        "way": ["电话"],
        "topic": ["报价"],
        "summary": ["客户问价，我方已报价"],
    }
    template.build(folder / "王芳" / "客户表.xlsx", "zh", columns)
    # the same customer once more, in a colleague's list: a blank of the first is filled
    plain(folder / "李强" / "我的客户.xlsx", [
        row("宁波东港机械制造有限公司", "通用设备制造业", "展会", "意向客户"),
        row("成都锦程物流有限公司", "道路运输业", "朋友介绍", "潜在客户"),
    ])  # fmt: skip
    plain(folder / "王芳" / "展会名片.xlsx", [("深圳市海河电子有限公司", "王小明", "139 2766 1183", "wang@haihe.example")], ("公司名称", "联系人", "电话", "邮箱"))
    (folder / "陈静.csv").write_text("客户名称,联系人,手机,客户来源\n青岛蓝湾酒店管理有限公司,刘洋,13855271305,轉介紹\n", "utf-8")
    (folder / "陈静 补充.csv").write_bytes("客户名称;联系人;手机\n武汉光谷智云软件有限公司;周敏;13855271306\n".encode("gb18030"))
    (folder / "吴江线索.txt").write_bytes("客户名称\t联系人\t手机\n苏州吴越纺织有限公司\t吴磊\t13855271307\n".encode("utf-16"))
    (folder / "系统导出.xls").write_text(
        "<html><meta charset='utf-8'><table><tr><th>客户名称</th><th>联系人</th><th>手机</th></tr>"
        "<tr><td>天津滨海化工有限公司</td><td>赵铁柱</td><td>13855271308</td></tr></table></html>", "utf-8")  # fmt: skip
    form = [("客户登记表",), ("客户名称", "重庆山城建筑工程有限公司"), ("联系人", "冯晓东"), ("联系人职务", "采购总监"), ("联系电话", "13855271309")]
    plain(folder / "登记表.xlsx", form[1:], form[0])
    plain(folder / "标题在上.xlsx", [row("西安古都文化传媒有限公司")], HEADER[:3], [("2025年客户台账",), ("制表：市场部",), ()])
    plain(folder / "列序不同.xlsx", [("13855271311", "长沙湘江医药有限公司", "谭秀英")], ("手机", "客户名称", "联系人"))
    plain(folder / "english.xlsx", [("郑州中原农业发展有限公司", "郑大力", "13855271312")], ("Customer name", "Main contact", "Phone"))

    def merged(sheet: Worksheet) -> None:
        sheet.merge_cells("A2:A3")

    plain(folder / "合并单元格.xlsx", [("济南泉城环保设备有限公司", "孔令辉", "13855271313"), (None, "孔令辉", "13855271313")], HEADER[:3], change=merged)

    def hidden(sheet: Worksheet) -> None:
        assert isinstance(sheet.parent, Workbook)
        other = sheet.parent.create_sheet("旧的")
        other.append(list(HEADER[:3]))
        other.append(["不该出现的公司有限公司", "无名氏", "13800009999"])
        other.sheet_state = "hidden"

    plain(folder / "隐藏工作表.xlsx", [row("福州榕树装饰材料有限公司")], HEADER[:3], change=hidden)

    def two(sheet: Worksheet) -> None:
        for number, cell in enumerate(("客户名称", "联系人", "手机"), 1):
            sheet.cell(8, number, cell)
        for number, said in enumerate(row("合肥徽州茶业有限公司"), 1):
            sheet.cell(9, number, str(said))

    plain(folder / "两张表.xlsx", [row("昆明春城花卉有限公司")], HEADER[:3], change=two)
    plain(folder / "带合计.xlsx", [row("大连渤海船舶服务有限公司"), ("合计", None, None)], HEADER[:3])
    plain(folder / "表头重复.xlsx", [row("哈尔滨冰城旅游有限公司"), HEADER[:3], row("石家庄燕赵印刷有限公司")], HEADER[:3])
    plain(folder / "繁體.xlsx", [("太原晉陽煤炭貿易有限公司", "阎立本", "13855271320")], ("客戶名稱", "聯繫人", "手機"))
    plain(folder / "阎立本.xlsx", [row("太原晋阳煤炭贸易有限公司")], HEADER[:3])
    plain(folder / "电话是数字.xlsx", [("南昌滕王阁酒店有限公司", "万里", 13855271321)], HEADER[:3])
    plain(folder / "科学计数.xlsx", [("贵阳黔灵数据服务有限公司", "龙飞", "13855271322.0")], HEADER[:3])
    plain(folder / "全角.xlsx", [("南宁邕江水产有限公司　", "韦小宝", "".join(chr(ord(digit) + 0xFEE0) for digit in "13855271323"))], HEADER[:3])
    plain(folder / "空格换行.xlsx", [("海口椰岛食品\n有限公司", " 韩 文 ", "138-5527-1324")], HEADER[:3])
    plain(folder / "序号列.xlsx", [(1, *row("兰州黄河乳业有限公司"))], ("序号", *HEADER[:3]))
    plain(folder / "日期文字.xlsx", [(*row("银川贺兰山酒业有限公司"), "2025年2月3日")], (*HEADER[:3], "首次接触日期"))
    plain(folder / "金额是元.xlsx", [(*row("沈阳盛京汽车配件有限公司"), 500000)], (*HEADER[:3], "合同金额（元）"))
    wide = [*HEADER[:3], *(f"备用{number}" for number in range(500))]
    plain(folder / "五百列.xlsx", [row("长春北国机电有限公司")], wide)
    plain(folder / "打码.xlsx", [row("厦门鹭岛进出口有限公司")], HEADER[:3])
    long = "无锡客户" * 19 + ".xlsx"
    plain(folder / long, [row("无锡太湖精密模具有限公司")], HEADER[:3])
    plain(folder / "只有表头.xlsx", [], HEADER)
    (folder / "扩展名不对.xlsx").write_text("客户名称,联系人,手机\n宁波东港机械制造有限公司,陈建国,13855271303\n", "utf-8")
    # junk
    shutil.copy(folder / "标题在上.xlsx", folder / "标题在上 (2).xlsx")
    (folder / "照片.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(64))
    (folder / "~$客户表.xlsx").write_bytes(b"\x06wangfang" + bytes(150))
    (folder / "快捷方式.lnk").write_bytes(b"L\x00\x00\x00\x01\x14\x02\x00" + bytes(80))
    (folder / "说明.pdf").write_bytes(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    (folder / "报告.docx").write_bytes(_docx())
    (folder / "空文件.xlsx").write_bytes(b"")
    (folder / "截断.xlsx").write_bytes((folder / "带合计.xlsx").read_bytes()[:2000])
    (folder / "加密.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(512))
    plain(outside / "别处.xlsx", [("不该出现的外部有限公司", "外人", "13800008888")], HEADER[:3])
    (folder / "链接.xlsx").symlink_to(outside / "别处.xlsx")
    found = sorted(path for path in folder.rglob("*") if not path.is_dir())
    for number, path in enumerate(found):
        if not path.is_symlink():
            stamp(path, SAVED.replace(minute=number % 60, second=number // 60))
    return [str(path.relative_to(folder)) for path in found]


def _docx() -> bytes:
    import io
    import zipfile

    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", "<w:document/>")
    return made.getvalue()
