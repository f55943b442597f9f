"""Published assays give their printed potencies, limits and analyses of variance; an unsuitable one is refused."""

import tomllib
from pathlib import Path

import numpy as np
import pytest

from hepatica.manufacturing.assay.analysis import analyse_file
from hepatica.manufacturing.assay.models.curve import fit_curve
from hepatica.manufacturing.assay.models.design import Layout
from hepatica.manufacturing.assay.models.parallel_lines import parallel_lines
from hepatica.manufacturing.assay.result import Options, Transform

CASES = tomllib.loads((Path(__file__).parent / "assay.toml").read_text(encoding="utf-8"))
LINES = [name for name, case in CASES.items() if "dose_ratio" in case]
TRANSFORMS = {"none": np.asarray, "ln": np.log, "sqrt": np.sqrt}
DESIGNS = CASES["design"]
PRINTED = 2e-5  # relative: half a unit of the sixth digit, and a little


def rows(case):
    """Sample, dose, place in its row (the block) and response of a published assay."""
    for k, levels in enumerate(case["responses"].values()):
        for level, responses in enumerate(levels):
            for place, response in enumerate(responses):
                yield k, case["dose_ratio"] ** level, place, response


def analysed(case):
    sample, dose, place, response = map(np.array, zip(*rows(case), strict=True))
    layout = Layout(sample, dose, (place,) if case["blocks"] else ())
    return parallel_lines(TRANSFORMS[case["transform"]](response)[None].astype(float), layout)


def printed(value, given):
    """Value as printed: to half a unit of the last digit shown, which a trailing zero hides at most once."""
    digits = len(repr(given).rstrip("0").partition(".")[2])
    return abs(value - given) <= 0.5 * 10.0**-digits + 1e-9 or value == pytest.approx(given, rel=PRINTED)


@pytest.mark.parametrize("name", LINES)
def test_potencies_and_limits_to_the_printed_digits(name):
    case, found = CASES[name], analysed(CASES[name])
    for k, (_, expected) in enumerate(case["potency"].items()):
        got = case["assumed"] * np.exp([part[0, k] for part in found.potency[:3]])
        assert got == pytest.approx(expected, rel=PRINTED)
    assert found.slope[0] == pytest.approx(case["slope"], rel=PRINTED)
    assert found.correlation[0] == pytest.approx(case["correlation"], rel=PRINTED)
    assert found.variance[0] == pytest.approx(case["variance"], rel=PRINTED) and found.df == case["df"]


@pytest.mark.parametrize("name", LINES)
def test_analysis_of_variance_to_the_printed_digits(name):
    found = analysed(CASES[name]).anova
    for term, expected in CASES[name]["anova"].items():
        got = found[term]
        assert got.df == expected["df"]
        for part in ("ss", "f", "p"):
            if part in expected:
                assert printed(float(getattr(got, part)[0]), expected[part]), (term, part)


@pytest.mark.parametrize("name", LINES)
def test_a_file_reports_what_is_suitable_and_refuses_the_rest(name, tmp_path):
    case, path = CASES[name], tmp_path / "assay.csv"
    names = list(case["responses"])
    lines = [f"{names[k]},{d!r},{b},{r!r}" for k, d, b, r in rows(case)]
    head = "sample,dose,block,response" if case["blocks"] else "sample,dose,response"
    if not case["blocks"]:
        lines = [",".join(line.split(",")[i] for i in (0, 1, 3)) for line in lines]
    path.write_text("\n".join([head, *lines]))
    options = Options(transform=Transform(case["transform"]), assumed={"": case["assumed"]})
    (assay,) = analyse_file(path, options).assays
    if case["suitable"]:
        for got, expected in zip(assay.reported, case["potency"].values(), strict=True):
            assert got.potency == pytest.approx(expected, rel=PRINTED)
    else:
        assert assay.reported == (None,) * (len(names) - 1)
        assert [c.key.value for c in assay.failures] == ["non_parallelism"]


@pytest.mark.parametrize("case", DESIGNS, ids=[c["name"] for c in DESIGNS])
def test_a_file_of_any_design_gives_the_printed_potency_and_analysis(case, tmp_path):
    path = tmp_path / "assay.csv"
    head = ",".join(["sample", "dose", "response", *case["columns"]])
    path.write_text("\n".join([head, *(",".join(map(str, row)) for row in case["responses"])]))
    options = Options(transform=Transform(case["transform"]), assumed={"": case["assumed"]})
    (assay,) = analyse_file(path, options).assays
    for got, expected in zip(assay.reported, case["potency"].values(), strict=True):
        assert got.potency == pytest.approx(expected, rel=PRINTED)
    assert assay.slope == pytest.approx(case["slope"], rel=PRINTED) and assay.df == case["df"]
    assert assay.correlation == pytest.approx(case["correlation"], rel=PRINTED)
    assert assay.variance == pytest.approx(case["variance"], rel=PRINTED)
    terms = {row.term: row for row in assay.anova}
    for term, expected in case["anova"].items():
        assert terms[term].df == expected["df"] and terms[term].ss == pytest.approx(expected["ss"], rel=PRINTED)
        assert abs(terms[term].p - expected["p"]) <= 5.1e-4
        assert abs(terms[term].f - expected.get("f", terms[term].f)) <= 5.1e-4


def test_half_widths_with_the_square_outside_would_be_those_of_the_trap():
    """sqrt((C-1)(C M^2 + 2V)) is the pharmacopoeia's; with (C M)^2 in its place the erythropoietin limits are wrong."""
    case, found = CASES["erythropoietin"], analysed(CASES["erythropoietin"])
    m, c = found.potency.estimate[0, 0], 1 / (1 - found.potency.g[0, 0])
    right = (c - 1) * c * m**2
    two_v = (found.potency.high[0, 0] - c * m) ** 2 / (c - 1) - c * m**2
    half = np.sqrt((c - 1) * ((c * m) ** 2 + two_v))
    wrong = case["assumed"] * np.exp([c * m - half, c * m + half])
    assert wrong == pytest.approx(case["wrong_limits"], rel=PRINTED)
    assert right > 0 and wrong[1] > 1.001 * case["potency"]["T"][2]


def test_four_parameter_curve_of_ryegrass():
    case = CASES["ryegrass"]
    found = fit_curve(*np.array(case["x_y"]).T)
    got = (found.lower, found.upper, found.slope, found.ed50)
    assert got == pytest.approx([case[k] for k in ("lower", "upper", "steepness", "ed50")], rel=2e-6)
    assert found.residual_se == pytest.approx(case["residual_se"], rel=2e-6) and found.scale == found.ed50
    for ours, theirs in (("lower", "lower"), ("upper", "upper"), ("slope", "steepness"), ("scale", "ed50")):
        assert found.standard_errors[ours] == pytest.approx(case["standard_errors"][theirs], rel=5e-5)
