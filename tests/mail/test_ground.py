"""What the worker stands on is enough for every mail, and nothing that answers requests."""

import subprocess
import sys
from collections.abc import Iterator

from flask import Flask
from jinja2 import meta, nodes

from pledges import ground
from pledges.config import Settings
from tests.conftest import KEYS


def templates_of_mails(app: Flask) -> Iterator[nodes.Template]:
    """All of them, with those that they are built of."""
    env, seen = app.jinja_env, set[str]()
    waiting = [name for name in env.list_templates() if name.startswith("email/")]
    assert waiting
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            assert env.loader is not None
            parsed = env.parse(env.loader.get_source(env, name)[0])
            waiting += [found for found in meta.find_referenced_templates(parsed) if found is not None]
            yield parsed


def test_the_worker_knows_all_that_the_mails_ask_for(app: Flask) -> None:
    lean = ground.lay(Settings(**KEYS, database_url="sqlite://"))
    only_of_the_site = app.jinja_env.globals.keys() - lean.jinja_env.globals.keys()
    for template in templates_of_mails(lean):
        assert {used.name for used in template.find_all(nodes.Filter)} <= lean.jinja_env.filters.keys()
        assert not meta.find_undeclared_variables(template) & only_of_the_site


def test_the_worker_loads_nothing_that_answers_requests() -> None:
    loaded = "import sys, pledges.working; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    modules = done.stdout.split()
    assert "pledges.worker" in modules
    assert [name for name in modules if "views" in name or name in ("wtforms", "flask_login", "pledges.site")] == []
