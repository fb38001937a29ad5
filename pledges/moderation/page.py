"""What the moderators' pages tell of a decision."""

from enum import StrEnum

from flask import flash, get_flashed_messages, get_template_attribute
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session

from pledges.letter.models import Letter
from pledges.moderation.deciding import Outcome, shows_statement
from pledges.moderation.forms import OF_STATEMENTS, Choice, Decision
from pledges.moderation.judging import Judgement
from pledges.moderation.queries import list_named
from pledges.signature.models import Signature

NAMED = 8
"""How many names a message tells."""
LONGEST_NAMED = 40


class Left(StrEnum):
    """Why a decision left some alone: the category of a message that holds their ids."""

    CHANGED = "changed"
    OVERTAKEN = "overtaken"
    SENTENCE_OVERTAKEN = "sentence-overtaken"


def tell(outcome: Outcome, choice: Choice) -> None:
    """Leaves for the next page how many were decided on, whose words have changed, and who was dealt with or
    changed meanwhile: of those their ids alone, for names that nobody is shown must not lie in a cookie.
    """
    if outcome.decided:
        flash(_done(choice.decision, len(outcome.decided)))
    changed = [row for row in outcome.overtaken if _has_changed(row, choice)]
    others = [row for row in outcome.overtaken if row not in changed]
    for rows, left in ((changed, Left.CHANGED), (others, _left(choice.decision))):
        if rows:
            flash(" ".join(str(row.id) for row in rows[: NAMED + 1]), left)


def told(session: Session, letter: Letter) -> list[str]:
    """Whom the last decision left alone, and why, with their names."""
    lines = []
    for left in Left:
        for ids in get_flashed_messages(category_filter=[left]):
            rows = list_named(session, letter, [int(id_) for id_ in str(ids).split()])
            named = ", ".join(_named(row, left) for row in rows[:NAMED]) + (" …" if len(rows) > NAMED else "")
            lines += [_left_alone(left, named)] if rows else []
    return lines


def _has_changed(row: Signature, choice: Choice) -> bool:
    """Whether it still waits for this decision, in other words than those that the moderator read."""
    if choice.decision in OF_STATEMENTS:
        is_open = shows_statement(row) and row.statement_state is OF_STATEMENTS[choice.decision][0]
    else:
        is_open = row.is_waiting
    return is_open and choice.seen.get(row.id, row.edition) != row.edition


def _left(decision: Decision) -> Left:
    return Left.SENTENCE_OVERTAKEN if decision in OF_STATEMENTS else Left.OVERTAKEN


def _left_alone(left: Left, named: str) -> str:
    if left is Left.CHANGED:
        return str(
            gettext(
                "The words have changed since you read them; nothing was decided. Read anew: %(named)s", named=named
            )
        )
    return str(gettext("Dealt with or changed meanwhile; nothing was done to: %(others)s", others=named))


def tell_of_reports(judgement: Judgement, decision: Decision) -> None:
    """The same of reports on pledges."""
    if judgement.judged:
        flash(_judged(decision, judgement.judged))
    if judgement.overtaken:
        flash(
            ngettext(
                "%(num)d report was dealt with or changed meanwhile; nothing was done to it.",
                "%(num)d reports were dealt with or changed meanwhile; nothing was done to them.",
                judgement.overtaken,
            )
        )


def _judged(decision: Decision, count: int) -> str:
    match decision:
        case Decision.APPROVE_REPORT:
            said = ngettext("%(num)d report is shown.", "%(num)d reports are shown.", count)
        case Decision.REJECT_REPORT | Decision.REMOVE_REPORT:
            said = ngettext("%(num)d report is not shown.", "%(num)d reports are not shown.", count)
        case Decision.CHECK_REPORT:
            said = ngettext("%(num)d report is marked as checked.", "%(num)d reports are marked as checked.", count)
        case Decision.UNCHECK_REPORT:
            said = ngettext("%(num)d report is checked no more.", "%(num)d reports are checked no more.", count)
        case _:
            said = ngettext("%(num)d report waits again.", "%(num)d reports wait again.", count)
    return str(said)


def _named(signature: Signature, left: Left) -> str:
    seen = _named_in_queue("sealed_name", signature) if signature.is_sealed else signature.words.name
    name = str((seen or gettext("(withdrawn)"))[:LONGEST_NAMED])
    if left is Left.CHANGED:
        return name
    is_of_sentence = left is Left.SENTENCE_OVERTAKEN and not signature.is_sealed
    state = signature.statement_state if is_of_sentence else None
    return f"{name}: {_named_in_queue('state_name', state or signature.state)}"


def _named_in_queue(macro: str, what: object) -> str:
    """As the queue itself names it."""
    return str(get_template_attribute("macros/moderation.html", macro)(what))


def _done(decision: Decision, count: int) -> str:
    match decision:
        case Decision.APPROVE:
            said = ngettext("%(num)d name approved.", "%(num)d names approved.", count)
        case Decision.APPROVE_NAME:
            said = ngettext(
                "%(num)d name approved without the sentence.", "%(num)d names approved without their sentences.", count
            )
        case Decision.REJECT:
            said = ngettext("%(num)d name rejected.", "%(num)d names rejected.", count)
        case Decision.APPROVE_STATEMENT:
            said = ngettext("%(num)d sentence approved.", "%(num)d sentences approved.", count)
        case Decision.REJECT_STATEMENT | Decision.REMOVE_STATEMENT:
            said = ngettext("%(num)d sentence rejected.", "%(num)d sentences rejected.", count)
        case Decision.TAKE_BACK:
            said = gettext("The name waits in the queue again.")
        case Decision.TAKE_BACK_STATEMENT:
            said = gettext("The sentence waits in the queue again.")
        case _:
            said = gettext("The name is taken off the list and the count.")
    return str(said)
