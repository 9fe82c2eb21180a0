"""Letters as files in a folder: for a team without a mail server, opened and sent by any mail program."""

from __future__ import annotations

import re
from email.message import EmailMessage
from pathlib import Path

from xlcrm.errors import MailError

_UNFIT = re.compile(r'[\s<>:"/\\|?*.\x00-\x1f\x7f-\x9f\u200b-\u202f\ufeff]+')
_LONGEST = 80


def save(folder: Path, name: str, message: EmailMessage) -> Path:
    """Lay ``message`` into ``folder`` as ``name``.eml, whole or not at all; one of that name is replaced.

    MailError when the folder cannot be written.
    """
    message["X-Unsent"] = "1"  # Outlook opens it to be sent, not as something received
    path = folder / f"{file_name(name)}.eml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.write_bytes(message.as_bytes())
        fresh.replace(path)
    except OSError as error:
        raise MailError("mail.no_draft", path=folder) from error
    return path


def file_name(name: str) -> str:
    """``name`` as every system takes it for a file's."""
    return _UNFIT.sub("_", name)[:_LONGEST].strip("_") or "_"
