"""Conduct of a block of trials by the trial's own adaptive design."""

from __future__ import annotations

from hepatica.trials.virtual.adaptive.blinded import run_blinded
from hepatica.trials.virtual.adaptive.enrichment import run_enrichment
from hepatica.trials.virtual.adaptive.mcp_mod import run_mcp_mod
from hepatica.trials.virtual.adaptive.platform import run_platform
from hepatica.trials.virtual.adaptive.re_estimation import Critical, run_re_estimation
from hepatica.trials.virtual.adaptive.response_adaptive import run_response_adaptive
from hepatica.trials.virtual.adaptive.seamless import run_seamless
from hepatica.trials.virtual.adaptive.setting import Setting
from hepatica.trials.virtual.records import Conducted

RUNS = {
    "response_adaptive": run_response_adaptive,
    "seamless": run_seamless,
    "enrichment": run_enrichment,
    "platform": run_platform,
    "blinded_re_estimation": run_blinded,
    "mcp_mod": run_mcp_mod,
}
"""Designs that need nothing but the setting."""


def changes_conduct(name: str) -> bool:
    """True for a design that changes who is recruited, when or to what; a Bayesian rule changes its looks alone."""
    return name in RUNS or name == "re_estimation"


def conduct_adaptive(setting: Setting, critical: Critical) -> Conducted:
    """Conduct of a block of trials by the trial's adaptive design.

    Parameters
    ----------
    setting : Setting
        Trial whose design changes its conduct.
    critical : callable
        Critical values (trial, look) of the planned boundary from information fractions (trial, look).
    """
    if setting.trial.adaptive == "re_estimation":
        return run_re_estimation(setting, critical)
    return RUNS[setting.trial.adaptive](setting)
