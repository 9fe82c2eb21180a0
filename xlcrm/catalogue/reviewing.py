"""What is said about new customers that a second person reviews."""

TEXTS: dict[str, tuple[str, str]] = {
    "no_reason": ("退回新客户要写明原因，录入人才知道改什么。", "Sending a new customer back needs a reason: whoever entered it has to know what to change."),
    "no_reason.hint": ("没有任何改动；请写上原因再试。", "Nothing was changed; say why and try again."),
    "not_withdrawn": ("新客户的审核不能由录入人自己撤回。", "Whoever entered a new customer cannot withdraw its review."),
    "not_withdrawn.hint": ("请审核人处理；录错了就请审核人退回。", "Leave it to the reviewer; if it was a mistake, ask for it to be sent back."),
}
