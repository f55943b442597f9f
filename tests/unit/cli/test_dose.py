"""hepatica dose: what it prints and writes, and that bad input is one sentence."""

import json

import pytest

from hepatica.api.dose import DoseAnswer


def test_dose_answers_in_text_json_and_files(hepatica, small, study, tmp_path):
    title = ["--set", "title='[bold]x[/red]'"]
    code, out, _ = hepatica("dose", study, *small, *title, "--out", tmp_path / "[bold]r")
    assert code == 0 and "research use" in out and "report" in out.lower()
    assert {".html", ".parquet"} <= {p.suffix for p in (tmp_path / "[bold]r").iterdir()} and "[bold]r" in out
    code, out, _ = hepatica("dose", study, *small, "--no-report", "--json")
    found = json.loads(out)
    assert code == 0 and found["purpose"] == "for research use"
    assert {row["hypothesis"] for row in found["arms"]} == {"label_is_cells", "lung_only"}
    assert found["recommended"] in {row["arm"] for row in found["arms"]} and found["text"]
    assert DoseAnswer.model_validate(found).run.seed == 1 and found["report"] is None


def test_dose_speaks_chinese(hepatica, small, study):
    few = [word.replace("=40", "=4") for word in small]
    code, out, _ = hepatica("dose", study, *few, "--no-report", "--lang", "zh")
    assert code == 0 and "仅供研究使用" in out


def test_dose_is_the_same_on_any_number_of_workers(hepatica, small, study):
    one, two = (hepatica("dose", study, *small, "--no-report", "--json", "--workers", k)[1] for k in (1, 2))
    assert one == two


@pytest.mark.parametrize(
    "arguments, named",
    [
        (["--set", "dose='1e6 mg'"], "dose"),
        (["--set", "dose='-1e6 cells/kg'"], "dose"),
        (["--set", "route='nose'"], "route"),
        (["--set", "viability=2"], "viability"),
        (["--set", "patiens=3"], "patiens"),
        (["--set", "horizon=30"], "horizon"),
        (["--set", "nonsense"], "--set"),
        (["--lang", "fr"], "--lang"),
    ],
)
def test_bad_input_is_one_sentence(hepatica, study, arguments, named):
    code, _, err = hepatica("dose", study, *arguments)
    assert code == 2 and named in err and "Traceback" not in err and len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00binary", b'title = "cut', b"title = 3\n[grid]\ndose=[]"])
def test_bad_files_are_one_sentence(hepatica, tmp_path, content):
    path = tmp_path / "bad.toml"
    if content is not None:
        path.write_bytes(content)
    code, _, err = hepatica("dose", path)
    assert code == 2 and "Traceback" not in err and len(err.strip().splitlines()) == 1


def test_a_cluster_that_is_none_is_one_sentence(hepatica, study):
    code, _, err = hepatica("dose", study, "--cluster", "somewhere", "--no-report")
    assert code == 2 and "cluster: got 'somewhere'; tcp://host:port of a Dask scheduler" in " ".join(err.split())


def test_a_search_takes_the_place_of_the_grid_and_goes_on_where_it_stopped(few_cards, hepatica, study, tmp_path):
    sizes = {"candidates": 16, "first_patients": 2, "race_patients": 4, "fresh_patients": 4}
    tiny = [w for k, v in sizes.items() for w in ("--set", f"search.{k}={v}")]
    tiny += ["--set", "hypotheses=['lung_only']"]
    tiny += ["--set", "patients=40", "--set", "draws=40", "--set", "horizon='5 d'", "--set", "infusions=1"]
    tiny += ["--set", "search.infusions=[1, 3]", "--set", "search.interval=['1 d', '3 d']", "--search"]
    code, out, err = hepatica("dose", study, *tiny, "--out", tmp_path / "r", "--keep", tmp_path / "k", "--json")
    assert code == 0, err
    found = json.loads(out)
    assert found["search"]["candidates"] == 16 and found["search"]["courses"] > 0 and found["search"]["resumed"] == 0
    assert {row["arm"] for row in found["arms"]} == {"standard care"} | {r["arm"] for r in found["search"]["leaders"]}
    first = (tmp_path / "r" / "report.html").read_bytes()
    code, _, err = hepatica("report", tmp_path / "r", "--out", tmp_path / "drawn")
    assert code == 0 and (tmp_path / "drawn" / "report.html").read_bytes() == first, err
    assert (tmp_path / "drawn" / "search.csv").read_bytes() == (tmp_path / "r" / "search.csv").read_bytes()
    code, chinese, _ = hepatica("report", tmp_path / "r", "--lang", "zh", "--json")
    assert code == 0 and json.loads(chinese)["search"] == found["search"]
    assert (tmp_path / "r" / "search.csv").exists() and "search" in (tmp_path / "r" / "report.html").read_text("utf-8")
    code, out, _ = hepatica("dose", study, *tiny, "--no-report", "--keep", tmp_path / "k", "--json", "--workers", 1)
    again = json.loads(out)
    assert code == 0 and again["search"]["courses"] == 0 and again["search"]["resumed"] == found["search"]["courses"]
    assert again["arms"] == found["arms"] and again["verdict"] == found["verdict"]


def test_a_folder_of_evaluations_without_a_search_is_refused(hepatica, study, tmp_path):
    code, _, err = hepatica("dose", study, "--keep", tmp_path, "--no-report")
    assert code == 2 and "--search" in err and len(err.strip().splitlines()) == 1
