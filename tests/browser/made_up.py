"""Letters and names, all of them made up, and those that are hardest on a page among them."""

from collections.abc import Sequence
from pathlib import Path

LETTERS = Path(__file__).parent / "letters"
HOSTILE = """</script><script>alert(1)</script><img src=x onerror="alert(2)"> & 'quoted' "twice" {{ 7*7 }}"""
LONG_NAME = "Wolkenkratzerfensterputzermeister"[:30] * 4
UNBROKEN = f"""---
slug: unbroken
title: {"Zusammengeschrieben" * 10}
language: en
to: {"Empfängergemeinschaft" * 9}
hashtag: {"W" * 60}
goal: 1000000000
anonymous: true
---
{"Buchstabenkette" * 20}

## {"Zwischentitel" * 9}

- {"Aufzählungspunkt" * 9}

> {"Zitat" * 30}

`{"quelltext" * 20}` and <https://example.org/{"laengstername" * 12}>
"""
REVISED = """---
slug: revised
title: A letter that was revised
language: en
to: The board of our hospital
---
We have asked you often. We ask you to {words}.

Nobody has answered us.{tail}
"""


def people(number: int) -> Sequence[str]:
    """Made-up names, no two alike."""
    first = ("Ada", "Bruno", "Chidi", "Dolores", "Edda", "Fatima", "Gustav", "Hye-jin", "Ilse", "Jovan")
    last = ("Quillfeather", "Okonjo-Pike", "Sandoval Ruiz", "Lindqvist", "van der Aar", "Ó Súilleabháin", "Marsh")
    return [f"{first[n % 10]} {last[n % 7]} {n // 70 + 1}".removesuffix(" 1") for n in range(number)]
