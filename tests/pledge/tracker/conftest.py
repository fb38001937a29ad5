"""The letter whose pledges are tracked."""

import pytest

from pledges.letter.models import Letter
from tests.people import Workshop
from tests.pledge.promises import PLEDGES

TRANSLATED = """
  - language: es
    title: Pídannos más
    body: Les pedimos más.
    pledges: {speak: Alzaré la voz., give: Daré dinero., strike: Haré huelga.}"""


@pytest.fixture
def letter(workshop: Workshop) -> Letter:
    return workshop.letter(pledges=PLEDGES, translations=TRANSLATED, moderation="flag")
