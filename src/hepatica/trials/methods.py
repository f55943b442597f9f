"""Methods of trials that are called from Python, in reading order: a line here puts one on the reference page."""

from __future__ import annotations

from importlib import import_module
from typing import Any

METHODS: dict[str, tuple[str, ...]] = {
    "Trials on virtual patients": (
        "definition.trial_file.load_trial",
        "definition.trial_file.check_trial",
        "bank.build.build_bank",
        "virtual.characteristics.characterise",
        "virtual.simulate.simulate_trial",
        "virtual.simulated.simulate_one",
        "virtual.search.search_design",
        "virtual.surveillance.plan_surveillance",
        "randomisation.randomise",
    ),
    "Dose finding": (
        "dose_finding.boin.boin",
        "dose_finding.boin.boundaries",
        "dose_finding.boin.boin_table",
        "dose_finding.isotonic.estimate_toxicity",
        "dose_finding.interval_designs.interval_design",
        "dose_finding.interval_designs.interval_table",
        "dose_finding.interval_designs.mtpi_table",
        "dose_finding.interval_designs.i3plus3_table",
        "dose_finding.three_plus_three.ThreePlusThree",
        "dose_finding.table_design.TableDesign",
        "dose_finding.model_based.crm.Crm",
        "dose_finding.model_based.posterior.fit_crm",
        "dose_finding.model_based.skeleton.calibrate_skeleton",
        "dose_finding.model_based.sample_size.crm_sample_size",
        "dose_finding.model_based.sensitivity.model_sensitivity",
        "dose_finding.model_based.ewoc.Ewoc",
        "dose_finding.time_to_event.tite_boin.TiteBoin",
        "dose_finding.time_to_event.tite_crm.TiteCrm",
        "dose_finding.response.boin12.Boin12",
        "dose_finding.response.boin12.rank_desirability",
        "dose_finding.response.uboin.UBoin",
        "dose_finding.expansion.expand",
        "dose_finding.replay.replay",
        "dose_finding.simulation.simulate",
        "dose_finding.enumeration.exact",
        "dose_finding.pathways.trace_pathways",
        "dose_finding.time_to_event.tite_simulation.simulate_tite",
    ),
    "Group sequential designs and sample size": (
        "confirmatory.group_sequential.design.design_group_sequential",
        "confirmatory.group_sequential.spending.LanDeMetsOBrienFleming",
        "confirmatory.group_sequential.spending.LanDeMetsPocock",
        "confirmatory.group_sequential.spending.HwangShihDeCani",
        "confirmatory.group_sequential.spending.KimDeMets",
        "confirmatory.group_sequential.spending.TabulatedSpending",
        "confirmatory.group_sequential.families.FamilySpending",
        "confirmatory.group_sequential.families.BetaDistributionSpending",
        "confirmatory.group_sequential.families.ExponentialSpending",
        "confirmatory.group_sequential.families.WindowSpending",
        "confirmatory.group_sequential.harm.NullSpending",
        "confirmatory.group_sequential.shapes.WangTsiatis",
        "confirmatory.group_sequential.shapes.HaybittlePeto",
        "confirmatory.group_sequential.conditional_power.conditional_power",
        "confirmatory.group_sequential.conditional_power.predictive_power",
        "confirmatory.group_sequential.inference.stagewise_inference",
        "confirmatory.group_sequential.inference.repeated_interval",
        "confirmatory.group_sequential.inference.repeated_p_value",
        "confirmatory.sample_size.means.sample_size_means",
        "confirmatory.sample_size.proportions.sample_size_proportions",
        "confirmatory.sample_size.fisher_exact.sample_size_fisher",
        "confirmatory.sample_size.rates.sample_size_rates",
        "confirmatory.sample_size.survival.events_needed",
        "confirmatory.sample_size.survival.sample_size_survival",
        "confirmatory.sample_size.logrank.sample_size_logrank",
        "confirmatory.sample_size.restricted_mean.sample_size_restricted_mean",
    ),
    "Adaptive designs": (
        "confirmatory.adaptive.combination.inverse_normal",
        "confirmatory.adaptive.combination.fisher_critical_values",
        "confirmatory.adaptive.closed_testing.closed_test",
        "confirmatory.adaptive.re_estimation.ReEstimationDesign",
        "confirmatory.adaptive.blinded.re_estimated_means",
        "confirmatory.adaptive.blinded.re_estimated_proportions",
        "confirmatory.adaptive.response_adaptive.simulate_adaptive",
        "confirmatory.adaptive.seamless.simulate_seamless",
        "confirmatory.adaptive.enrichment.simulate_enrichment",
        "confirmatory.bayesian.normal.characteristics",
        "confirmatory.bayesian.beta_binomial.response_limits",
        "confirmatory.bayesian.two_arm_binomial.two_arm_characteristics",
        "confirmatory.platform.graphical.graphical_test",
        "confirmatory.platform.shared_control.platform_characteristics",
        "confirmatory.dunnett.dunnett_critical_value",
        "confirmatory.mcp_mod.procedure.mcp_mod",
        "confirmatory.mcp_mod.contrast_test.contrast_test",
        "confirmatory.mcp_mod.contrast_test.power_contrasts",
        "confirmatory.mcp_mod.contrast_test.sample_size_contrasts",
        "confirmatory.mcp_mod.fit.fit_model",
        "confirmatory.mcp_mod.target_dose.target_dose",
        "confirmatory.mcp_mod.target_dose.effective_dose",
    ),
    "Analyses": (
        "analysis.kaplan_meier.survival_curve",
        "analysis.log_rank.log_rank",
        "analysis.max_combo.max_combo",
        "analysis.rmst.compare_restricted_means",
        "analysis.rmst.adjusted_restricted_mean",
        "analysis.survival_comparison.compare_survival",
        "analysis.cox.fit.cox",
        "analysis.cox.proportional_hazards.proportional_hazards_test",
        "analysis.competing_risks.cumulative_incidence.cumulative_incidence",
        "analysis.competing_risks.gray.gray_test",
        "analysis.competing_risks.fine_gray.fine_gray",
        "analysis.competing_risks.multi_state.state_probabilities",
        "analysis.ancova.ancova",
        "analysis.mmrm.fit.mmrm",
        "analysis.mmrm.correlated.CompoundSymmetry",
        "analysis.mmrm.correlated.Autoregressive",
        "analysis.mmrm.correlated.Toeplitz",
        "analysis.mmrm.ante_dependence.AnteDependence",
        "analysis.mmrm.spatial.SpatialExponential",
        "analysis.win_statistics.win_statistics",
    ),
}
"""Functions and classes by what they are for, each by its place below `hepatica.trials`."""


def find_method(place: str) -> Any:
    """Function or class of `METHODS`.

    Parameters
    ----------
    place : str
        Below `hepatica.trials`.

    Examples
    --------
    >>> find_method("analysis.log_rank.log_rank").__name__
    'log_rank'
    """
    module, _, name = place.rpartition(".")
    return getattr(import_module(f"hepatica.trials.{module}"), name)
