"""What is said about keys."""

TEXTS: dict[str, tuple[str, str]] = {
    "wrong_key": ("密钥与这个客户库不匹配。", "The key does not belong to this store."),
    "wrong_key.hint": (
        "请核对客户库的路径，或向系统管理员索取正确的密钥；库中数据未被改动。",
        "Check the store's path, or ask your administrator for the right key; nothing was changed.",
    ),
    "bad_key": ("密钥的格式不对。", "The key is malformed."),
    "bad_key.hint": (
        "XLCRM_KEY 应是 64 个字节的 base64（88 个字符）或十六进制（128 个字符），请完整复制后再试。",
        "XLCRM_KEY must be 64 bytes in base64 (88 characters) or hex (128 characters); copy it completely.",
    ),
    "missing": ("本机没有这个客户库的密钥。", "This machine has no key for the store."),
    "missing.hint": (
        "请在创建客户库的电脑和账号下打开，或把密钥放进环境变量 XLCRM_KEY。",
        "Open it on the machine and account that made it, or put its key into the environment variable XLCRM_KEY.",
    ),
    "passphrase_needed": ("打开客户库需要口令。", "The store needs its passphrase."),
    "passphrase_needed.hint": (
        "请输入创建时设定的口令，或设置环境变量 XLCRM_PASSPHRASE。",
        "Type the passphrase chosen when it was made, or set the environment variable XLCRM_PASSPHRASE.",
    ),
    "wrong_passphrase": ("口令不正确。", "The passphrase is wrong."),
    "wrong_passphrase.hint": ("请注意大小写和输入法后重试。", "Mind upper and lower case, then try again."),
    "no_keyring": ("本机没有可安全保存密钥的地方。", "This machine has no safe place for the key."),
    "no_keyring.hint": (
        "请设置环境变量 XLCRM_KEY 或 XLCRM_PASSPHRASE，或启用系统的密钥环；密钥不会写进普通文件。",
        "Set the environment variable XLCRM_KEY or XLCRM_PASSPHRASE, or enable the system's keyring; keys never go into a plain file.",
    ),
    "keyring_locked": ("系统的密钥环没有解锁，或拒绝了访问。", "The system's keyring is locked or refused access."),
    "keyring_locked.hint": ("请解锁密钥环（登录系统时的密码），然后重试。", "Unlock the keyring (usually your login password) and try again."),
    "team_passphrase": ("新建团队客户库需要一个团队口令，用它保管密钥。", "A new store for a team needs a passphrase, which keeps its keys."),
    "team_passphrase.hint": (
        "请在终端里运行并输入口令，或设置环境变量 XLCRM_PASSPHRASE；口令要告诉每位同事，并另存一份。",
        "Run it in a terminal and type one, or set XLCRM_PASSPHRASE; tell it to each colleague, and keep a copy in a safe place.",
    ),
}
