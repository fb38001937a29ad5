"""What other sites may load, read and frame: the same headers on every answer there, also on what goes wrong."""

from http import HTTPStatus

from flask import Flask, Response, jsonify, render_template, request
from flask_babel import gettext

PROBLEM = "application/problem+json"
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *"
_PATHS = ("/embed.js", "/embed", "/oembed", "/api")
_ROOMS = ("/embed/", "/api/")


def start(app: Flask) -> None:
    """Opens what stands there to every site."""

    @app.after_request
    def open_what_is_for_them(response: Response) -> Response:
        return open_to_every_site(response) if is_for_other_sites() else response


def is_for_other_sites() -> bool:
    """Whether the path is one that other sites rely on, known or not."""
    return request.path in _PATHS or request.path.startswith(_ROOMS)


def open_to_every_site(response: Response) -> Response:
    """Any page may frame, load and read this answer; nothing in it knows who asks."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return response


def is_for_programs() -> bool:
    """Whether errors are told by RFC 9457: where no person reads them."""
    return request.path in ("/oembed", "/api") or request.path.startswith("/api/")


def problem(status: int, detail: str) -> Response:
    """An error for a program; of the type about:blank, its title is the status's own phrase."""
    response = jsonify(type="about:blank", title=HTTPStatus(status).phrase, status=status, detail=detail)
    response.status_code, response.content_type = status, PROBLEM
    return response


def quiet_line(status: int, line: str) -> Response:
    """An error in a stranger's article: a quiet line in what was asked for, never an error's page."""
    if request.path.endswith(".json"):
        response = jsonify(quiet=line)
    elif request.path.endswith(".svg"):
        body = render_template("widget/badge.svg", label=gettext("open letter"), count="–", face=None)
        response = Response(body, mimetype="image/svg+xml")
    else:
        response = Response(render_template("widget/quiet.html", line=line), mimetype="text/html")
    response.status_code = status
    return response
