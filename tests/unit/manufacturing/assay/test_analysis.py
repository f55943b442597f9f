"""Analysis of files: grouping, order, runs, Latin squares, quantal counts, refusals."""

import numpy as np
import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.assay.analysis import analyse_file, combine_runs, transform_responses
from hepatica.manufacturing.assay.models.design import Design
from hepatica.manufacturing.assay.result import Model, Options, Transform

RNG = np.random.Generator(np.random.Philox(24))


def plate(ratio=0.8, sd=0.05, head="", doses=(1, 2, 4, 8), shape=np.log):
    return [
        f"{head}{name},{dose},{shape(dose * r) + sd * (noise + 0.1 * RNG.normal()):.6f}"
        for name, r in (("T", ratio), ("S", 1.0))
        for dose in doses
        for noise in (-1, 0, 1)
    ]


@pytest.fixture
def analyse(tmp_path):
    def call(head, rows, progress=None, **options):
        path = tmp_path / "plate.csv"
        path.write_text("\n".join([head, *rows]))
        extra = {} if progress is None else {"progress": progress}
        return analyse_file(path, Options(**options), **extra)

    return call


def test_the_order_of_rows_and_of_samples_does_not_matter(analyse):
    rows = plate()
    one = analyse("sample,dose,response", rows).assays[0]
    other = analyse("sample,dose,response", rows[::-1]).assays[0]
    assert one.samples == other.samples == ("S", "T")
    assert one.potencies[0].ratio == pytest.approx(other.potencies[0].ratio, rel=1e-12)
    turned = analyse("sample,dose,response", rows, standard="T").assays[0]
    assert turned.potencies[0].ratio == pytest.approx(1 / one.potencies[0].ratio)


def test_assays_together_are_the_assays_alone_and_progress_ends(analyse):
    plates = [plate(r, head=f"a{k},") for k, r in enumerate((0.5, 1.0, 2.0))]
    plates.append(plate(0.7, head="odd,", doses=(1, 3, 9)))
    seen = []
    found = analyse("assay,sample,dose,response", sum(plates, []), progress=lambda *a: seen.append(a))
    assert [a.assay for a in found.assays] == ["a0", "a1", "a2", "odd"] and found.is_suitable
    for rows, a in zip(plates, found.assays, strict=True):
        alone = analyse("assay,sample,dose,response", rows).assays[0]
        assert alone.potencies[0][1:4] == pytest.approx(a.potencies[0][1:4], rel=1e-10)
        assert [t.ss for t in alone.anova] == pytest.approx([t.ss for t in a.anova], rel=1e-9)
    assert seen[0] == ("potency", 0, 4) and seen[-1] == ("potency", 4, 4)


def test_runs_are_combined_and_unsuitable_ones_stay_out(analyse):
    rows = sum((plate(r, head=f"lot,{k},") for k, r in enumerate((0.75, 0.8, 0.9))), [])
    rows += plate(0.8, head="lot,bent,", shape=lambda d: np.log(d) ** 3)
    found = analyse("assay,run,sample,dose,response", rows, assumed={"T": 100.0})
    (runs,) = found.runs
    assert runs.runs == ("0", "1", "2") and runs.refused == ("bent",) and runs.assumed == 100.0
    values = [np.log(a.potencies[0].ratio) for a in found.assays[:3]]
    assert min(values) < runs.combined.log_potency < max(values) and runs.effect.runs == 3
    (one,) = combine_runs(found.assays[:1], found.options)
    assert one.combined is None and one.effect is None


def test_latin_square_and_blocks(analyse):
    square = [
        f"{'ST'[t // 3]},{2.0 ** (t % 3)},{r},{c},{np.log(2.0 ** (t % 3)) + r + c + 0.1 * RNG.normal()}"
        for r in range(6)
        for c in range(6)
        for t in [(r + c) % 6]
    ]
    a = analyse("sample,dose,row,column,response", square).assays[0]
    assert a.layout.design is Design.LATIN_SQUARE and a.df == 20 and a.is_reported(1)
    assert {t.term for t in a.anova} >= {"rows", "columns"}
    blocks = analyse("sample,dose,block,response", [",".join(np.array(r.split(","))[[0, 1, 2, 4]]) for r in square])
    assert blocks.assays[0].layout.design is Design.RANDOMISED_BLOCKS


def twin(slope=-30.0):
    """A twin cross-over of 24 animals, a ratio of 0.8."""
    rng = np.random.Generator(np.random.Philox(25))
    given = (("S1", "T2"), ("S2", "T1"), ("T1", "S2"), ("T2", "S1"))
    return [
        f"{one[0]},{one[1]},{100 + slope * np.log(int(one[1]) * (0.8 if one[0] == 'T' else 1)) + own + rng.normal():.4f},a{n},{p}"
        for n in range(24)
        for own in [10 * rng.normal()]
        for p, one in zip(("day 1", "day 2"), given[n % 4], strict=True)
    ]


def test_a_twin_cross_over_is_judged_by_the_error_within_animals(analyse):
    rows = twin()
    a = analyse("sample,dose,response,subject,period", rows).assays[0]
    assert a.layout.design is Design.CROSS_OVER and a.df == 20 and a.is_reported(1)
    assert a.potencies[0].ratio == pytest.approx(0.8, abs=0.05)
    shown = {c.key.value: c.decides for c in a.checks}
    assert shown["non_parallelism"] and shown["regression"] and not shown["periods_regression"]
    ignored = analyse("sample,dose,response", [r.rsplit(",", 2)[0] for r in rows]).assays[0]
    assert a.variance < 0.2 * ignored.variance
    with pytest.raises(InputError, match="parallel-line, of a cross-over"):
        analyse("sample,dose,response,subject,period", rows, model=Model.SLOPE_RATIO)


@pytest.mark.parametrize("model, width", [(Model.FOUR_PARAMETER, 0.5), (Model.FIVE_PARAMETER, 0.7)])
def test_curves(analyse, model, width):
    rows = plate(0.8, 0.1, doses=[0, *4.0 ** np.arange(-4, 5)], shape=lambda d: 10 / (1 + d**1.2))
    a = analyse("sample,dose,response", rows, model=model).assays[0]
    p = a.potencies[0]
    assert a.is_reported(1) and p.ratio_low < 0.8 < p.ratio_high and p.ratio_high / p.ratio_low < 1 + width


def test_slope_ratio_and_counts(analyse):
    rows = plate(0.5, 0.05, doses=(0, 1, 2, 3), shape=lambda d: 1 + d)
    a = analyse("sample,dose,response", rows, model=Model.SLOPE_RATIO).assays[0]
    assert a.is_reported(1) and a.potencies[0].ratio == pytest.approx(0.5, abs=0.05)
    counts = [
        f"{s},{d},{n},20"
        for s, row in (("S", (3, 8, 14, 18)), ("T", (5, 11, 16, 19)))
        for d, n in zip((1, 2, 4, 8), row, strict=True)
    ]
    a = analyse("sample,dose,positive,total", counts, model=Model.PROBIT).assays[0]
    assert a.is_reported(1) and a.potencies[0].ratio > 1 and not a.outliers and np.isinf(a.df)


def test_empty_responses_are_counted_and_outliers_are_named_and_kept(analyse):
    rows = plate(sd=0.02)
    rows[5] = rows[5].rsplit(",", 1)[0] + ","
    rows[7] = rows[7].rsplit(",", 1)[0] + ",9"
    found = analyse("sample,dose,response", rows)
    (outlier,) = found.assays[0].outliers
    assert found.missing == 1 and len(found.assays[0].response) == 23
    assert (outlier.line, outlier.sample, outlier.response) == (9, "T", 9.0) and 9.0 in found.assays[0].response


def test_assumed_potencies_come_from_file_or_options(analyse):
    rows = [f"{row},{'' if row[0] == 'S' else 50}" for row in plate()]
    head = "sample,dose,response,assumed"
    assert analyse(head, rows).assays[0].potencies[0].assumed == 50
    assert analyse(head, rows, assumed={"": 7.0}).assays[0].potencies[0].assumed == 7
    assert analyse(head, rows, assumed={"": 7.0, "T": 8.0}).assays[0].potencies[0].assumed == 8
    rows[0] = rows[0].replace("50", "51")
    with pytest.raises(InputError, match="one potency above zero for sample 'T'"):
        analyse(head, rows)


@pytest.mark.parametrize(
    "transform, of", [("ln", np.log), ("log10", np.log10), ("sqrt", np.sqrt), ("reciprocal", lambda x: 1 / x)]
)
def test_transforms(transform, of):
    values = np.array([0.5, 2.0, np.nan])
    assert transform_responses(None, values, Transform(transform)) == pytest.approx(of(values), nan_ok=True)


@pytest.mark.parametrize(
    "change, options, says",
    [
        (lambda rows: rows[::3], {}, "plate.csv: got 'one replicate'; at least two responses"),
        (lambda rows: [r for r in rows if r[0] == "S"], {}, "a standard and at least one sample"),
        (lambda rows: rows, {"standard": "X"}, "the standard 'X' in every assay"),
        (lambda rows: [*rows, "T,-1,2"], {}, "doses that are not negative"),
        (lambda rows: [*rows, "T,0,2"], {}, "doses above zero"),
        (lambda rows: [*rows, "T,1,-2"], {"transform": Transform.SQRT}, "line 26, response"),
        (lambda rows: [*rows, "T,1,0"], {"transform": Transform.RECIPROCAL}, "line 26, response"),
        (lambda rows: [r.rsplit(",", 1)[0] + "," for r in rows], {}, "a number in at least some rows"),
        (lambda rows: [r for r in rows if r.startswith(("S", "T,1"))], {}, "at least two doses of each sample"),
    ],
)
def test_what_cannot_be_analysed_is_refused(analyse, change, options, says):
    with pytest.raises(InputError) as caught:
        analyse("sample,dose,response", change(plate(2.0, 0.0, shape=lambda d: 1 + d)), **options)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    "head, says", [("row", "row with column"), ("block,row,column", "block alone"), ("subject", "subject with period")]
)
def test_half_a_design_is_refused(analyse, head, says):
    rows = [f"{r},1" + ",1,1" * ("," in head) for r in plate()]
    with pytest.raises(InputError, match=says):
        analyse(f"sample,dose,response,{head}", rows)


def test_a_refusal_names_assay_and_run(analyse):
    rows = plate(head="lot 7,day 2,", doses=(1,))
    with pytest.raises(InputError, match="plate.csv, assay lot 7, run day 2, dose"):
        analyse("assay,run,sample,dose,response", rows)


def test_an_assumed_potency_belongs_to_a_sample(analyse):
    found = analyse("sample,dose,response", plate(), assumed={"T": 20.0}).assays[0]
    assert found.potencies[0].assumed == 20.0
    with pytest.raises(InputError, match=r"assumed: got \['X'\]; samples of plate.csv: S, T"):
        analyse("sample,dose,response", plate(), assumed={"X": 20.0})
