"""What the demo tells while it walks the whole journey."""

TEXTS: dict[str, tuple[str, str]] = {
    "book": ("客户表.xlsx", "customers.xlsx"),
    "export": ("客户库导出.xlsx", "export.xlsx"),
    "start": ("【示例】种子 {seed}，{rows} 行客户；文件夹 {folder}", "[Demo] seed {seed}, {rows} customer rows; folder {folder}"),
    "made": (
        "1 填表    {book}：客户{customer}、联系人{contact}、互动{interaction}、标签{tag}行；故意放入{faults}处错误（{kinds}种）和{doubles}行重复（{double_kinds}种）",
        "1 Fill    {book}: {customer} customers, {contact} contacts, {interaction} interactions, {tag} tags; {faults} faults of {kinds} kinds and {doubles} duplicates of {double_kinds} kinds planted",
    ),
    "validated": ("2 校验    {sentence}", "2 Check   {sentence}"),
    "example": ("            {place} {sentence}", "            {place} {sentence}"),
    "fixed": ("3 一键修正  可放心修正的{count}处已修正，原内容留在“校验报告”；现在必须修改{must}行", "3 Repair  {count} safe repairs applied, old values kept in the report; {must} rows still must be fixed"),
    "deduped": ("4 查重    {sentence}", "4 Compare {sentence}"),
    "decided": ("5 处理    把{merge}对“建议合并”选为合并，{contact}对添加联系人，其余{later}对留着待定", "5 Decide  {merge} suggested merges taken, {contact} added as contacts, {later} left for later"),
    "submitted": ("6 提交    {sentence}", "6 Submit  {sentence}"),
    "again": ("7 再提交  {sentence}", "7 Again   {sentence}"),
    "again_ok": ("            第二次提交没有新增也没有更新：重复按“提交”不会出错", "          The second submission added and changed nothing: pressing again is harmless"),
    "looked": ("8 查看    {number} {name}：{entries}条日志", "8 Look    {number} {name}: {entries} log entries"),
    "log": ("9 日志    {sentence}", "9 Log     {sentence}"),
    "files": ("文件：", "Files:"),
    "file_book": ("工作簿（打开看标记、问题说明和查重结果）", "the workbook (open it: marks, what to do, duplicates)"),
    "file_export": ("从客户库导出的工作簿", "the workbook exported from the store"),
    "file_store": ("客户库（联系方式等敏感字段已加密）", "the store (phones and other sensitive fields encrypted)"),
    "next": ("接着看：XLCRM_PASSPHRASE={passphrase} {xlcrm} show 电子 --store {url}；自己试：{xlcrm} new 我的客户.xlsx，填几行，再 {xlcrm} submit 我的客户.xlsx",
        "Look further: XLCRM_PASSPHRASE={passphrase} {xlcrm} show 电子 --store {url}; try it yourself: {xlcrm} new mine.xlsx, fill a few rows, {xlcrm} submit mine.xlsx",),
}
