"""Change file: one bad file of each kind, one sentence each."""

import pytest

from hepatica.errors import InputError
from hepatica.manufacturing.quality.comparability.change_file import check_change, read_change

SIDE = {"values": [0.9, 1.0, 1.2]}
SUMMARY = {"mean": 1.0, "sd": 0.1, "n": 5}
MARGIN = {"lower": 0.8, "upper": 1.25, "source": "usual"}
LOSS = {"days": 4.0, "low": 1.0, "high": 7.0, "linked": 0.5, "tolerable": 1.0, "source": "a belief"}


def given(**changes):
    base = {"title": "t", "attribute": "potency", "scale": "log", "before": SIDE, "after": SUMMARY, "margin": MARGIN}
    return {k: v for k, v in (base | changes).items() if v is not None}


def test_values_and_summaries_with_a_margin_or_a_loss(tmp_path):
    assert check_change(given()).after.n == 5
    assert check_change(given(margin=None, loss=LOSS)).margin is None
    assert check_change(given(after=SIDE, paired=True)).paired
    path = tmp_path / "change.toml"
    path.write_text('title = "t"\nattribute = ["a"]\n', encoding="utf-8")
    with pytest.raises(InputError, match="attribute"):
        read_change(path)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (given(before={}), "either values"),
        (given(before=SIDE | SUMMARY), "either values"),
        (given(before={"mean": 1.0, "sd": 0.1}), "either values"),
        (given(before={"values": [1.0]}), "two lots"),
        (given(before={"values": ["one", 1.0]}), "values"),
        (given(before=SUMMARY | {"n": 1}), "n"),
        (given(before=SUMMARY | {"sd": 0.0}), "sd"),
        (given(before={"values": [-0.9, 1.0]}), "positive"),
        (given(margin=MARGIN | {"lower": -0.1}), "positive"),
        (given(margin=None), "margin"),
        (given(margin=None, loss=LOSS | {"days": 0.0, "low": 0.0}), "above 0"),
        (given(margin=MARGIN | {"lower": 1.1}), "1 is no change"),
        (given(scale="linear", margin={"lower": 1.0, "upper": 2.0, "source": "usual"}), "0 is no change"),
        (given(margin={"lower": 0.8, "upper": 1.25}), "source"),
        (given(loss={k: v for k, v in LOSS.items() if k != "linked"}), "linked"),
        (given(loss=LOSS | {"low": 5.0}), "between low and high"),
        (given(paired=True), "as many values"),
        (given(paired=True, before=SUMMARY), "not summaries"),
        (given(paired=True, after={"values": [1.0, 1.1]}), "as many values"),
        (given(alpha=0.5), "alpha"),
        (given(colour="red"), "colour"),
    ],
)
def test_bad_files_are_refused_in_one_sentence(data, says):
    with pytest.raises(InputError, match=says) as error:
        check_change(data)
    assert "\n" not in str(error.value)
