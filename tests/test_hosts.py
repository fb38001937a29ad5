"""What a client says in Host changes no answer, and breaks none."""

from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.people import Workshop

NO_HOSTS = ("a..b", "x" * 70, ".", "a b", "", "[", "a@b/c", "a:port", "é.example", "a:1:2", "\0", "a." * 200 + "b")
HOSTS = ("localhost", "[::1]:8000", "letters.example.org.", "a_b.example", "xn--zz--.example", "127.0.0.1:99999")
PATHS = {
    "/": 200,
    "/healthz": 200,
    "/readyz": 200,
    "/embed.js": 200,
    "/api/v1/letters": 200,
    "/letters/ask-more": 200,
    "/embed/ask-more": 200,
    "/login": 200,
    "/letters/nobody": 404,
    "/api/v1/letters/nobody": 404,
    "/embed/nobody": 404,
    "/confirm/x": 404,
    "/organize/": 303,
}


def test_no_host_breaks_an_answer(app: Flask, workshop: Workshop) -> None:
    workshop.letter()
    for host in (*NO_HOSTS, *HOSTS):
        answered = {path: _status(app, path, host) for path in PATHS}
        assert answered == PATHS, host


def test_a_post_with_a_host_that_is_none_is_taken_as_any_and_is_from_nowhere(app: Flask, workshop: Workshop) -> None:
    workshop.letter()
    path, fields = "/letters/ask-more/sign", {"name": "Ada Example", "email": "ada@example.org"}
    for host in NO_HOSTS[:3]:
        assert _status(app, path, host, method="POST", data=fields) == 303, host
        assert _status(app, path, host, method="POST", headers={"Origin": f"http://{host}"}) == 403, host


def _status(app: Flask, path: str, host: str, **request: Any) -> int:
    environ = EnvironBuilder(path, **request).get_environ()
    parts, status, _headers = run_wsgi_app(app, {**environ, "HTTP_HOST": host.encode().decode("latin-1")})
    b"".join(parts)
    return int(status.split()[0])
