"""What the views of this room share."""

from typing import TypeAlias

from flask import Blueprint
from werkzeug.wrappers import Response

blueprint = Blueprint("organizer", __name__)

Answer: TypeAlias = Response | str | tuple[str, int]
