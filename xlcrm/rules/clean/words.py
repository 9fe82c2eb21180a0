"""Words in a cell that are no value: placeholders, the wish to clear, and masked values."""

from __future__ import annotations

import re

CLEAR = frozenset({"清空", "<清空>", "<clear>", "<CLEAR>", "[清空]", "【清空】"})

PLACEHOLDERS = frozenset({
    "无", "暂无", "没有", "未知", "不详", "不明", "待定", "待补", "待补充", "待补全", "待填", "待完善", "空", "缺",
    "略", "保密", "未填", "未提供", "不清楚", "不知道", "暂缺", "暂未提供", "暂不清楚", "N/A", "n/a", "NA", "na",
    "null", "NULL", "None", "none", "nil", "unknown", "tbd", "TBD", "-", "--", "---", "/", "//", "\\", "?", "??",
    "???", "？", "？？", "……", "…", "—", "——", ".", "。", "x", "xx", "xxx", "XX", "XXX", "test", "测试",
    "00000000000", "0000000", "12345678", "11111111111", "12345678901", "13800138000", "13812345678", "12345678910",
    "000000000000000000", "111111111111111111", "1900-01-00", "1900/1/0", "1900-1-0", "0000-00-00", "test@test.com",
    "a@a.com", "123@qq.com", "123456@qq.com", "1@1.com", "无@无.com",
})  # fmt: skip

# 138****5678, 王**, *经理, 3301**********1234, w***@example.com: the documents' own display form (document 004 2.3).
MASKED = re.compile(r"[*＊●•∗✱×]{2,}|^[*＊●•∗✱].+|^.{1,3}[*＊●•∗✱]$|^\+?\d{2,}[xX×]{3,}")
