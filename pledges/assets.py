"""Style and script: hand-written files, named by what they hold so that they may be kept for ever."""

import hashlib
from functools import cache
from pathlib import Path

from flask import Blueprint, Flask, Response, current_app, request, url_for

from pledges.shelfmark import NOT_WORTH

blueprint = Blueprint("assets", __name__)

FIRST = ("tokens.css", "base.css", "layout.css")
FOR_EVER = "public, max-age=31536000, immutable"
BRIEFLY = "public, max-age=60"


def start(app: Flask) -> None:
    """Lets templates name assets."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(stylesheet=stylesheet, asset=asset)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600


def stylesheet() -> str:
    """The address of the one stylesheet."""
    return url_for("assets.style", version=_version(_style()))


def asset(name: str) -> str:
    """The address of a file under static/, which changes with its content."""
    return f"{url_for('static', filename=name)}?v={_version(asset_bytes(name))}"


@blueprint.get("/assets/<version>.css")
def style(version: str) -> Response:
    content = _style()
    response = Response(content, mimetype="text/css")
    is_present = version == _version(content)
    response.headers["Cache-Control"] = FOR_EVER if is_present else BRIEFLY
    request.environ[NOT_WORTH] = not is_present  # anybody can think up versions
    response.add_etag()
    return response.make_conditional(request)  # type: ignore[return-value] # the same response


@cache
def _style() -> bytes:
    folder = Path(str(current_app.static_folder)) / "css"
    blocks = sorted(f"blocks/{path.name}" for path in (folder / "blocks").glob("*.css"))
    return b"\n".join((folder / name).read_bytes() for name in (*FIRST, *blocks))


@cache
def asset_bytes(name: str) -> bytes:
    """A file under static/."""
    return (Path(str(current_app.static_folder)) / name).read_bytes()


def _version(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
