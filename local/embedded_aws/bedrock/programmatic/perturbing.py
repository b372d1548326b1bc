"""Prompts slightly changed, as the user guide says of Robustness: about five of each.

All lower case, keyboard typos, numbers as words, random upper case, random blanks. Deterministic.
"""

from __future__ import annotations

import random
import re

_DIGITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TYPO_EVERY = 12
_UPPER_SHARE, _BLANK_SHARE = 0.2, 0.1


def perturbed(prompt: str) -> list[str]:
    """Five changed copies; one that a change does not touch gets a blank at its end."""
    chance = random.Random(prompt)
    changed = [
        prompt.lower(),
        _typos(prompt),
        re.sub(r"[0-9]", lambda found: f" {_DIGITS[int(found[0])]} ", prompt),
        "".join(c.upper() if chance.random() < _UPPER_SHARE else c for c in prompt),
        "".join(c + " " if chance.random() < _BLANK_SHARE else c for c in prompt),
    ]
    return [copy if copy != prompt else f"{prompt} " for copy in changed]


def _typos(prompt: str) -> str:
    letters = list(prompt)
    for place in range(1, len(letters) - 1, _TYPO_EVERY):
        letters[place], letters[place + 1] = letters[place + 1], letters[place]
    return "".join(letters)
