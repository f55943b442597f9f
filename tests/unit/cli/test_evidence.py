"""hepatica evidence: what it lists, writes and says of a file of one's own."""

import json
from functools import partial
from pathlib import Path

import pandas as pd
import pytest

from hepatica.evidence import load, load_all
from hepatica.evidence.indirect import keys as indirect_keys
from hepatica.evidence.publications import keys
from hepatica.evidence.schema import schema

_HEAD, _, _INR = (Path(__file__).parents[2] / "publication.toml").read_text(encoding="utf-8").split("[[observation]]\n")
GOOD = f"{_HEAD}[[observation]]\n{_INR}".replace("calibration", "check").replace('population = "hbv_aclf"\n', "")


@pytest.fixture
def run(hepatica):
    return partial(hepatica, "evidence")


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(GOOD, encoding="utf-8")
    return path


def listed(run, *arguments):
    code, out, _ = run(*arguments, "--json")
    found = json.loads(out)
    assert code == 0 and found["purpose"] == "for research use"
    return {row["key"]: row for row in found["publications"]}


def test_all_are_listed(run, monkeypatch):
    monkeypatch.setattr("hepatica.cli.console.terminal.out.console._width", 300)
    code, out, _ = run()
    assert code == 0 and all(key in out for key in keys()) and "research use" in out and "Lin et al. 2017" in out
    assert run("list")[1] == out and tuple(listed(run)) == keys() == tuple(listed(run, "list"))
    code, out, _ = run("--lang", "zh")
    assert code == 0 and "仅供研究使用" in out and "疾病" in out


def test_a_narrow_window_shows_fewer_columns_and_whole_words(run, monkeypatch):
    monkeypatch.setattr("hepatica.cli.console.terminal.out.console._width", 80)
    code, out, _ = run()
    words = {w for p in load_all().values() for w in p.disease.split()}
    assert code == 0 and all(key in out for key in keys()) and "Lin et al." not in out and "140" in out
    assert {w.strip("()") for w in words if len(w) < 20} <= {w.strip("()") for w in out.split()} and max(
        map(len, out.split("In a window")[0].split("\n"))
    ) <= 80


def test_filters_filter(run):
    everything = load_all()
    assert set(listed(run, "--disease", "hbv")) == {k for k, p in everything.items() if "hbv" in p.disease.lower()}
    assert set(listed(run, "list", "--role", "check")) == {k for k, p in everything.items() if p.role == "check"}
    with_cells, without = set(listed(run, "--cells")), set(listed(run, "--no-cells"))
    assert (
        "lin2017" in with_cells
        and "canonic" in without
        and not with_cells & without
        and with_cells | without == set(keys())
    )
    meld = listed(run, "--variable", "meld", "--cells")
    assert "zekri2015" in meld and "lin2017" not in meld
    code, out, _ = run("--disease", "gout")
    assert code == 0 and "No publication matches" in out and listed(run, "--disease", "gout") == {}


def test_one_is_shown_whole(run, monkeypatch):
    monkeypatch.setattr("hepatica.cli.console.terminal.out.console._width", 200)
    code, out, _ = run("--key", "lin2017")
    assert code == 0 and "10.1002/hep.29189" in out and "Sources disagree" in out and "1e5 to 1e6 cells/kg" in out
    assert "Alternative dose_1e6" in out and "73.2 percent (95 % 61.6 to 84.8)" in out and "research use" in out
    code, out, _ = run("--key", "alss2019", "--json")
    found = json.loads(out)["publication"]
    p = load("alss2019")
    assert code == 0 and [o["lacks"] for o in found["observation"]] == [p.lacks(o) for o in p.observations]
    assert "no spread" in run("--key", "tujios2022")[1] or "no quartiles" in run("--key", "tujios2022")[1]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--key", "lin2018"], "lin2017"),
        (["--role", "fit"], "calibration"),
        (["--variable", "tbil"], "bilirubin"),
        (["--lang", "fr"], "zh"),
        (["--cells", "export", "x.csv"], "after it"),
        (["export", "x.xlsx"], ".csv"),
        (["export", "x.csv", "--disease", "gout"], "no publication matches"),
        (["plot", "x.pdf", "--variable", "meld"], ".svg"),
        (["plot", "x.svg", "--variable", "meld", "--key", "lin2017"], "--key lin2017"),
        (["plot", "x.svg", "--variable", "fever"], "fewer filters"),
    ],
)
def test_bad_input_is_one_sentence_and_writes_nothing(run, tmp_path, monkeypatch, arguments, named):
    monkeypatch.chdir(tmp_path)
    code, _, err = run(*arguments)
    assert code == 2 and named in err and "Traceback" not in err and len(err.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_export_writes_what_was_asked_for(run, tmp_path):
    path = tmp_path / "out.csv"
    code, out, _ = run("export", path, "--variable", "meld", "--cells")
    frame = pd.read_csv(path)
    assert code == 0 and "research use" in out and set(frame["variable"]) == {"meld"}
    assert set(frame["publication"]) == set(listed(run, "--variable", "meld", "--cells"))
    code, out, _ = run("export", tmp_path / "out.json", "--key", "lin2017", "--json")
    assert code == 0 and json.loads(out)["observations"] == 6
    rows = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))["observations"]
    assert len(rows) == 6 and {r["doi"] for r in rows} == {"10.1002/hep.29189"}
    (tmp_path / "file").touch()
    assert run("export", tmp_path / "file" / "x.csv")[0] == 2


def test_plot_writes_a_figure(run, tmp_path):
    code, out, _ = run("plot", tmp_path / "meld.svg", "--variable", "meld", "--cells")
    assert code == 0 and "research use" in out
    assert "Zekri et al. 2015" in (tmp_path / "meld.svg").read_text(encoding="utf-8")
    code, out, _ = run("plot", tmp_path / "meld.png", "--variable", "meld", "--key", "zekri2015", "--json")
    assert code == 0 and json.loads(out)["arms"] == 3 and (tmp_path / "meld.png").stat().st_size > 10_000


def test_a_file_in_order(run, mine):
    code, out, _ = run("check", mine)
    assert (
        code == 0
        and "in order: 1 arms, 1 observations, 1 of them cannot enter a likelihood: 1 × no quartiles are printed" in out
    )
    assert "Its role is check" in out and "research use" in out
    code, out, _ = run("check", mine, "--json")
    (found,) = json.loads(out)["files"]
    assert (
        code == 0
        and found["in_order"]
        and found["kept_out"] == {"no quartiles are printed": 1}
        and found["warnings"] == []
    )
    assert "合格" in run("check", mine, "--lang", "zh")[1]


def test_warnings_leave_it_in_order(run, mine):
    mine.write_text(
        GOOD.replace('disease = "x"', 'disease = "x"\npopulation = "nope"').replace(
            "n = 10\n", 'n = 10\nproduct = "MSC"\n'
        ),
        encoding="utf-8",
    )
    code, out, _ = run("check", mine)
    assert code == 0 and "no shipped population" in out and "cells without dose, route, infusions" in out


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (None, "no such file"),
        (b"key = '\xff'", "UTF-8"),
        (b'key = "a', "valid TOML"),
        (b"", "title: add it"),
        (GOOD.replace("value = 2", 'value = "two"').encode(), "value: got 'two'"),
        (GOOD.replace("[[arm]]", "[arm]").encode(), "[[arm]]"),
        (GOOD.replace('unit = "1"', 'unit = "[bold]"').encode(), "not in '[bold]'"),
        ((GOOD + GOOD[GOOD.index("[[obs") :]).encode(), "stands twice"),
        ((GOOD + '[[arm]]\nid = "all"\nlabel = "b"\n').encode(), "two arms have the same id"),
        (GOOD.replace('role = "check"', 'roll = "check"').encode(), "did you mean role"),
    ],
)
def test_a_wrong_file_gives_its_message_and_exit_code_1(run, mine, content, says):
    mine.unlink() if content is None else mine.write_bytes(content)
    code, out, err = run("check", mine)
    assert code == 1 and says in out and "Traceback" not in out + err and str(mine) in out
    code, out, _ = run("check", mine, "--json")
    assert code == 1 and not json.loads(out)["in_order"] and json.loads(out)["files"][0]["errors"]


def test_all_errors_of_all_files_are_said(run, mine, tmp_path):
    mine.write_text(
        GOOD.replace('title = "t"', 'titel = "t"').replace('role = "check"', 'role = "fit"'), encoding="utf-8"
    )
    (tmp_path / "good.toml").write_text(GOOD, encoding="utf-8")
    code, out, _ = run("check", mine, tmp_path, tmp_path / "good.toml")
    assert (
        code == 1
        and "titel" in out
        and "title: add it" in out
        and "'fit'" in out
        and "a folder" in out
        and "in order" in out
    )
    assert "4 things are wrong in 2 of 3 files" in out
    code, out, _ = run("check", tmp_path / "good.toml", tmp_path / "good.toml")
    assert code == 1 and "has this key too" in out


def test_schema_is_printed(run):
    assert run("schema")[1] == schema()


def test_animals_and_other_diseases_are_listed_by_species(run, tmp_path, monkeypatch):
    monkeypatch.setattr("hepatica.cli.console.terminal.out.console._width", 200)
    code, out, _ = run()
    assert code == 0 and all(key in out for key in indirect_keys()) and "80 publications, 41 of them" in out
    code, out, _ = run("--species", "pig", "--json")
    found = json.loads(out)
    assert code == 0 and found["publications"] == [] and {"pig_mi_iv_dose"} < {r["key"] for r in found["indirect"]}
    assert len(json.loads(run("--species", "human", "--json")[1])["publications"]) == len(keys())
    assert json.loads(run("--role", "check", "--json")[1])["indirect"] == []
    code, out, _ = run("--key", "pig_mi_iv_dose")
    assert code == 0 and "permanent LAD occlusion" in out and "1e5 cells/kg" in out
    assert json.loads(run("--key", "pig_mi_iv_dose", "--json")[1])["publication"]["species"] == ["pig"]
    code, out, _ = run("export", tmp_path / "pig.csv", "--species", "pig")
    assert code == 0 and set(pd.read_csv(tmp_path / "pig.csv")["species"]) == {"pig"}
    code, _, err = run("--species", "cat")
    assert code == 2 and "mouse" in err


def test_the_template_is_in_order(hepatica, tmp_path):
    code, out, _ = hepatica("evidence", "template")
    path = tmp_path / "new-trial.toml"
    path.write_text(out, encoding="utf-8")
    assert code == 0 and hepatica("evidence", "check", path)[0] == 0
