"""The parts of paths: what is not shaped like a slug or an id is unknown before anything is asked."""

from flask import Flask
from werkzeug.routing import BaseConverter, IntegerConverter, Map

from pledges.letter.models import LONGEST_SLUG


class SlugConverter(BaseConverter):
    """A letter's slug."""

    regex = r"[a-z0-9]+(?:-[a-z0-9]+)*"

    def to_python(self, value: str) -> str:
        return str(super().to_python(value[: LONGEST_SLUG + 1]))


class IdConverter(IntegerConverter):
    """A row's id, of eight bytes at most."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**62)


def start(app: Flask) -> None:
    """Lets routes name these parts."""
    app.url_map.converters.update(slug=SlugConverter, id=IdConverter)
