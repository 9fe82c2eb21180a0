"""Whether a file lies on a network share: SQLite loses updates there silently, so no store may."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_REMOTE = ("nfs", "cifs", "smb", "afs", "ncpfs", "fuse.sshfs", "fuse.rclone", "fuse.davfs", "davfs", "ceph", "glusterfs")
_DRIVE_REMOTE = 4


def on_share(path: Path) -> bool:
    """True if ``path`` (existing or not) is on a share as far as the system tells."""
    text = str(path)
    if text.startswith(("\\\\", "//")):
        return True
    if sys.platform == "win32":
        import ctypes

        return bool(ctypes.windll.kernel32.GetDriveTypeW(path.absolute().anchor) == _DRIVE_REMOTE)
    try:
        mounts = Path("/proc/mounts").read_text("utf-8", "replace")
    except OSError:
        return False
    return remote(path.absolute().parent.resolve(), mounts)


def remote(folder: Path, mounts: str) -> bool:
    """Whether the deepest mount of ``mounts`` (as in /proc/mounts) that holds ``folder`` is a network file system."""
    deepest, kind = "", ""
    for line in mounts.splitlines():
        parts = line.split(" ")
        if len(parts) < 3:
            continue
        point = parts[1].replace("\\040", " ")
        if (folder == Path(point) or Path(point) in folder.parents) and len(point) >= len(deepest):
            deepest, kind = point, parts[2]
    return kind.startswith(_REMOTE)


def writable(path: Path) -> bool:
    """Whether this user may write the file and into its folder (the write-ahead log lies beside it)."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
