"""What it does, in figures: they name no path and no address, and nobody reads them from outside without the token."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from pledges.http_guard import FORWARDING
from tests.conftest import VisitorFactory
from tests.people import Visitor, Workshop
from tests.serving import free_port

ELSEWHERE = {"REMOTE_ADDR": "192.0.2.1"}
TOKEN = "a token for the metrics"


def metrics(visitor: Visitor) -> dict[tuple[str, ...], float]:
    """Every figure, by its name and its labels."""
    assert visitor.get("/metrics").status_code == 200
    families = text_string_to_metric_families(visitor.response.get_data(as_text=True))
    return {
        (s.name, *(value for _, value in sorted(s.labels.items()))): s.value
        for family in families
        for s in family.samples
    }


def test_metrics_count_requests_by_route_and_never_name_a_path(workshop: Workshop, visitor: Visitor) -> None:
    workshop.sign(workshop.letter())
    workshop.deliver()
    path = workshop.confirm_link("ada@example.org")
    key = ("pledges_requests_total", "GET", "/confirm/<token>", "200")
    before = metrics(visitor).get(key, 0)
    visitor.get(path)
    visitor.get(path)
    visitor.get("/nowhere/ada@example.org")
    after = metrics(visitor)
    assert after[key] - before == 2
    assert after["pledges_request_seconds_count", "/confirm/<token>"] >= 2
    assert path.rpartition("/")[2] not in visitor.response.text
    assert "ada" not in visitor.response.text


def test_metrics_tell_how_many_mails_are_due_and_failed(workshop: Workshop, visitor: Visitor) -> None:
    letter = workshop.letter()
    for name in ("ada", "bob", "eve"):
        workshop.sign(letter, f"{name}@example.org")
    workshop.sink.answers += ["550 no", "250 OK", "451 later"]
    workshop.deliver()
    workshop.sign(letter, "joe@example.org")
    for _ in range(2):
        found = metrics(visitor)
        assert (found["pledges_outbox", "due"], found["pledges_outbox", "failed"]) == (2, 1)


@pytest.mark.parametrize("url", ["postgresql://127.0.0.1:{port}/none", "sqlite:////nowhere/at/all.db"])
def test_metrics_leave_out_the_outbox_while_the_database_is_away(make: VisitorFactory, url: str) -> None:
    visitor = make(database_url=url.format(port=free_port()))
    visitor.get("/healthz")
    found = metrics(visitor)
    assert found["pledges_requests_total", "GET", "/healthz", "200"] >= 1
    assert not [key for key in found if key[0] == "pledges_outbox"]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_this_machine_sees_the_metrics(visitor: Visitor, address: str) -> None:
    assert visitor.get("/metrics", environ_base={"REMOTE_ADDR": address}).status_code == 200
    assert visitor.response.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("header", FORWARDING)
def test_a_forwarded_request_sees_no_metrics(visitor: Visitor, header: str) -> None:
    assert visitor.get("/metrics", headers={header: "127.0.0.1"}).status_code == 404


def test_behind_a_proxy_nobody_sees_the_metrics_without_the_token(make: VisitorFactory) -> None:
    visitor = make(proxies=1, metrics_token=TOKEN)
    forwarded = {"X-Forwarded-For": "127.0.0.1"}
    assert visitor.get("/metrics", headers=forwarded).status_code == 404
    assert visitor.get("/metrics", headers={**forwarded, "Authorization": f"Bearer {TOKEN}"}).status_code == 200


@pytest.mark.parametrize(
    "given", [None, "Bearer", "Bearer ", f"Bearer {TOKEN}x", TOKEN, f"Basic {TOKEN}", "Bearer é", "Basic e", "\xff"]
)
def test_another_machine_sees_no_metrics_without_the_token(make: VisitorFactory, given: str | None) -> None:
    headers = {"Authorization": given} if given is not None else {}
    assert make(metrics_token=TOKEN).get("/metrics", environ_base=ELSEWHERE, headers=headers).status_code == 404
    assert make().get("/metrics", environ_base=ELSEWHERE, headers=headers).status_code == 404


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_another_machine_sees_the_metrics_with_the_token(make: VisitorFactory, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {TOKEN}"}
    assert make(metrics_token=TOKEN).get("/metrics", environ_base=ELSEWHERE, headers=headers).status_code == 200
