"""Contacts, interactions and tags that belong to a customer of the book; they name it by its full name."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from xlcrm.jobs.demo import people, phones
from xlcrm.jobs.demo.customers import Row, first_contact, moment
from xlcrm.model.vocabularies import vocabulary

# What customers say, what the colleague answers, what follows from it, and the code of 客户反馈.
TALKS = (
    ("产品演示", "客户问能否与现有系统对接，我方演示了接口", "需求已写入方案", "周五前发送对接方案和报价", "interested"),
    ("报价沟通", "客户认为价格偏高，我方说明了分期付款", "按三年期重新报价", "重新核算三年期报价并发给采购", "objection"),
    ("需求调研", "客户介绍了三个车间的流程，我方记录了现有表格", "先在一个车间试用", "整理流程图请客户确认", "more"),
    ("售后回访", "客户反映登录慢，我方已更换线路", "速度恢复正常", "下月五日再查一次登录时间", "interested"),
    ("续约洽谈", "客户今年预算未定，我方提供了两个套餐", "预算确定后再谈", "下季度第一周询问预算结果", "later"),
    ("展会初谈", "客户索要资料，我方给了样本和联系方式", "可以上门拜访", "约定上门拜访的日期并准备样机", "more"),
)
_TAGS = (
    "need-cost",
    "need-speed",
    "need-data",
    "need-after",
    "value-high",
    "value-mid",
    "risk-follow",
    "chan-phone",
    "chan-visit",
    "ind-serv",
)


def contacts(random: Random, row: Row, day: date) -> list[Row]:
    """One or two further contacts of every fifth company."""
    if row.get("size") is None or random.random() > 0.2:
        return []
    return [
        {
            "customer": row["name"],
            "name": people.person(random),
            "phone": phones.mobile(random),
            "role": _label("contact_role", random.choice(("buyer", "user", "finance", "tech"))),
            "title": random.choice(people.TITLES),
        }
        for _ in range(random.randint(1, 2))
    ]


def interactions(random: Random, row: Row, day: date, owners: tuple[str, ...] = ()) -> list[Row]:
    """One to three conversations with two customers in five, since the first contact; the day alone is written."""
    if random.random() > 0.4:
        return []
    found: list[Row] = []
    for _ in range(random.randint(1, 3)):
        on = random.choice((first_contact(row), day))
        topic, summary, agreed, step, feedback = random.choice(TALKS)
        item: Row = {
            "customer": row["name"],
            "at": moment(on),
            "way": _label("interaction_way", random.choice(("phone", "visit", "mail", "meeting", "social"))),
            "topic": topic,
            "summary": summary,
            "feedback": _label("feedback", feedback),
            "contact": row["contact"],
            "agreed": agreed,
            "next_step": step,
            "next_due": moment(day + timedelta(days=random.randint(3, 40))),
        }
        if owners:
            item["next_by"] = item["follower"] = row.get("owner") or random.choice(owners)
        found.append(item)
    return found


def tags(random: Random, row: Row) -> list[Row]:
    """One to three tags of every second customer; never two that exclude each other."""
    if random.random() > 0.5:
        return []
    library = vocabulary("tag").by_code
    chosen: list[str] = []
    for code in random.sample(_TAGS, random.randint(1, 3)):
        if not any(code in library[other].excludes or other in library[code].excludes for other in chosen):
            chosen.append(code)
    return [
        {"customer": row["name"], "type": _label("tag_type", library[code].parent), "name": library[code].zh} for code in chosen
    ]


def _label(name: str, code: str) -> str:
    return vocabulary(name).label(code, "zh")
