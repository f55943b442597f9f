"""What the liver no longer does: bilirubin, albumin, clotting factors, ammonia, indocyanine green."""

from hepatica.model.functions import exp, pos, sqrt
from hepatica.model.lang import Draft


def metabolism(m: Draft) -> None:
    """Production against clearance, each scaled by functional mass, flow and cholestasis."""
    h, shunt, flow = m.needs("functional_mass", ""), m.needs("shunt", ""), m.needs("sinusoidal_flow", "")
    il6, injured, N = m.needs("il6", "pg/mL"), m.needs("hepatocytes_injured", ""), m.needs("phagocytes", "")
    excess = pos(il6 - m.pars("il6_background")[0], m.pars("il6_width")[0])
    _bilirubin(m, h, excess, injured)
    _albumin(m, h, excess)
    _clotting(m, h, N)

    ammonia = m.state("ammonia", "umol/L", "arterial ammonia")
    rate, healthy, extra, hepatic, renal, uptake, power, by_N = m.pars(
        "ammonia_rate ammonia_healthy ammonia_floor gut_ammonia renal_ammonia ammonia_uptake ammonia_power ammonia_inflammation")
    passing = 1 - (1 - shunt) * (1 - exp(-uptake * h / (flow + extra)))
    load = (hepatic * (1 + by_N * N) * passing + renal) / (hepatic * exp(-uptake / (1 + extra)) + renal)
    m.flow("ammonia_input", rate * healthy * load**power, into=ammonia)
    m.flow("ammonia_removal", rate * ammonia, out_of=ammonia)

    capacity, volume_flow = m.pars("icg_capacity icg_flow")
    reached = 1 - shunt
    m.let("icg_pdr", volume_flow * reached * (1 - exp(-capacity * h / (reached + extra))), "percent/min",
          "plasma disappearance rate of indocyanine green")


def _bilirubin(m: Draft, h, excess, injured) -> None:  # type: ignore[no-untyped-def]
    B = m.state("bilirubin", "mg/dL", "total bilirubin")
    Ch = m.state("cholestasis", "", "resistance to excretion of bilirubin, 1 in health")
    production, half, renal, healthy = m.pars("bilirubin_production bilirubin_half bilirubin_renal bilirubin_healthy")
    capacity = m.let("bilirubin_capacity", (production - renal * healthy) * (half + healthy) / healthy, "mg/dL/day",
                     "largest excretion of bilirubin in health")
    m.flow("bilirubin_production", production, into=B)
    m.flow("bilirubin_excretion", capacity * h / Ch * B / (half + B), out_of=B)
    m.flow("bilirubin_renal_loss", renal * B, out_of=B)
    rate, by_il6, il6_half, by_injury, injury_half = m.pars(
        "cholestasis_rate cholestasis_il6 cholestasis_il6_half cholestasis_injury cholestasis_injury_half")
    inflamed = by_il6 * excess**2 / (excess**2 + il6_half**2)
    m.flow("cholestasis_onset", rate * (1 + inflamed + by_injury * injured / (injured + injury_half)), into=Ch)
    m.flow("cholestasis_recovery", rate * Ch, out_of=Ch)


def _albumin(m: Draft, h, excess) -> None:  # type: ignore[no-untyped-def]
    plasma = m.state("albumin", "g/L", "plasma albumin")
    tissue = m.state("albumin_interstitial", "g/L", "interstitial albumin, per plasma volume")
    loss, healthy, reserve, steep, by_il6, il6_half, out, back, by_scar = m.pars(
        "albumin_loss albumin_healthy albumin_reserve albumin_steep albumin_il6 albumin_il6_half "
        "albumin_escape albumin_return albumin_escape_scar")
    given, target, width = m.pars("albumin_infused albumin_target albumin_width")
    scar = m.needs("scar", "")
    up = reserve / (1 + (reserve - 1) * (plasma / healthy) ** steep)
    m.flow("albumin_synthesis", loss * healthy * h * up / (1 + by_il6 * excess / (excess + il6_half)), into=plasma)
    m.flow("albumin_catabolism", loss * plasma * plasma / healthy, out_of=plasma)
    m.flow("albumin_escape", out * (1 + by_scar * scar) * plasma, out_of=plasma, into=tissue)
    m.flow("albumin_return", back * tissue, out_of=tissue, into=plasma)
    m.flow("albumin_infusion", given * pos(target - plasma, width), into=plasma)


def _clotting(m: Draft, h, N) -> None:  # type: ignore[no-untyped-def]
    half, consumption = m.pars("factor_half factor_consumption")
    made = (1 + half) * h / (half + h)
    product = 1
    for name, rate in zip(("ii", "v", "vii", "x"), m.pars("rate_ii rate_v rate_vii rate_x"), strict=True):
        factor = m.state(f"factor_{name}", "", f"clotting factor {name.upper()}, 1 in health")
        m.flow(f"synthesis_{name}", rate * made, into=factor)
        m.flow(f"decay_{name}", (rate + consumption * N) * factor, out_of=factor)
        product = product * factor
    quarter, full, floor = m.pars("geometric pta_full pta_floor")
    lowest, width = m.pars("pta_lowest pta_width")
    pta = m.let("prothrombin_activity", lowest + pos(full * (product + floor) ** quarter - lowest, width), "percent",
                "prothrombin activity")
    a, b, c, one = m.pars("inr_linear inr_root inr_constant one_percent")
    m.let("inr", 1 / (c + b * sqrt(pta / one) + a * pta / one), "", "international normalised ratio")
