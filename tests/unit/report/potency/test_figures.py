"""Figures of potency assays: every model draws, refused potencies show no number."""

import pytest

from hepatica.manufacturing.assay.analysis import analyse_file
from hepatica.manufacturing.assay.result import Model, Options
from hepatica.manufacturing.precision_study import study_precision
from hepatica.report.potency import figures


def write(tmp_path, model, refused=False):
    rows = []
    for s, r in (("S", 1.0), ("T", 0.6)):
        for d in (0.125, 0.5, 1, 2, 4, 8, 32):
            for n in (-0.1, 0.0, 0.12):
                x = d * r
                y = (
                    10 / (1 + x) + n
                    if model.value in ("4pl", "5pl")
                    else x * (3 if refused and s == "T" and d > 4 else 1) + n
                )
                if model.is_quantal:
                    rows.append(f"{s},{d},{round(20 * x / (1 + x))},20")
                else:
                    rows.append(f"{s},{d},{y}")
    path = tmp_path / "x.csv"
    head = "positive,total" if model.is_quantal else "response"
    path.write_text(f"sample,dose [ng/mL],{head}\n" + "\n".join(rows))
    return path


def texts(figure):
    figure.canvas.draw_idle()
    return [t.get_text() for t in figure.findobj(match=lambda a: hasattr(a, "get_text"))]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("model", [m for m in Model if m is not Model.PARALLEL_LINE])
def test_responses_and_curves_are_drawn(tmp_path, model, lang):
    found = analyse_file(write(tmp_path, model), Options(model))
    figure = figures.dose_response(found, found.assays[0], lang)
    ax = figure.axes[0]
    assert len(ax.lines) >= 4 and "ng/mL" in ax.get_xlabel() and ax.get_ylabel()
    assert bool(ax.collections) == (model in (Model.FOUR_PARAMETER, Model.FIVE_PARAMETER))
    assert ax.get_xscale() == ("linear" if model is Model.SLOPE_RATIO else "log")


def test_a_refused_potency_has_no_interval(tmp_path):
    found = analyse_file(write(tmp_path, Model.SLOPE_RATIO, refused=True), Options(Model.SLOPE_RATIO))
    figure = figures.potencies(found, "en")
    assert not figure.axes[0].collections and "not reported" in texts(figure)
    good = analyse_file(write(tmp_path, Model.SLOPE_RATIO), Options(Model.SLOPE_RATIO))
    assert figures.potencies(good, "en").axes[0].collections and "not reported" not in texts(
        figures.potencies(good, "en")
    )


def test_the_error_profile_has_its_limits(tmp_path):
    path = tmp_path / "study.csv"
    path.write_text(
        "expected,run,potency\n"
        + "\n".join(f"{e},{r},{e * (1 + 0.03 * r + n)}" for e in (0.5, 1) for r in (0, 1, 2) for n in (0, 0.02))
    )
    figure = figures.profile(study_precision(path), "en")
    assert "acceptance limits" in texts(figure) and figure.axes[0].collections
