"""Readers of a known truth: what each named prior of the whole effect makes of the same evidence.

A reader's prior takes the place of the one that the model's priors imply, by importance weights of the draws
(`hepatica.calibrate.readers`), and the reader's own chance that cells do nothing that of the model. The decision rule
stays the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from hepatica.calibrate.readers import READERS, importance_weights
from hepatica.dosing.readers import null_effect

MODEL = "the model's own"
PRIORS = (MODEL, *READERS)


class Held(NamedTuple):
    """Posterior that somebody holds: weights of draws, (hypotheses, draws), and chances of no effect."""

    weights: np.ndarray
    nothing: list[float]


def by_reader(effect: np.ndarray, learnt: Held) -> dict[str, Held]:
    """Posterior of each reader, from the whole effect of each draw, (hypotheses, draws), and that of the model.

    Draws without an effect, for they made no patients, have no weight.
    """
    held = {MODEL: learnt}
    for name, reader in READERS.items():
        weights = np.zeros_like(learnt.weights)
        for h, (own, w) in enumerate(zip(effect, learnt.weights, strict=True)):
            known = np.isfinite(own)
            weights[h, known] = w[known] * importance_weights(reader, own[known], own[known]).weights
        held[name] = Held(weights / weights.sum(axis=1, keepdims=True), [null_effect(name, p) for p in learnt.nothing])
    return held


def judged(outcomes: Mapping[str, Any], true: np.ndarray) -> dict[str, Any]:
    """Gain that is expected of the chosen regimen, its true gain and rank, and the probability that it is a gain.

    `outcomes` are those of `known_truth.decide`, `true` the true gain of every arm. Of the hypotheses the less
    favourable counts.
    """
    acts = 1 - np.array(outcomes["nothing"])
    return {
        "top": outcomes["top"],
        "gain": float((acts * np.array(outcomes["gain"])).min()),
        "true": float(true[outcomes["top"]]),
        "rank": int((true > true[outcomes["top"]]).sum()) + 1,
        "benefit": float((acts * (1 - np.array(outcomes["against"]))).min()),
        "confident": bool(outcomes["confident"]),
    }


def summary(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Means over the replicates of each world and prior, with their standard errors; a row each."""
    lines = []
    for world in dict.fromkeys(r["world"] for r in rows):
        for prior in PRIORS:
            own = [r["readers"][prior] for r in rows if r["world"] == world and "readers" in r]
            if not own:
                continue
            line: dict[str, Any] = {"world": world, "prior": prior, "replicates": len(own)}
            for name in ("gain", "true", "rank", "benefit"):
                x = np.array([o[name] for o in own], float)
                line |= {name: float(x.mean()), f"{name}_error": float(x.std() / np.sqrt(max(len(x) - 1, 1)))}
            lines.append(
                line | {"confident": sum(o["confident"] for o in own), "cells": sum(o["top"] > 0 for o in own)}
            )
    return lines


def table(lines: Sequence[Mapping[str, Any]], arms: int) -> list[str]:
    """Table of the page, of so many arms."""
    names = ("world", "prior", "cells ranked first", "gain expected, days", "true gain, days", f"true rank of {arms}")
    head = "| " + " | ".join((*names, "P(gain > 0)", "sure")) + " |"
    body = []
    for r in lines:
        gain, true, rank = (f"{r[n]:.1f} ± {r[f'{n}_error']:.1f}" for n in ("gain", "true", "rank"))
        benefit = f"{100 * r['benefit']:.0f} ± {100 * r['benefit_error']:.0f} %"
        first = f"({r['world']}) | {r['prior']} | {r['cells']} of {r['replicates']}"
        body.append(f"| {first} | {gain} | {true} | {rank} | {benefit} | {r['confident']} |")
    return [head, "|" + "---|" * 8, *body]
