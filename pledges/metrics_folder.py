"""Where the web processes of one server put their figures together: a folder that lives as long as the server does."""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = "pledges-metrics-"
_LOCK = "server.lock"


def make() -> str:
    """A fresh folder that this process holds, and whatever it becomes or forks; those that nobody holds any more, left
    behind by servers that were killed, are removed.
    """
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        held = _hold(folder / _LOCK)
        if held is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(held)
    made = tempfile.mkdtemp(prefix=PREFIX)
    lock = Path(made) / _LOCK
    lock.touch()
    held = _hold(lock)
    if held is not None:
        fcntl.fcntl(held, fcntl.F_SETFD, 0)  # stays open in what this process becomes
    return made


def _hold(lock: Path) -> int | None:
    """Holds a folder by its lock, and answers the open file; None where somebody else does, or no lock is there."""
    try:
        held = os.open(lock, os.O_RDWR | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        return None
    return held
