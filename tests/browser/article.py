"""A page of somebody else's, at another origin, with a policy as strict as the widget allows."""

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>An article</title></head>
<body><h1>An article</h1>{body}</body></html>"""


@contextmanager
def article(base_url: str, body: str) -> Iterator[str]:
    """Serves the page, and answers its address; nothing but `base_url` is allowed to it."""
    policy = "; ".join(
        ["default-src 'none'", *(f"{what}-src {base_url}" for what in ("script", "connect", "img", "frame"))]
    )
    content = PAGE.format(body=body.replace("BASE", base_url)).encode()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", policy)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_words: object) -> None:
            """Nothing is told."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}/"
        server.shutdown()
