"""Moves the clock of a site that is being served: all its processes read where it stands, whenever they ask."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Timepiece:
    """The clock of the processes that are started with its `environment`; from where it is set to, it goes on."""

    def __init__(self, file: Path) -> None:
        self._file = file
        file.write_text("0", "utf-8")

    @property
    def environment(self) -> Mapping[str, str]:
        """Python reads `sitecustomize.py` of this folder at the start of each process."""
        return {"PYTHONPATH": str(HERE), "TEST_TIMEPIECE": str(self._file)}

    def set_to(self, moment: str) -> None:
        """Sets it to a moment in ISO 8601."""
        ahead = datetime.fromisoformat(moment) - datetime.now(UTC)
        being_set = self._file.with_suffix(".new")
        being_set.write_text(str(ahead.total_seconds()), "utf-8")
        being_set.replace(self._file)  # at once: nobody reads half a number
