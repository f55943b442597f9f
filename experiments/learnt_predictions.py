"""Predictions by the draws that ship beside those by the priors alone, with the noise of seeds.

    python experiments/learnt_predictions.py WORK [--publications lin2017 canonic] [--seeds 1 2 3] [--draws 100]
        [--patients 16] [--posterior FILE]

As `hepatica validate FILE --posterior learnt` and `prior` predict, once for each seed, which chooses the draws and the
virtual patients. Of each number are printed the median, the width of the 90 % interval and the log score, as means over
the seeds with the SD from seed to seed; and by how many standard errors of that noise the priors are wider and worse.
Differences between arms, and arms without cells. WORK is a folder in which each answer is kept, so that a run that was
stopped goes on. For research use.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from hepatica.api.validate import ValidateAnswer, ValidateRequest
from hepatica.engine import System, shipped_system
from hepatica.files import write_json

Record = Mapping[str, Any]
PRIOR = "prior"


class Spread(NamedTuple):
    """Mean over seeds, and SD from seed to seed."""

    mean: float
    sd: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        """Of one value a seed."""
        return cls(float(np.mean(values)), float(np.std(values, ddof=1)) if len(values) > 1 else float("nan"))

    def __str__(self) -> str:
        """Mean ± SD."""
        return f"{self.mean:.2f} ± {self.sd:.2f}"


def beyond_noise(learnt: Sequence[float], prior: Sequence[float]) -> float:
    """Difference of two means over seeds, the second less the first, in standard errors by the noise of seeds.

    Examples
    --------
    >>> round(beyond_noise([1.0, 1.2, 1.1], [2.0, 2.2, 2.1]), 1)
    12.2
    """
    error = np.sqrt(np.var(learnt, ddof=1) / len(learnt) + np.var(prior, ddof=1) / len(prior))
    return float((np.mean(prior) - np.mean(learnt)) / error) if error > 0 else float("nan")


def predicted(system: System, key: str, posterior: str, seed: int, options: argparse.Namespace) -> list[Record]:
    """Records of one publication by one posterior and seed, from the work folder where they are finished."""
    sizes = [system.model.hash, key, posterior, seed, options.draws, options.patients]
    content = b"" if posterior in ("learnt", PRIOR) else Path(posterior).read_bytes()
    name = hashlib.sha256(json.dumps(sizes).encode() + content).hexdigest()[:16]
    path = options.work / f"{key}-{name}.json"
    if not path.exists():
        source = Path(str(files("hepatica.evidence") / "publications" / f"{key}.toml"))
        request = ValidateRequest(
            files=[source], posterior=posterior, patients=options.patients, draws=options.draws, seed=seed
        )
        answer = ValidateAnswer.of(request.compute(system=system, workers=options.workers))
        write_json(path, [r.model_dump() for r in answer.records])
    return [r for r in json.loads(path.read_text(encoding="utf-8")) if r["against"] or not r["cells"]]


def compared(learnt: Sequence[Sequence[Record]], prior: Sequence[Sequence[Record]]) -> Iterator[dict[str, Any]]:
    """Each number by both, from the records of each seed."""
    for k, r in enumerate(learnt[0]):
        row: dict[str, Any] = {"what": f"{r['publication']} {r['arm']} {r['endpoint']} day {r['time']:g}"}
        row |= {"seen": r["observed"], "difference": bool(r["against"])}
        for name, by_seed in (("learnt", learnt), (PRIOR, prior)):
            own = [seed[k] for seed in by_seed]
            row[name] = {
                "median": [o["median"] for o in own],
                "width": [o["q95"] - o["q05"] for o in own],
                "log_score": [o["log_score"] for o in own],
            }
            if r["odds_ratio"] is not None and r["against"]:
                ratios = [o["odds_ratio"] for o in own]
                row[name]["log_odds_width"] = [float(np.log(x["q95"] / x["q05"])) for x in ratios]
        row["no_effect"] = [seed[k]["baselines"]["no_effect"]["log_score"] for seed in learnt]
        yield row


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Table of all numbers, in Markdown."""
    names = ("what", "seen", "median", "width of 90 %", "log score", "priors: median", "width", "log score")
    lines = ["| " + " | ".join((*names, "wider, SE", "worse, SE")) + " |", "|" + "---|" * 10]
    for r in rows:
        cells = [r["what"], f"{r['seen']:.1f}"]
        for name in ("learnt", PRIOR):
            cells += [str(Spread.of(r[name][n])) for n in ("median", "width", "log_score")]
        cells.append(f"{beyond_noise(r['learnt']['width'], r[PRIOR]['width']):.1f}")
        cells.append(f"{-beyond_noise(r['learnt']['log_score'], r[PRIOR]['log_score']):.1f}")
        lines.append("| " + " | ".join(cells) + " |")
        if "log_odds_width" in r["learnt"]:
            wider = beyond_noise(*(r[n]["log_odds_width"] for n in ("learnt", PRIOR)))
            ratio = [str(Spread.of(r[n]["log_odds_width"])) for n in ("learnt", PRIOR)]
            lines.append(f"| as log odds ratio | | | {ratio[0]} | | | {ratio[1]} | | {wider:.1f} | |")
    return "\n".join(lines)


def main() -> None:
    """Predict by each seed, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("work", type=Path)
    parser.add_argument("--publications", nargs="+", default=["lin2017", "canonic"])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--draws", type=int, default=100)
    parser.add_argument("--patients", type=int, default=16)
    parser.add_argument("--posterior", default="learnt", help="learnt, or a file of `hepatica calibrate`")
    parser.add_argument("--workers", type=int, default=1)
    options = parser.parse_args()
    system, rows = shipped_system(), list[dict[str, Any]]()
    for key in options.publications:
        both = [
            [predicted(system, key, p, seed, options) for seed in options.seeds] for p in (options.posterior, PRIOR)
        ]
        rows += compared(*both)
    print(table(rows))


if __name__ == "__main__":
    main()
