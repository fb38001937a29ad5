"""What stands under /api/v1, as OpenAPI 3.1 tells it to programs."""

from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("openapi.yaml")


@cache
def describe(base_url: str) -> dict[str, Any]:
    """The whole description, of the interface at this address."""
    import yaml  # noqa: PLC0415 - asked for rarely, and of little use to a server that runs for months

    described: dict[str, Any] = yaml.safe_load(FILE.read_text("utf-8"))
    return {**described, "servers": [{"url": base_url}]}
