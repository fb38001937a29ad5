"""Replaces `pledges.clock.now`, and nothing else, in a process that is served with a `Timepiece`."""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

FILE = Path(os.environ["TEST_TIMEPIECE"])


def now() -> datetime:
    """This moment, as far off as the file says in seconds."""
    return datetime.now(UTC) + timedelta(seconds=float(FILE.read_text("utf-8")))


class ClockFinder(MetaPathFinder):
    """Finds the one module in which the clock is, and sets its hands once it is loaded."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != "pledges.clock":
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        assert spec is not None
        assert spec.loader is not None
        load = spec.loader.exec_module

        def load_and_set(module: ModuleType) -> None:
            load(module)
            module.now = now

        spec.loader.exec_module = load_and_set
        return spec


sys.meta_path.insert(0, ClockFinder())
