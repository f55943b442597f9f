"""hepatica image: the worked example, a watched folder, refusals, both languages."""

import functools
import json
import shutil
from pathlib import Path

import pytest

from hepatica.imaging.subject.analysis import analyse_subject

EXAMPLE = Path(__file__).parents[3] / "studies/imaging/subject.toml"
SMALL = """
title = "Subject 07"
[cells]
number = 1.5e8
tracer = "Zr89"
[[label]]
organ = "lung"
hours = 2.0
percent = 30.0
sd = 3.0
"""


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fewer = functools.partial(analyse_subject, points=800)  # a sixth of the points, a sixth of the time
    monkeypatch.setattr("hepatica.imaging.subject.analysis.analyse_subject", fewer)
    return tmp_path


def test_the_worked_example_recovers_its_phantom(hepatica, here):
    shutil.copytree(EXAMPLE.parent, here / "example")
    example = here / "example/subject.toml"
    example.write_text(example.read_text(encoding="utf-8").partition("[next]")[0], encoding="utf-8")
    code, out, err = hepatica("image", example, "--json")
    answer = json.loads(out)
    assert code == 0 and answer["probability"]["label_is_cells"] > 0.99
    assert all(line.endswith(" s") for line in err.splitlines())  # nothing but progress, where the machine is busy
    assert answer["advice"] is None and len(answer["labels"]) == 9
    rows = {q["name"]: q for q in answer["quantities"] if q["hypothesis"] == "label_is_cells"}
    assert rows["homing"]["posterior"]["median"] < rows["homing"]["prior"]["high"]
    assert {p.name for p in (here / "image").iterdir()} >= {"report.html", "image.json", "organs.csv", "images.svg"}


def test_a_watched_folder_is_read_once(hepatica, here):
    (here / "s.toml").write_text(
        SMALL + '[watch]\nregions = "organs.nii.gz"\nlabels = { 2 = "liver", 4 = "muscle" }\nbackground = "muscle"\n',
        encoding="utf-8",
    )
    shutil.copy(EXAMPLE.with_name("organs.nii.gz"), here)
    (here / "in/SMITH_John").mkdir(parents=True)
    for name in ("day-1.nii.gz", "day-1.json"):
        shutil.copy(EXAMPLE.with_name(name), here / "in/SMITH_John" / f"Smith-4711{name[5:]}")
    (here / "in/smith.txt").write_text("no image", encoding="utf-8")
    (here / "s.toml").rename(here / "Smith.toml")
    options = ["--watch", "in", "--once", "--poll", "0.05"]
    code, out, err = hepatica("image", "Smith.toml", *options)
    assert code == 0 and "SMITH_John: measured" in out and "smith.txt was not taken up" in err, err
    assert len(list((here / "image/series").glob("*.json"))) == 2
    code, out, err = hepatica("image", "Smith.toml", *options, "--lang", "zh")
    assert code == 0 and "已测量" not in out and "smith" not in err and "标记即细胞" in out
    kept = [p for p in (here / "image").rglob("*") if p.is_file()]
    assert len(kept) > 8  # names on the screen are the user's own; nothing that is kept has them
    assert not [p for p in kept if "smith" in p.name.lower() or b"smith" in p.read_bytes().lower()]


def test_a_watched_series_that_the_file_names_too_counts_once_and_json_is_json_alone(hepatica, here):
    for name in ("organs.nii.gz", "day-1.nii.gz", "day-1.json"):
        shutil.copy(EXAMPLE.with_name(name), here)
    shutil.copytree(here, here / "in/day-1", ignore=shutil.ignore_patterns("organs*", "in"))
    how = 'regions = "organs.nii.gz"\nlabels = { 2 = "liver" }\n'
    text = SMALL.partition("[[label]]")[0] + '[[scan]]\npath = "day-1.nii.gz"\n' + how + "[watch]\n" + how
    (here / "s.toml").write_text(text, encoding="utf-8")
    code, out, err = hepatica("image", "s.toml", "--watch", "in", "--once", "--poll", "0.05", "--json")
    answers = out.strip().split("\n}\n")
    assert code == 0 and len(answers) == 2 and "from two files: the scan counts once" in err
    assert [len(json.loads(a.rstrip("}\n") + "}")["labels"]) for a in answers] == [1, 1]


@pytest.mark.parametrize(
    "change, says",
    [
        (("number = 1.5e8", "number = -1"), "cells.number"),
        (("[[label]]", "[[lable]]"), "lable"),
        (("percent = 30.0", "percent = 1e308"), "label.1.percent"),
        (('organ = "lung"', 'organ = "bladder"'), "none of lung, liver or spleen"),
    ],
)
def test_wrong_input_is_one_sentence_and_nothing_is_written(hepatica, here, change, says):
    (here / "s.toml").write_text(SMALL.replace(*change), encoding="utf-8")
    code, out, err = hepatica("image", "s.toml")
    assert code == 2 and out == "" and says in err and len(err.strip().splitlines()) == 1
    assert not (here / "image").exists()
