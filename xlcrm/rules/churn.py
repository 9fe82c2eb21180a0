"""Why customers leave: the reason that people wrote down, sorted by what it speaks of (003 2.6, 3.1)."""

from __future__ import annotations

import re

REASONS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (key, re.compile(words, re.IGNORECASE))
    for key, words in (
        ("closed", r"倒闭|注销|破产|停业|关闭|吊销|bankrupt|closed down"),
        ("price", r"价格|价钱|太贵|偏贵|报价|预算|成本|便宜|降价|price|budget|expensive|cheaper"),
        ("competitor", r"竞争|竞品|对手|友商|同行|别家|其他供应商|另一家|competitor|rival|other supplier"),
        ("service", r"服务|响应|售后|投诉|质量|交付|延期|不满|故障|service|quality|delay|complain"),
        ("unreachable", r"联系不上|失联|空号|无人接听|停机|离职|换人|unreachable|no answer"),
        ("need", r"需求|项目取消|取消|暂停|停产|转型|不需要|不再|业务调整|自研|自建|no need|cancel|in-house"),
    )
)
"""What a reason may speak of, and its words; the first that fits."""
OTHER, UNSAID = "other", "unsaid"


def reason_of(text: str | None) -> str:
    """The key of what ``text`` speaks of, ``OTHER`` or, where nothing was written, ``UNSAID``."""
    if not text:
        return UNSAID
    return next((key for key, words in REASONS if words.search(text)), OTHER)
