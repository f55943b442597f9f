"""Views of the modules: the scenario and the outputs that show each, for its page.

A module that is added gets one line here.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class View:
    """Scenario of `SCENARIOS`, at most four outputs of the model, and a title."""

    scenario: str
    outputs: tuple[str, ...]
    title: str


MODULE_VIEWS: dict[str, View] = {
    "portal": View(
        "cirrhosis",
        ("hvpg", "shunt", "sinusoidal_flow", "room"),
        "Scar raises pressure and sends blood around the liver.",
    ),
    "injury": View(
        "flare",
        ("effectors", "virus", "kill", "kill_flare"),
        "A flare of hepatitis B: effectors clear virus by killing.",
    ),
    "hepatocytes": View(
        "resection",
        ("functional_mass", "hepatocytes_primed", "hepatocytes_replicating", "load_per_cell"),
        "After resection load rises, cells are primed, replicate and return.",
    ),
    "immune": View(
        "infection",
        ("pathogen", "phagocytes", "anti_inflammation", "paralysis"),
        "The same bacteria in health and in cirrhosis.",
    ),
    "cytokines": View("infection", ("tnf", "il6", "il10", "crp"), "What the laboratory would measure of an infection."),
    "cells": View(
        "infusion",
        ("cells_lung", "cells_liver", "cells_spleen", "cells_rest"),
        "Living cells per organ under both hypotheses.",
    ),
    "secretome": View(
        "infusion",
        ("growth_effect", "mediator_effect", "efferocytosis", "calming"),
        "What one infusion does, and for how long.",
    ),
    "label": View(
        "labelled infusion",
        ("image_lung", "image_liver", "image_spleen", "label_per_cell"),
        "What a camera would see of one labelled infusion.",
    ),
    "treatments": View(
        "treatment",
        ("plasma_removed", "gcsf_effect", "bilirubin", "il6"),
        "Established treatments begun in a flare.",
    ),
    "matrix": View(
        "cirrhosis", ("stellate", "collagen", "tgf_beta", "stiffness"), "Scar over the degree of cirrhosis."
    ),
    "macrophages": View(
        "infection",
        ("macrophages_inflammatory", "macrophages_repair", "regulatory_cells", "effector_restraint"),
        "Macrophages and regulatory cells in the same infection.",
    ),
    "bilirubin": View(
        "flare",
        ("bilirubin_unconjugated", "bilirubin_conjugated", "excretion_capacity", "cholestasis"),
        "Jaundice in a flare: lost mass and blocked excretion.",
    ),
    "synthesis": View(
        "flare",
        ("albumin", "inr", "fibrinogen", "albumin_synthesis_capacity"),
        "Synthesis lost in a flare, and its return.",
    ),
    "metabolism": View(
        "flare",
        ("ammonia", "lactate", "glucose", "glycogen"),
        "Nitrogen and energy in a flare, and their return.",
    ),
    "enzymes": View("flare", ("death_flux", "alt", "ast"), "Transaminases follow the death of hepatocytes."),
    "organs": View(
        "cirrhosis",
        ("arterial_pressure", "filtration", "encephalopathy", "ascites"),
        "Other organs over the degree of cirrhosis.",
    ),
    "hazards": View(
        "flare",
        ("death_intensity", "infection_hazard", "functional_mass"),
        "Who is at risk, and when, in a flare.",
    ),
}
