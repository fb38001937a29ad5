"""What the own page says after something was done there, by the address's `?said=`: no cookie carries it."""

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _

SAID: Mapping[str, Any] = {
    "saved": _("Saved: this is what is stored now."),
    "stopped": _(
        "Saved: you get no more news of it. Should its text change, or should it be withdrawn, we still tell you."
    ),
    "told": _("Thank you: now we know that you have read it."),
    "agreed": _("Thank you: you have agreed to the present text."),
}
SAID_OF_WITHDRAWN: Mapping[str, Any] = {
    "withdrawn": _("All that was written with this signature is erased, its address too, and it counts no more."),
}
"""Stands on that page in any case; who has just withdrawn hears it first."""
SAID_OF_PLEDGES: Mapping[str, Any] = {
    "pledged": _("Saved: this is what you have pledged now."),
    "taken-back": _("Saved: you have taken that pledge back."),
    "shown": _("Saved: your name stands beside your pledges, as far as it is shown."),
    "hidden": _("Saved: your name does not stand beside your pledges."),
    "asked": _("Saved: we ask you by mail what became of your pledges."),
    "unasked": _("Saved: no mail asks you what became of your pledges."),
}


def said_in(what: Mapping[str, Any]) -> Any:
    """What the address asks to be said; nothing on a page that came back with mistakes, or of what nobody said."""
    return what.get(request.args.get("said", "")) if request.method == "GET" else None
