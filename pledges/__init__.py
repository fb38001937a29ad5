"""Pledges: open letters, the signatures under them, and what becomes of their promises."""

import os
from typing import TYPE_CHECKING

from pledges import config

if TYPE_CHECKING:
    from flask import Flask

    from pledges.config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """The application; without `settings` they are read from the environment. Raises SettingWrong."""
    from pledges import site  # noqa: PLC0415 - the worker answers nothing, and does without ten megabytes

    return site.build(settings or config.read(os.environ))
