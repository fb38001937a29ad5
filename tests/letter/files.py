"""Letter files as these tests need them."""

from pledges.letter.reading import LetterFile, read_letter_file

HEAD = """slug: ask-more
title: Ask more of us
language: en
to: The board"""
"""The four lines that every letter file has: on lines 2 to 5, so what follows begins on line 6."""


def letter_file(*lines: str, head: str = HEAD, body: str = "We ask **more** of you.") -> str:
    """A letter file with these further lines in its head."""
    return "\n".join(["---", head, *lines, "---", body, ""])


def read(*lines: str, head: str = HEAD, body: str = "We ask **more** of you.") -> LetterFile:
    return read_letter_file(letter_file(*lines, head=head, body=body))
