"""A bare Flask application: the least that a request can cost under the same server."""

from flask import Flask

application = Flask(__name__)


@application.get("/")
def hello() -> str:
    return "hello"
