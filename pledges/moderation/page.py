"""What the moderators' pages tell of a decision."""

from flask import flash, get_template_attribute
from flask_babel import gettext, ngettext

from pledges.moderation.deciding import Outcome
from pledges.moderation.forms import OF_STATEMENTS, Decision
from pledges.moderation.judging import Judgement
from pledges.signature.models import Signature

NAMED = 8
"""How many names a message tells: it travels in a cookie."""


def tell(outcome: Outcome, decision: Decision) -> None:
    """Says on the next page how many were decided on, and whom somebody else had dealt with before."""
    if outcome.decided:
        flash(_done(decision, len(outcome.decided)))
    if outcome.overtaken:
        named = [f"{_name(s)}: {_state(s, decision)}" for s in outcome.overtaken[:NAMED]]
        others = ", ".join(named) + (" …" if len(outcome.overtaken) > NAMED else "")
        flash(gettext("Somebody else was quicker; nothing was changed for: %(others)s", others=others))


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


def _name(signature: Signature) -> str:
    return str((signature.words.name or gettext("(withdrawn)"))[:40])


def _state(signature: Signature, decision: Decision) -> str:
    of_statement = signature.statement_state if decision in OF_STATEMENTS else None
    return str(get_template_attribute("macros/moderation.html", "state_name")(of_statement or signature.state))


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
