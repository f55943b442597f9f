"""Exchange formats: each by the endings of its files, written whole."""

from pathlib import Path

import pytest

from hepatica.errors import InputError
from hepatica.exchange import FORMATS, Run, export, to_sbml
from hepatica.exchange.formats import format_of


@pytest.mark.parametrize("made", FORMATS, ids=[made.name for made in FORMATS])
def test_a_format_is_known_by_its_endings(made):
    for ending in made.endings:
        assert format_of(Path(f"a.b{ending}")) is made is format_of(Path(f"A{ending.upper()}"))


def test_endings_are_those_of_one_format():
    endings = [ending for made in FORMATS for ending in made.endings]
    assert len(endings) == len(set(endings)) and all(e == e.lower() and e.startswith(".") for e in endings)


@pytest.mark.parametrize("made", FORMATS, ids=[made.name for made in FORMATS])
def test_every_format_writes_the_model_and_nothing_beside_it(made, model, tmp_path):
    path = tmp_path / f"model{made.endings[0]}"
    assert export(path, model, Run()) == path and [p.name for p in tmp_path.iterdir()] == [path.name]
    assert path.stat().st_size > 10_000
    if made.name == "SBML":
        assert path.read_text(encoding="utf-8") == to_sbml(model, Run())


@pytest.mark.parametrize("name", ["model", "model.txt", ".omex"])
def test_another_ending_is_refused(name, tmp_path, model):
    with pytest.raises(InputError, match=r"--export: got .*ends in .xml .SBML., .sbml .SBML., .omex"):
        export(tmp_path / name, model, Run())
