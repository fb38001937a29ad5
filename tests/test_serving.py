"""The service as an operator runs it: real processes, settings from the environment, real mail."""

import json
import signal
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.mailing import MailSink, link
from tests.people import Workshop
from tests.serving import Server, environment, free_port, run_flask, wait_until

ServerFactory = Callable[..., Server]


@pytest.fixture
def server(database_url: str, sink: MailSink, tmp_path: Path) -> ServerFactory:
    """Makes servers on one database, that send mail to the sink."""

    def make(*options: str, **settings: object) -> Server:
        settings = {"mail_url": f"smtp://127.0.0.1:{sink.port}", **settings}
        return Server(tmp_path / "server.log", environment(database_url, **settings), "--workers", "1", *options)

    return make


def test_mail_leaves_within_ten_seconds_of_signing_and_its_link_confirms(
    workshop: Workshop, server: ServerFactory, sink: MailSink
) -> None:
    letter = workshop.letter()
    with server() as running:
        running.sign("ask-more")
        wait_until(lambda: sink.messages, seconds=10, what="the mail")
        path = link(sink.messages[0], "confirm")
        assert "Ada Example" in running.get(path).read().decode()
        assert running.post(path).status == 303
    assert workshop.figures(letter).confirmed == 1


def test_what_was_signed_before_a_power_cut_is_mailed_after_it(
    workshop: Workshop, server: ServerFactory, sink: MailSink
) -> None:
    workshop.letter()
    with server("--no-worker") as running:
        running.sign("ask-more")
        running.kill()
    assert sink.messages == []
    with server():
        wait_until(lambda: sink.messages, seconds=25, what="the mail")
    assert [mail["To"] for mail in sink.messages] == ["ada@example.org"]


def test_a_mail_worker_killed_in_mid_mail_is_started_again_and_the_mail_arrives(
    workshop: Workshop, server: ServerFactory, sink: MailSink
) -> None:
    workshop.letter()
    sink.stalled = True
    with server("--workers", "4") as running:
        running.sign("ask-more")
        wait_until(lambda: sink.stalls, seconds=10, what="a mail in mid-send")
        killed = running.mail_worker()
        killed.kill()
        wait_until(lambda: sink.broken_off, seconds=5, what="the mail broken off")
        sink.stalled = False
        wait_until(lambda: running.mail_worker() not in (None, killed), seconds=10, what="a new worker")
        wait_until(lambda: sink.messages, seconds=25, what="the mail")
    assert [mail["To"] for mail in sink.messages] == ["ada@example.org"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_and_its_worker_and_leaves_no_process(
    server: ServerFactory, tmp_path: Path, number: signal.Signals
) -> None:
    with server("--workers", "2") as running:
        wait_until(lambda: len(running.group()) == 4, seconds=10, what="two web processes and the worker")
        processes = [running.process, *running.process.children(recursive=True)]
        assert running.end(number) == 0
        assert psutil.wait_procs(processes, timeout=5)[1] == []
        assert running.group() == []
        with socket.socket() as probe:
            assert probe.connect_ex(("127.0.0.1", running.port)) != 0
    assert not list(tmp_path.glob("pledges-metrics-*"))


def test_a_worker_whose_server_was_killed_ends_by_itself(server: ServerFactory) -> None:
    with server() as running:
        wait_until(running.mail_worker, seconds=10, what="the worker")
        running.process.kill()
        wait_until(lambda: not running.group(), seconds=10, what="no process left")


def test_what_a_killed_server_left_behind_is_removed_and_what_another_one_uses_is_not(
    server: ServerFactory, tmp_path: Path
) -> None:
    with server("--no-worker") as killed:
        (left,) = tmp_path.glob("pledges-metrics-*")
        killed.kill()
    assert left.exists()
    with server("--no-worker") as running:
        (used,) = tmp_path.glob("pledges-metrics-*")
        assert used != left
        with server("--no-worker"):
            assert len(list(tmp_path.glob("pledges-metrics-*"))) == 2
            assert b"pledges_requests_total" in running.get("/metrics").read()
        assert used.exists()


def test_metrics_count_the_requests_of_all_web_processes(workshop: Workshop, server: ServerFactory) -> None:
    workshop.sign(workshop.letter())
    with server("--workers", "2", "--no-worker") as running:

        def ask() -> None:
            for _ in range(10):
                assert running.get("/healthz").status == 200

        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for _ in range(6):
            families = list(text_string_to_metric_families(running.get("/metrics").read().decode()))
            names = [family.name for family in families]
            assert len(names) == len(set(names))
            samples = {(s.name, *sorted(s.labels.items())): s.value for family in families for s in family.samples}
            route = ("route", "/healthz")
            assert samples["pledges_requests_total", ("method", "GET"), route, ("status", "200")] == 40
            assert samples["pledges_request_seconds_count", route] == 40
            outbox = {key[1:]: value for key, value in samples.items() if key[0] == "pledges_outbox"}
            assert outbox == {(("state", "due"),): 1, (("state", "failed"),): 0}


def test_every_line_of_the_log_is_json_and_names_nobody(
    workshop: Workshop, server: ServerFactory, sink: MailSink
) -> None:
    workshop.letter()
    with server() as running:
        running.sign("ask-more")
        wait_until(lambda: sink.messages, seconds=10, what="the mail")
        path = link(sink.messages[0], "confirm")
        running.get(path)
        running.get(path + "x?name=Ada")
        running.post(path)
        assert b" 400 " in running.say(b"GET /confirm/abc?name=Ada HTTP/1.1\r\nbad header\r\n\r\n")
        assert b" 400 " in running.say(b"ada@example.org\r\n\r\n")
        running.end()
        lines = running.log().splitlines()
    routes = [json.loads(line).get("route") for line in lines]
    assert routes.count("/confirm/<token>") == 3
    for secret in ("ada@", "Ada", "example.org", "127.0.0.1", path.rpartition("/")[2][:12]):
        assert secret not in "\n".join(lines)


def refused(*arguments: str, environment: dict[str, str]) -> str:
    """The one line with which a command ends that can't begin."""
    ended = run_flask(*arguments, environment=environment)
    assert ended.returncode == 1, ended
    (line,) = (ended.stdout + ended.stderr).splitlines()
    return line


def test_a_port_in_use_is_named_in_one_line(database_url: str, sink: MailSink) -> None:
    line = refused("serve", "--port", str(sink.port), environment=environment(database_url))
    assert f"127.0.0.1:{sink.port}" in line
    assert "choose another --port" in line


def test_a_database_without_the_newest_schema_is_named_in_one_line(tmp_path: Path) -> None:
    settings = environment(f"sqlite:///{tmp_path}/new.db")
    assert "flask db upgrade" in refused("serve", environment=settings)


@pytest.mark.parametrize("url", ["postgresql://127.0.0.1:{port}/none", "sqlite:////nowhere/at/all.db"])
def test_a_database_out_of_reach_is_named_in_one_line(url: str) -> None:
    settings = environment(url.format(port=free_port()))
    assert "PLEDGES_DATABASE_URL" in refused("serve", environment=settings)


def test_a_missing_setting_is_named_in_one_line(tmp_path: Path) -> None:
    settings = environment(f"sqlite:///{tmp_path}/new.db")
    del settings["PLEDGES_DIGEST_KEY"]
    assert "PLEDGES_DIGEST_KEY" in refused("serve", environment=settings)
