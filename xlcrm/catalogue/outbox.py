"""What is said about submissions that wait on this machine while the store is away."""

TEXTS: dict[str, tuple[str, str]] = {
    "kept": (
        "暂时连不上客户库，{rows}行已加密存在本机，连上后自动发送，请勿重复提交。",
        "The store does not answer: {rows} rows are kept encrypted on this machine and go out when it is back. No need to submit again.",
    ),
    "kept_parts": (
        "其中新增{new}行；已有编号{known}行，改了什么到时再比较。",
        "{new} of them are new; {known} have a number, and what was changed in them is found then.",
    ),
    "kept_refused": ("退回{refused}行：请按“问题说明”修改后再提交。", "Refused: {refused}. Repair them as their problems say and submit again."),
    "kept_none": ("暂时连不上客户库；没有可以发送的行。", "The store does not answer; there are no rows to send."),
    "why": ("原因：{why}", "Reason: {why}"),
    "sent": (
        "发件箱：“{book}”的{rows}行已发送：新增{new}，更新{updated}，无变化{unchanged}，退回{refused}，待处理{waiting}。",
        "Outbox: {rows} rows of {book} went out: {new} new, {updated} updated, {unchanged} unchanged, {refused} refused, {waiting} waiting.",
    ),
    "came_back": (
        "{count}行需要处理（见 xlcrm outbox list），请打开“{book}”再提交一次。",
        "{count} rows need you (xlcrm outbox list): open {book} and submit it again.",
    ),
    "stuck": ("发件箱：“{book}”没有发出，仍在本机：{why}", "Outbox: {book} did not go out and stays here: {why}"),
    "unmarked": ("{rows}行已加密存在本机，但表格“{name}”没能标上“待发送”：{why}", "{rows} rows are kept encrypted on this machine, but the workbook {name} could not be marked: {why}"),
    "unmarked.hint": ("连上客户库后会自动发送，不会重复。", "They go out when the store is back, and never twice."),
    "folder": ("发件箱的文件夹不能读写：{path}", "The outbox's folder cannot be read or written: {path}"),
    "folder.hint": ("请检查权限和磁盘空间；表格没有变化。", "Check permissions and free space; the workbook is as it was."),
    "action": ("list 查看，send 立即发送，drop 删除", "list them, send them now, drop one"),
    "which": ("drop 时：list 里的序号，或 all", "for drop: its number in the list, or all"),
    "yes": ("不再询问", "do not ask"),
    "nothing": ("发件箱是空的。", "The outbox is empty."),
    "line": ("{number}. {at}  {book}  {rows}行  → {store}", "{number}. {at}  {book}  {rows} rows  → {store}"),
    "line_undo": ("{number}. {at}  {book}  申请撤销  → {store}", "{number}. {at}  {book}  to be taken back  → {store}"),
    "line_closed": ("{number}. {name}  是用{secret}封存的，现在打不开", "{number}. {name}  was sealed by {secret} and cannot be opened now"),
    "closed": (
        "发件箱里有{count}份是用{secret}封存的，现在打不开，没有发出，也没有丢：请设回当时的{secret}，再运行 xlcrm outbox send；"
        "或在原表格里再提交一次（不会重复），然后用 xlcrm outbox drop 删除。",
        "{count} in the outbox were sealed by {secret} and cannot be opened now. They did not go out and are not lost: bring back the {secret} of "
        "that day and run xlcrm outbox send; or submit their workbook again (nothing is stored twice), then xlcrm outbox drop.",
    ),
    "by_keyring": ("系统钥匙串里的密钥", "the key in the system's keyring"),
    "by_passphrase": ("口令", "the passphrase"),
    "by_unknown": ("别的密钥", "another key"),
    "line_returned": ("   {sheet} “{label}”：{problem}", "   {sheet} “{label}”: {problem}"),
    "unknown": ("发件箱里没有第“{which}”份。", "There is no number {which} in the outbox."),
    "unknown.hint": ("xlcrm outbox list 列出序号。", "xlcrm outbox list shows the numbers."),
    "drop_ask": ("删除后这些行不会再发送（表格里的行不受影响）。确定？", "They will not go out any more; the rows in their workbooks stay. Sure?"),
    "dropped": ("已删除{count}份。", "{count} dropped."),
    "not_dropped": ("没有删除。", "Nothing was dropped."),
    "still": ("发件箱里还有{count}份。", "{count} still wait in the outbox."),
}
