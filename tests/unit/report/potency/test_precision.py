"""Cards of a precision study in both languages, and its table."""

import pytest

from hepatica.api.manufacturing.precision import PrecisionAnswer
from hepatica.manufacturing.precision_study import study_precision
from hepatica.report.potency.precision import cards, table


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("change", [0.8, 1.0001])
def test_accuracy_and_power(tmp_path, lang, change):
    path = tmp_path / "study.csv"
    rows = [f"{e},{r},{e * (1 + 0.03 * r + n)}" for e in (0.5, 1) for r in (0, 1, 2) for n in (0, 0.02)]
    path.write_text("expected,run,potency\n" + "\n".join(rows))
    study = study_precision(path, change=change)
    accuracy, power = cards(study, lang)
    assert len(accuracy.table) == 2 and len(power.table) == 6 and accuracy.figure() is not None
    assert (str(study.runs) if study.runs else "10,000") in power.text[0]
    assert not {"100"} & set(power.table.iloc[:, 1]) and ("> 99" in set(power.table.iloc[:, 1])) == (change == 0.8)
    frame = table(PrecisionAnswer.of(study))
    assert list(frame["expected"]) == [0.5, 1.0] and "repeatability" in frame
