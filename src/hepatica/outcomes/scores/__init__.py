"""Liver scores as published: one function each, over arrays, and the registry the command line reads.

Units: bilirubin and creatinine mg/dL, albumin g/L, sodium, lactate and urea mmol/L, blood counts 1e9/L, age
years, pressure mmHg, prothrombin time s; encephalopathy is the West-Haven grade 0-4, ascites 0 none, 1 mild,
2 moderate or refractory. Grades between two integers count as the lower one. NaN in an array is a failed
virtual patient and stays NaN; a lone NaN or a value that no blood sample can have is an `InputError`.
"""

from hepatica.outcomes.scores.alcohol import abic, alcoholic_hepatitis_mortality_90d, lille, maddrey_df
from hepatica.outcomes.scores.cirrhosis import albi, albi_grade, child_pugh, child_pugh_class
from hepatica.outcomes.scores.clif import (
    aclf_grade,
    clif_c_aclf,
    clif_c_aclf_mortality,
    clif_c_ad,
    clif_c_ad_mortality,
    clif_c_of,
    organ_failures,
)
from hepatica.outcomes.scores.coagulation import inr_from_pta, pta_from_inr
from hepatica.outcomes.scores.failure import aarc, aarc_grade, cossh_aclf2, kings_college
from hepatica.outcomes.scores.labs import CAUSES, INPUTS, ScoreInput
from hepatica.outcomes.scores.meld_family import (
    meld,
    meld3,
    meld3_survival,
    meld_na,
    meld_na_kim2008,
    meld_plus7_survival,
    meld_survival_90d,
)
from hepatica.outcomes.scores.registry import SCORES, Score

__all__ = [
    "CAUSES",
    "INPUTS",
    "SCORES",
    "Score",
    "ScoreInput",
    "aarc",
    "aarc_grade",
    "abic",
    "aclf_grade",
    "albi",
    "albi_grade",
    "alcoholic_hepatitis_mortality_90d",
    "child_pugh",
    "child_pugh_class",
    "clif_c_aclf",
    "clif_c_aclf_mortality",
    "clif_c_ad",
    "clif_c_ad_mortality",
    "clif_c_of",
    "cossh_aclf2",
    "inr_from_pta",
    "kings_college",
    "lille",
    "maddrey_df",
    "meld",
    "meld3",
    "meld3_survival",
    "meld_na",
    "meld_na_kim2008",
    "meld_plus7_survival",
    "meld_survival_90d",
    "organ_failures",
    "pta_from_inr",
]
