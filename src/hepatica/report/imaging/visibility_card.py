"""Card of what each tracer can and cannot see."""

from __future__ import annotations

import pandas as pd

from hepatica.card import Card
from hepatica.imaging.biodistribution.visibility import Sight, Visibility
from hepatica.imaging.subject.analysis import SubjectAnalysis
from hepatica.words import say

HALF_LIFE_NONE = 1e6  # day; iron does not decay
LEAST_SHOWN = 1e-4
"""Label left in a cell below which no digits are printed."""


def visibility_card(analysis: SubjectAnalysis, lang: str) -> Card:
    """Visibility by tracer."""
    rows = [_visible(v, lang) for v in analysis.visibility]
    text = (say("image.visibility_text", lang),)
    return Card("visibility", say("image.card_visibility", lang), text, pd.DataFrame(rows))


def _visible(v: Visibility, lang: str) -> dict[str, str]:
    decays = v.half_life < HALF_LIFE_NONE
    row = {
        say("image.col_tracer", lang): v.tracer,
        say("image.col_half_life", lang): f"{v.half_life:.2g}" if decays else say("image.iron", lang),
        say("image.col_left", lang): f"{_left(v.left_day_1)} / {_left(v.left_day_7)}",
        say("image.col_last_day", lang): _day(v.last_day, lang),
        say("image.col_living_until", lang): _day(v.living_until, lang),
    }
    return row | {say(f"image.sight_{s}", lang): say(f"image.answer_{v.answers[s]}", lang) for s in Sight}


def _left(share: float) -> str:
    return f"{100 * share:.2g}" if share >= LEAST_SHOWN else f"< {100 * LEAST_SHOWN:g}"


def _day(day: float, lang: str) -> str:
    return f"{day:.2g}" if day > 0 else say("image.never", lang)
