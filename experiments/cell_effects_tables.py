"""Tables of what cells do: their rows, names of populations and routes, and how numbers are written."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cell_effects_hgf import Compared

Row = tuple[object, ...]
Rows = Sequence[Row]
POPULATION = {
    "hbv_aclf": "HBV-related acute-on-chronic liver failure",
    "decompensated_cirrhosis": "decompensated cirrhosis",
    "compensated_cirrhosis": "compensated cirrhosis",
    "stable_decompensated_cirrhosis": "stable decompensated cirrhosis",
    "primary_biliary_cholangitis": "primary biliary cholangitis",
    "acute_liver_injury": "acute liver injury",
    "alcoholic_hepatitis": "alcoholic hepatitis",
    "alf_indeterminate": "acute failure, indeterminate",
    "alf_paracetamol": "acute failure by paracetamol",
}
ROUTE = {"peripheral_vein": "peripheral vein", "hepatic_artery": "hepatic artery", "portal_vein": "portal vein"}
NOT_COVERED = {
    "regeneration by growth factor (HGF)": "in vitro; angiogenic and mitogenic effects by contact",
    "protection of hepatocytes": "rodent, size assumed; vesicles, mitochondrial transfer",
    "repair of injured hepatocytes": "rodent, size assumed",
    "less recruitment of phagocytes": "rodent, size assumed",
    "healing of tissue damage": "assumed",
    "relief of immune paralysis": "assumed",
    "interleukin 10": "in vitro, size assumed",
    "macrophages turned to repair": "rodent, size assumed; recruitment against residence",
    "regulatory T cells": "in vitro, size assumed",
    "engulfed dying cells": "rodent (graft-versus-host disease)",
    "endothelium, so flow, oxygen and clearance of waste": "assumed; angiopoietin by name only",
    "degradation of matrix": "rodent, size assumed; cross-linking, nodules",
    "hepatocyte-like cells": "rodent, below 0.23 % of cells; expansion of them",
    "suppression of immunity (harm)": "primate direction, size assumed; kinds of bacteria",
    "interleukin 6 of the cells": "in vitro",
    "TGF-beta on scar (harm)": "human level, size assumed",
    "clotting and embolism (harm)": "human trials and mouse; varices, catheters",
    "plugging of the lung (harm)": "primate and mouse; oedema",
    "tumours (harm)": "human trials; growth of a tumour that is there",
    "faster clearance after sensitisation (harm)": "human antibodies; their effect assumed",
    "what no mechanism explains": "human trials",
}


def number(x: object, digits: int = 3) -> str:
    """A number with few digits; nothing for None."""
    if x is None:
        return ""
    if not isinstance(x, float | int):
        return str(x)
    if not math.isfinite(x):
        return ""
    return f"{x:.{digits}g}" if abs(x) < 1e4 else f"{x:.2g}"


def table(head: Sequence[str], rows: Rows) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(number(x) for x in row) + " |" for row in rows])


def with_error(mean: object, spread: object, digits: int = 2) -> str:
    """Mean ± Monte-Carlo error."""
    assert isinstance(mean, float) and isinstance(spread, float)
    return f"{mean:+.{digits}f} ± {spread:.{digits}f}"


@dataclass(frozen=True)
class Tables:
    """Rows of each table; by population where the name is plural of one."""

    hgf: Sequence[Compared]
    died: tuple[float, float]
    mediators: Rows
    anchors: Mapping[str, Rows]
    infection: Rows
    tumours: Rows
    by_dose: Rows
    by_dose_alone: Rows
    animals: Rows
    mechanisms: Mapping[str, Rows]
    blood: Mapping[str, Rows]
    chance: Mapping[str, Rows]
    time: Mapping[str, Rows]
    homing: Rows
    weeks: Sequence[int]
