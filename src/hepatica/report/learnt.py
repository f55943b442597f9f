"""Prior against posterior: what the evidence changed of the answer, and how much of it the priors still decide."""

from __future__ import annotations

import numpy as np
import pandas as pd

from hepatica.answering import Answer
from hepatica.card import Card
from hepatica.report import names
from hepatica.words import say

SHOWN = 10  # parameters


def learnt(a: Answer, lang: str) -> Card:
    """The top regimen and its gain before and after the evidence, then the unknowns that moved most."""
    known, before = a.patients.cohort.known, a.before
    title = say("report.learnt", lang)
    if known is None or before is None:
        return Card("learnt", title, (say("report.learnt_prior_only", lang),))
    arm, shares = a.decision.top, []
    rows = []
    for name, d in (("prior", before), ("posterior", a.decision)):
        row = {say("report.col_known", lang): say(f"report.{name}", lang),
               say("report.col_first", lang): names.arm_name(d.arms[d.recommended], lang)}
        for h in d.by_hypothesis:
            row[names.hypothesis(h.hypothesis, lang)] = names.interval(h.gain[arm], lang)
        rows.append(row)
    for old, new in zip(before.by_hypothesis, a.decision.by_hypothesis, strict=True):
        wide = old.gain[arm].high - old.gain[arm].low
        shares.append((new.gain[arm].high - new.gain[arm].low) / wide if wide > 0 else 1.0)
    text = [say("report.learnt_text", lang, regimen=names.arm_name(a.decision.arms[arm], lang),
                share=names.number(100 * float(np.mean(shares)), 0),
                same=say(f"report.learnt_{'same' if before.recommended == a.decision.recommended else 'other'}", lang))]
    moved = sorted(((float(np.std(v)), float(np.mean(v)), k[2:]) for k, v in known.columns.items() if k.startswith("z:")),
                   key=lambda x: x[0] - abs(x[1]))[:SHOWN]
    text.append(say("report.learnt_moved", lang, moved=names.listed(
        (f"*{a.system.model.parameters[n.split('@')[0]].entry.label}* ({mean:+.1f}, {sd:.2f})" for sd, mean, n in moved
         if n.split("@")[0] in a.system.model.parameters), lang)))
    p = known.provenance
    text.append(say("report.learnt_from", lang, publications=", ".join(p.get("publications", ())), evidence=p.get("evidence", ""),
                    model=p.get("model", ""), seed=p.get("seed", ""), draws=known.n))
    if p.get("model") != a.system.model.hash:
        text.append(say("report.learnt_stale", lang))
    return Card("learnt", title, tuple(text), pd.DataFrame(rows), note=say("report.learnt_note", lang))
