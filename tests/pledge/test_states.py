"""The table of a commitment's states, as a whole: every pair is allowed or refused, by each who might."""

import itertools

import pytest

from pledges.pledge.states import Actor, State, TransitionRefused, check

TABLE = """
offered  waiting   signatory
offered  made      signatory
waiting  made      time
waiting  lapsed    time
waiting  withdrawn signatory
lapsed   withdrawn signatory
made     partly    organizer
made     kept      organizer
partly   kept      organizer
made     withdrawn signatory
kept     withdrawn signatory
partly   withdrawn signatory
not_yet  withdrawn signatory
released withdrawn signatory
"""
BINDING = ("made", "kept", "partly", "not_yet", "released")
ALLOWED = {tuple(line.split()) for line in TABLE.strip().splitlines()} | {
    (old, new, "signatory") for old in BINDING for new in BINDING[1:] if old != new
}


def test_there_are_exactly_these_states() -> None:
    assert {*State} == {*BINDING, "offered", "waiting", "lapsed", "withdrawn"}


@pytest.mark.parametrize(("old", "new"), [*itertools.product(State, State)])
def test_a_transition_is_allowed_only_as_written(old: State, new: State) -> None:
    for by in Actor:
        if (old, new, by) in ALLOWED:
            check(old, new, by)
        else:
            with pytest.raises(TransitionRefused):
                check(old, new, by)
