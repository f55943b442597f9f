"""The pages of the model: every module says what it asks and what it leaves out, what it takes and to whom it gives."""

import pytest

from hepatica.errors import ModelError
from hepatica.model.describe import page, purpose, read_purpose
from hepatica.model.modules import MODULES

NAMES = [m.__name__ for m in MODULES]


@pytest.mark.parametrize("name", NAMES)
def test_every_module_says_its_question_and_what_it_leaves_out(name):
    said = purpose(name)
    assert said.question.endswith("?") and len(said.not_covered) > 10 and said.title and said.does


def test_a_docstring_without_them_is_refused():
    whole = "Bile.\n\nQuestion: how much\nflows?\nOwn form.\n\nNot covered: acids,\nstones."
    assert (
        read_purpose("x", whole, "d").text == "Own form."
        and read_purpose("x", whole, "d").not_covered == "acids, stones."
    )
    with pytest.raises(ModelError, match="'x'.*Question"):
        read_purpose("x", "Bile.\n\nNot covered: acids.", "")
    with pytest.raises(ModelError, match="Not covered"):
        read_purpose("x", "Bile.\n\nQuestion: how much?", "")


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_all_its_parts(model, name):
    text = page(model, name, "![x](img/x.svg)")
    for part in ("**Question:**", "## How it behaves", "## What it needs and gives", "## Parameters", "## Not covered"):
        assert part in text, part
    assert text.count("$$") % 2 == 0 and text.count("$$") >= 2
    for giver, taker, what in model.edges():
        if name in (giver, taker) and giver != taker:
            assert f"`{what}`" in text.split("## Parameters")[0]
    assert all(f"| `{p.name}`: " in text for p in model.parameters.values() if p.module == name)
