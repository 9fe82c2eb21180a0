"""What is said by ``xlcrm key`` and ``xlcrm erase``."""

TEXTS: dict[str, tuple[str, str]] = {
    "action": (
        "list 查看；join 让这台电脑加入；admit 姓名 批准；remove 姓名 移除并换掉全部密钥；rotate 换密钥（或接着换完）；recovery 打印新的恢复口令；"
        "drill 演练；recover 用恢复口令让这台电脑加入；new 生成一行个人密钥（服务器用）",
        "list shows; join asks for this machine; admit NAME; remove NAME, which changes all keys; rotate changes it, or goes on; recovery prints "
        "a new recovery passphrase; drill proves it; recover joins with it; new makes an identity (for servers)",
    ),
    "name": ("同事的姓名或登录名", "the colleague's name or login"),
    "fingerprint": ("对方在电话里念的指纹（30位数字），不再询问；移除时只移除这一台", "the fingerprint read to you (30 digits), instead of asking; with remove: only this machine"),
    "machine": ("这台电脑叫什么（默认用计算机名）", "what to call this machine; default: its name"),
    "present": ("第 {version} 把密钥", "store key {version}"),
    "changing": ("第 {version} 把密钥，正在更换，还没有换完：运行 xlcrm key rotate 接着做", "store key {version}, still taking over: xlcrm key rotate goes on"),
    "passphrase": ("团队口令仍能打开", "the team's passphrase opens it, too"),
    "nobody": ("还没有人单独加入：谁有密钥或团队口令，谁就能打开。", "Nobody was admitted by name yet: whoever has the key or the team's passphrase can open it."),
    "no_recovery": ("没有恢复口令：请运行 xlcrm key recovery。", "There is no recovery passphrase: run xlcrm key recovery."),
    "recovery": ("恢复口令", "recovery passphrase"),
    "undrilled": ("尚未演练", "not drilled yet"),
    "passed": ("演练通过 {at}", "drill passed {at}"),
    "failed": ("演练未通过 {at}", "drill failed {at}"),
    "admitted": ("已加入 {at}", "admitted {at}"),
    "waiting": ("等待批准，自 {at}", "waits since {at}"),
    "forged": ("可疑：没有持钥人批准过，请移除", "suspicious: no holder of the key admitted it; remove it"),
    "joined": ("这台电脑已加入，指纹：{fingerprint}", "This machine is admitted. Fingerprint: {fingerprint}"),
    "asked": (
        "已申请加入。请打电话给系统管理员（{admins}），念出这台电脑的指纹：\n  {fingerprint}\n对方运行 xlcrm key admit {name} 后即可使用。",
        "Asked. Call an administrator ({admins}) and read this machine's fingerprint:\n  {fingerprint}\nIt works once they have run xlcrm key admit {name}.",
    ),
    "compare": (
        "{name}（{machine}）的指纹：\n  {fingerprint}\n请打电话核对。对方念的完全一样吗？",
        "Fingerprint of {name} ({machine}):\n  {fingerprint}\nCompare it by phone. Does your colleague read the very same?",
    ),
    "done_admit": ("已批准{name}（{machine}）。", "{name} ({machine}) is admitted."),
    "done_refuse": ("已取消{name}的申请。", "The question of {name} is taken back."),
    "own_passphrase": ("请为自己设一个口令，以后打开客户库时要输入：", "Choose a passphrase of your own; opening the store will ask for it: "),
    "shut": (
        "换密钥后，团队口令和 XLCRM_KEY 不再能打开客户库。还没有加入的同事将打不开，要先各自运行 xlcrm key join：{names}\n现在就换吗？",
        "With a new key the team's passphrase and XLCRM_KEY open the store no more. Colleagues who have not joined are shut out until they do: {names}\n"
        "Change it now?",
    ),
    "index": (
        "rotate 时连同索引密钥一起换（remove 总是一起换）：此前拿到密钥的人不能再试探电话号码；每10万个客户约一分钟，同事可照常工作",
        "with rotate: a new index key, too (remove always does it), so that nobody who had the keys before can test telephone numbers; "
        "about a minute for 100,000 customers, while people work",
    ),
    "folding": ("已换 {count} 条索引……", "{count} entries of the index changed ..."),
    "folded": ("索引密钥也已换好，共 {count} 条索引。", "The index key is changed, too: {count} entries."),
    "rewrapping": ("已换 {count} 个客户的密钥……", "{count} customers' keys wrapped anew ..."),
    "changed": ("已换成第 {version} 把密钥，{count} 个客户的密钥都已换好；旧密钥已销毁。", "Store key {version} is in use, {count} customers' keys are wrapped by it; the former one is destroyed."),
    "continued": ("已接着换完，{count} 个客户的密钥是这次换的；旧密钥已销毁。", "The change is finished, {count} customers' keys this time; the former key is destroyed."),
    "removed": ("已移除{name}，其密钥已销毁。", "{name} is removed; the copies of the key are destroyed."),
    "dropped": ("注意：{name}（{fingerprint}）从未被持钥人批准，已一并移除。", "Note: no holder of the key ever admitted {name} ({fingerprint}); removed as well."),
    "print": (
        "恢复口令（只显示这一次，请打印，封好，锁起来）：\n\n  {code}\n\n所有电脑都打不开时，用 xlcrm key recover 凭它打开。以前打印的已作废。现在请运行 xlcrm key drill 演练一次。",
        "Recovery passphrase (shown only now: print it, seal it, lock it away):\n\n  {code}\n\nWhen no machine opens the store any more, xlcrm key recover does with it. "
        "Earlier prints are void. Now prove it with xlcrm key drill.",
    ),
    "type_recovery": ("请输入恢复口令：", "Type the recovery passphrase: "),
    "drilled": ("演练通过：恢复口令能打开客户库。已记入日志（{at}）。", "Passed: the recovery passphrase opens the store. The log keeps the result ({at})."),
    "erase_which": ("客户编号（或名称）", "the customer's ID or name"),
    "erase_reason": ("依据，如“本人书面要求”；记入日志，请勿写个人信息", "the grounds, such as “written demand”; the log keeps it: nothing personal here"),
    "erase_confirm": ("客户编号，代替询问", "the customer's ID, instead of asking"),
    "erase_propose": ("提议删除：由部门负责人和系统管理员各一人同意后才能删除", "propose it: a manager and an administrator have to agree first"),
    "erase_approve": ("同意别人的提议", "agree to a colleague's proposal"),
    "erase_open": ("已记录。删除 {number} 还需要{seats}同意。", "Noted. To erase {number}, still needed: {seats}."),
    "erase_agreed": ("已同意。系统管理员现在可以运行 xlcrm erase {number} --reason 依据。", "Agreed. An administrator can now run xlcrm erase {number} --reason TEXT."),
    "erase_list": ("列出所有已删除客户的内部号（恢复备份后要逐个再删）", "list the internal ids of all erased customers (to be erased again after a restore)"),
    "erase_type": (
        "将删除 {number} {name} 的全部信息，连同联系人、互动、标签、申请和日志中的内容。不可恢复。\n请输入客户编号确认：",
        "Everything about {number} {name} goes: contacts, interactions, tags, requests and what the log says of them. For good.\nType the ID to confirm: ",
    ),
    "erased": ("已删除 {number}，共 {count} 条记录。日志链仍可核对。", "{number} is erased, {count} records. The log's chain still verifies."),
    "erased_before": ("{number} 以前已经删除。", "{number} was erased before."),
    "erase_left": (
        "其他程序正开着客户库，文件里可能还有残留：请关闭后再运行一次同样的命令。",
        "Another program has the store open, so the file may still hold traces: close it and run the same command again.",
    ),
    "erase_elsewhere": ("各人的工作簿、导出的文件和旧备份不在此列，请通知相关同事删除。", "Workbooks, exported files and old backups are not reached: tell those who keep them."),
    "erase_server": ("服务器的磁盘上可能还有旧页，请数据库管理员按 docs/keys.md 清理。", "The server's disk may hold old pages: its administrator cleans up as docs/keys.md says."),
    "no_reason": ("删除要写明依据。", "Erasing needs its grounds."),
    "no_reason.hint": ("例如 --reason \"本人书面要求\"。", "Such as --reason \"written demand\"."),
    "no_customer": ("请写明要删除哪个客户。", "Say which customer is to be erased."),
    "no_customer.hint": ("例如 xlcrm erase CX2025030001 --reason \"本人书面要求\"。", "Such as xlcrm erase CX2025030001 --reason \"written demand\"."),
    "other_number": ("输入的不是 {number}，没有删除。", "That is not {number}; nothing was erased."),
    "other_number.hint": ("请核对编号后再运行一次。", "Check the ID and run it again."),
}
