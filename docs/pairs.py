"""Writes the twenty pairs of docs/matching.md from the engine itself: ``python docs/pairs.py``. All names are made up."""

from __future__ import annotations

from pathlib import Path

from xlcrm.match.engine import against
from xlcrm.match.explain import explain
from xlcrm.match.normalise import normalise

PAGE = Path(__file__).with_name("matching.md")
MARK = "<!-- pairs -->"
P, Q = "13912348765", "13700012346"
PAIRS = [
    (
        {"name": "澄泰科技有限公司", "contact": "周岚", "phone": P},
        {"name": "澄泰科技(北京)有限公司", "contact": "周岚", "phone": P},
    ),
    (
        {"name": "蘇州匯豐達機電設備有限公司", "contact": "周岚", "phone": P},
        {"name": "苏州汇丰达机电设备有限公司", "contact": "周岚"},
    ),
    (
        {"name": "杭州宏睿自动化设备有限公司", "contact": "王小明", "phone": P},
        {"name": "杭州宏瑞自动化设备有限公司", "contact": "王经理", "phone": P},
    ),
    (
        {"name": "宏睿自动化", "contact": "王小明", "phone": P},
        {"name": "杭州宏睿自动化设备有限公司", "contact": "王小明", "phone": "139 1234 8765转802"},
    ),
    (
        {"name": "新锐达贸易有限公司", "contact": "孙丽", "phone": P, "former_name": "锐达贸易有限公司"},
        {"name": "锐达贸易有限公司", "contact": "孙丽"},
    ),
    (
        {"name": "徐州中昊建材有限公司", "contact": "孙丽", "phone": P},
        {"name": "徐州中昊建材有限公司", "contact": "孙莉", "phone": "13912348766"},
    ),
    (
        {"name": "Blue Harbor Trading Co., Ltd.", "contact": "John Smith", "phone": P},
        {"name": "BLUE HARBOR TRADING", "contact": "J Smith", "phone": P},
    ),
    ({"name": "老陈家五金店", "contact": "陈芳", "phone": P}, {"name": "老陈家五金商行", "contact": "陈老板", "phone": P}),
    (
        {"name": "北京华辰商贸有限公司", "contact": "周岚", "phone": P},
        {"name": "上海华辰商贸有限公司", "contact": "周岚", "phone": P},
    ),
    (
        {"name": "北京华辰商贸有限公司", "contact": "周岚", "phone": P},
        {"name": "上海华辰商贸有限公司", "contact": "李强", "phone": Q},
    ),
    (
        {"name": "澄泰科技有限公司", "contact": "周岚", "phone": P},
        {"name": "澄泰装饰工程有限公司", "contact": "周岚", "phone": P},
    ),
    ({"name": "澄泰科技有限公司", "contact": "周岚", "phone": P}, {"name": "远山物流有限公司", "contact": "周岚", "phone": P}),
    (
        {"name": "澄泰科技有限公司", "contact": "周岚", "phone": P},
        {"name": "澄泰科技有限公司武汉分公司", "contact": "周岚", "phone": P},
    ),
    (
        {"name": "海风市第二人民医院检验科", "contact": "陈芳", "phone": "0571-88881234"},
        {"name": "海风市第二人民医院放射科", "contact": "李强", "phone": "0571-88881234"},
    ),
    (
        {"name": "海风市第一人民医院", "contact": "周岚", "phone": P},
        {"name": "海风市第二人民医院", "contact": "周岚", "phone": P},
    ),
    ({"name": "张伟", "kind": "person", "phone": P}, {"name": "张伟", "kind": "person", "phone": Q}),
    ({"name": "张晓梅", "kind": "person", "phone": P}, {"name": "张小梅", "kind": "person", "phone": P}),
    (
        {"name": "聚源商贸有限公司", "contact": "周岚", "phone": "13800138000"},
        {"name": "恒通物流有限公司", "contact": "周岚", "phone": "13800138000"},
    ),
    (
        {"name": "远图软件有限公司", "contact": "孙丽", "uscc": "91110000600037341L"},
        {"name": "途远信息", "contact": "李强", "uscc": "91110000600037341L"},
    ),
    ({"name": "澄泰科技有限公司", "contact": "周岚", "phone": P}, {"name": "澄泰科技有限公司", "contact": "李强", "phone": Q}),
]


def lines() -> list[str]:
    """The table, a line each."""
    found = ["| one row | the other | probability | advice | why |", "|---|---|---:|---|---|"]
    for one, other in PAIRS:
        keys = {*one, *other}
        columns = [{key: [row.get(key)] for key in keys} for row in (one, other)]
        pairs = against(normalise(columns[0]), normalise(columns[1]), [(0, 0)])
        said = [" · ".join(value for key, value in row.items() if key != "kind") for row in (one, other)]
        if pairs:
            pair = pairs[0]
            advice = {"merge": "建议合并", "ask": "请人确认", "contact": "添加联系人"}[pair.advice]
            found.append(f"| {said[0]} | {said[1]} | {pair.probability:.3f} | {advice} | {explain(pair, 'zh')} |")
        else:
            found.append(f"| {said[0]} | {said[1]} | – | silent | |")
    return found


if __name__ == "__main__":
    start, _, end = PAGE.read_text("utf-8").split(MARK)
    PAGE.write_text(f"{start}{MARK}\n" + "\n".join(lines()) + f"\n{MARK}{end}", "utf-8")
