"""What is answered where no rule says what went wrong."""

from flask import Flask

from pledges import answering
from pledges.errors import DomainError


def test_an_error_that_nobody_thought_of_is_answered_all_the_same(app: Flask) -> None:
    class Unthought(DomainError):
        pass

    with app.test_request_context("/"):
        answer = answering.domain_error(Unthought())
    assert answer.status_code == 409
    assert "That can’t be done now" in answer.get_data(as_text=True)
