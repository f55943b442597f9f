"""Diseases of published hepatocyte growth factor, and the parameters that switch off each mechanism of cells."""

from __future__ import annotations

DISEASES = {  # population, published plasma HGF in ng/mL: median or mean, lowest, highest, source
    "primary_biliary_cholangitis": (0.44, None, None, "Shiota1995, mean"),
    "acute_liver_injury": (0.45, None, None, "Shiota1995, acute hepatitis, mean"),
    "decompensated_cirrhosis": (1.05, None, None, "Shiota1995, cirrhosis, mean"),
    "alcoholic_hepatitis": (2.4, None, None, "263 people with alcoholic hepatitis or cirrhosis (1996), median"),
    "alf_indeterminate": (3.8, 1.72, 25.1, "9 people with acute failure not by paracetamol, median and range"),
    "alf_paracetamol": (7.4, 0.45, 48.4, "34 people with failure by paracetamol, median and range"),
}
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
