"""Parameters that switch off each mechanism of cells, and published carcinoma by stage."""

from __future__ import annotations

MECHANISMS: dict[str, tuple[str, ...]] = {
    "regeneration by growth factor (HGF)": ("efficacy_regeneration",),
    "protection of hepatocytes": ("efficacy_protection",),
    "repair of injured hepatocytes": ("efficacy_repair",),
    "less recruitment of phagocytes": ("efficacy_recruitment",),
    "healing of tissue damage": ("efficacy_damage",),
    "relief of immune paralysis": ("efficacy_paralysis",),
    "interleukin 10": ("efficacy_il10",),
    "macrophages turned to repair": ("efficacy_polarisation",),
    "regulatory T cells": ("efficacy_regulation",),
    "engulfed dying cells": ("efferocytosis_weight", "drive_efferocytosis"),
    "endothelium, so flow, oxygen and clearance of waste": ("efficacy_endothelium", "efficacy_vegf"),
    "degradation of matrix": ("efficacy_mmp",),
    "hepatocyte-like cells": ("hepatocyte_like_largest",),
    "suppression of immunity (harm)": ("efficacy_suppression",),
    "interleukin 6 of the cells": ("il6_per_cell",),
    "TGF-beta on scar (harm)": ("efficacy_tgf",),
    "clotting and embolism (harm)": ("clot_cells", "embolism_rate"),
    "plugging of the lung (harm)": ("oxygenation_plugging",),
    "tumours (harm)": ("tumour_cells_act",),
    "faster clearance after sensitisation (harm)": ("clearance_sensitised",),
    "what no mechanism explains": ("unexplained_survival", "unexplained_infection"),
}
HARMS = tuple(name for name in MECHANISMS if "harm" in name)
UNEXPLAINED = MECHANISMS["what no mechanism explains"]
# carcinoma within five years by stage, per cent (LinSu2019)
TUMOURS = {"hbv_aclf": 3.5, "compensated_cirrhosis": 9.5, "decompensated_cirrhosis": 14.6}
