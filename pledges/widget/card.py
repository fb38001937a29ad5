"""Draws one share card: words as JSON on standard input, PNG on standard output."""

import json
import sys
from pathlib import Path

import typst

TEMPLATE = Path(__file__).with_name("card.typ")


def main() -> None:
    """Draws what standard input says."""
    words = json.load(sys.stdin)
    drawn = typst.compile(TEMPLATE, format="png", ppi=72.0, sys_inputs={"words": json.dumps(words)})
    sys.stdout.buffer.write(drawn)


if __name__ == "__main__":
    main()
