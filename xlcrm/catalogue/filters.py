"""What is said about filters and the views that they are saved as."""

TEXTS: dict[str, tuple[str, str]] = {
    "no_sign": ("看不懂筛选的第{place}个条件“{text}”：没有比较符号。", "Condition {place} of the filter, “{text}”, has no sign of comparison."),
    "no_sign.hint": ("写法如：行业=制造业，状态=意向客户，年预算>10。符号有 = ≠ > ≥ < ≤。", "Write it like: Industry=Manufacturing, Status=Prospect, Annual budget>10. The signs are = != > >= < <=."),
    "no_field": ("筛选的第{place}个条件“{text}”：客户表里没有“{field}”这个字段。", "Condition {place} of the filter, “{text}”: the customer sheet has no field “{field}”."),
    "no_field.hint": ("字段用表头上的名称，如 所属行业、客户状态、年预算。", "Name fields as in the headers, such as Industry, Status, Annual budget."),
    "not_stored": ("筛选的第{place}个条件“{text}”：“{field}”不是客户本身的内容，不能用来筛选。", "Condition {place} of the filter, “{text}”: “{field}” is nothing that is kept with the customer and cannot be filtered by."),
    "not_stored.hint": ("校验结果和提交状态只在工作簿里；请用客户自己的字段，如 所属行业、客户状态、年预算、标签。", "Check results and submission live in the workbook only; use the customer's own fields, such as Industry, Status, Annual budget, Tags."),
    "sensitive": ("筛选的第{place}个条件“{text}”：“{field}”已加密，不能用来筛选。", "Condition {place} of the filter, “{text}”: “{field}” is encrypted and cannot be filtered by."),
    "sensitive.hint": ("要找某个号码，请用：xlcrm show 号码", "To find a number: xlcrm show NUMBER"),
    "no_order": ("筛选的第{place}个条件“{text}”：“{field}”不分大小，不能用“{sign}”。", "Condition {place} of the filter, “{text}”: “{field}” has no order, “{sign}” makes no sense."),
    "no_order.hint": ("请用 = 或 ≠。", "Use = or !=."),
    "no_value": ("筛选的第{place}个条件“{text}”：“{value}”不是“{field}”里能有的内容。", "Condition {place} of the filter, “{text}”: “{value}” is nothing that “{field}” can hold."),
    "no_value.hint": ("选项见工作簿的“数据字典”；日期写成 2025-03-05，数字不带单位；选项可能已被停用或删除。", "The options stand in the sheet Dictionary; dates like 2025-03-05, numbers without units; an option may be gone since."),
    "divided": ("筛选的第{place}个条件“{text}”：“{value}”包括几个“{field}”，不能用≠。", "Condition {place} of the filter, “{text}”: “{value}” stands for several of “{field}”, != cannot be used."),
    "divided.hint": ("请用 =，或写出具体的一个。", "Use =, or name a single one."),
}
