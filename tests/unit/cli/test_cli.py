"""The command line: what it prints, what it writes, and that bad input is one sentence and exit code 2."""

import json

import pytest

from hepatica.exchange import check
from hepatica.patients import populations
from hepatica.study import load_study

SMALL = [
    "--set",
    "patients=40",
    "--set",
    "draws=40",
    "--set",
    "dose='1e6 cells/kg'",
    "--set",
    "infusions=4",
    "--set",
    "route='peripheral_vein'",
    "--set",
    "horizon='90 d'",
]


@pytest.fixture
def run(hepatica):
    return hepatica


@pytest.fixture
def study(tmp_path, run):
    path = tmp_path / "study.toml"
    assert run("init", path)[0] == 0
    return path


def test_init_writes_a_study_that_is_accepted_and_never_overwrites(run, study):
    assert load_study(study).population == "hbv_aclf"
    before = study.read_bytes()
    code, _, err = run("init", study)
    assert code == 2 and "--force" in err and study.read_bytes() == before


def test_dose_answers_in_text_json_and_files(run, study, tmp_path):
    code, out, _ = run("dose", study, *SMALL, "--out", tmp_path / "r")
    assert code == 0 and "research use" in out and "report" in out.lower()
    assert list((tmp_path / "r").glob("*.html")) and list((tmp_path / "r").glob("*.parquet"))
    code, out, _ = run("dose", study, *SMALL, "--no-report", "--json")
    found = json.loads(out)
    assert code == 0 and found["purpose"] == "for research use"
    assert {row["hypothesis"] for row in found["arms"]} == {"label_is_cells", "lung_only"}
    assert found["recommended"] in {row["arm"] for row in found["arms"]}


def test_dose_speaks_chinese(run, study):
    code, out, _ = run("dose", study, *SMALL, "--no-report", "--lang", "zh")
    assert code == 0 and "仅供研究使用" in out


def test_dose_is_the_same_on_any_number_of_workers(run, study):
    one, two = (run("dose", study, *SMALL, "--no-report", "--json", "--workers", k)[1] for k in (1, 2))
    assert one == two


def test_simulate_writes_netcdf(run, study, tmp_path):
    import xarray as xr

    target = tmp_path / "s.nc"
    code, out, _ = run("simulate", study, *SMALL, "--out", target, "--json")
    assert code == 0 and json.loads(out)["failed"] == 0
    with xr.open_dataset(target, engine="h5netcdf") as ds:
        assert dict(ds.sizes)["arm"] == 2 and ds["bilirubin"].attrs["units"] == "mg/dL"


def test_model_check_counts_and_finds_nothing_wrong(run):
    code, out, _ = run("model", "--check", "--json")
    found = json.loads(out)
    assert code == 0 and set(found) == {"modules", "states", "flows", "parameters", "grades", "constant", "problems"}
    assert found["problems"] == [] and sum(found["grades"].values()) == found["parameters"]
    assert "zero unit errors" in run("model", "--check")[1]
    assert "hepatocytes" in run("model", "--module", "hepatocytes")[1]


def test_populations_are_listed_with_their_sources(run):
    code, out, _ = run("populations", "--json")
    rows = {row["key"]: row for row in json.loads(out)}
    assert code == 0 and set(rows) == set(populations()) and all(row["sources"] for row in rows.values())
    assert rows["alf_paracetamol"]["extrapolation"] and not rows["hbv_aclf"]["extrapolation"]
    text = run("populations")[1]
    assert all(key in text for key in rows) and "research use" in text
    assert "急性肝衰竭" in run("populations", "--lang", "zh")[1]


def test_sensitivity_writes_all_and_repeats(run, study, tmp_path):
    small = [
        "--set",
        "dose=['1e5 cells/kg', '2e6 cells/kg']",
        "--set",
        "infusions=1",
        "--days",
        "30 d",
        "--trajectories",
        1,
        "--patients",
        4,
        "--parameters",
        "hazards:death_mass",
        "--parameters",
        "efficacy_recruitment",
        "--top",
        1,
    ]
    code, out, _ = run("sensitivity", study, *small, "--out", tmp_path / "s", "--workers", 1)
    assert code == 0 and "death_mass" in out and "research use" in out
    names = {
        "sensitivity.csv",
        "effects.csv",
        "moves_nothing.csv",
        "doses.csv",
        "sensitivity.json",
        "influence.svg",
        "influence.png",
        "doses.svg",
        "doses.png",
    }
    assert {p.name for p in (tmp_path / "s").iterdir()} == names
    code, out, _ = run("sensitivity", study, *small, "--out", tmp_path / "t", "--workers", 2, "--json")
    assert code == 0 and json.loads(out)["purpose"] == "for research use"
    for name in names:
        assert (tmp_path / "s" / name).read_bytes() == (tmp_path / "t" / name).read_bytes(), name
    assert run("sensitivity", study, "--parameters", "nope:*")[0] == 2


def test_score_reads_units_and_explains(run):
    code, out, _ = run("score", "meld", "bilirubin=54 umol/L", "creatinine=170 umol/L", "inr=2.0", "--json")
    assert code == 0 and json.loads(out)["value"] == 25
    code, _, err = run("score", "meld", "bilirubin=54 kg", "creatinine=1 mg/dL", "inr=2.0")
    assert code == 2 and "bilirubin" in err
    code, _, err = run("score", "meld", "bilirubin=5400 mg/dL", "creatinine=1 mg/dL", "inr=2.0")
    assert code == 2 and "bilirubin" in err


def test_schema_and_doctor(run):
    assert "grid" in json.loads(run("schema")[1])["properties"]
    found = json.loads(run("doctor", "--json")[1])
    assert found["engine"] in ("compiled", "reference")


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
def test_bad_input_is_one_sentence(run, study, arguments, named):
    code, _, err = run("dose", study, *arguments)
    assert code == 2 and named in err and "Traceback" not in err and len(err.strip().splitlines()) == 1


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe\x00binary", b'title = "cut', b"title = 3\n[grid]\ndose=[]"])
def test_bad_files_are_one_sentence(run, tmp_path, content):
    path = tmp_path / "bad.toml"
    if content is not None:
        path.write_bytes(content)
    code, _, err = run("dose", path)
    assert code == 2 and "Traceback" not in err and len(err.strip().splitlines()) == 1


def test_the_model_is_exported_whole_or_not_at_all(run, study, tmp_path):
    code, out, _ = run("model", "--export", tmp_path / "model.xml", "--omex", tmp_path / "model.omex")
    assert code == 0 and "typical healthy person" in out and "research use" in out
    assert check((tmp_path / "model.xml").read_text(encoding="utf-8")) == [] and (tmp_path / "model.omex").exists()
    (tmp_path / "file").touch()
    code, _, err = run("model", "--export", tmp_path / "file" / "model.xml")
    assert code == 2 and "folder" in err
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "model.omex", "model.xml", "study.toml"]


def test_a_patient_of_a_study_is_exported(run, study, tmp_path):
    code, out, _ = run("model", "--export", tmp_path / "m.xml", "--study", study, *SMALL, "--patient", "3", "--json")
    found = json.loads(out)
    assert code == 0 and "patient 3" in found["simulation"] and "x4 q7d" in found["simulation"]
    assert '<event id="given_8"' in (tmp_path / "m.xml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--patient", "3"], "--study"),
        (["--study", "STUDY", "--patient", "40", *SMALL], "0 to 39"),
        (["--study", "STUDY", "--arm", "nope", *SMALL], "standard care"),
        (["--study", "STUDY", "--hypothesis", "nope"], "label_is_cells"),
    ],
)
def test_a_patient_that_is_not_there_is_refused(run, study, tmp_path, arguments, says):
    code, _, err = run("model", "--export", tmp_path / "m.xml", *(study if a == "STUDY" else a for a in arguments))
    assert code == 2 and says in err and not (tmp_path / "m.xml").exists()


def test_an_ensemble_is_streamed_to_files(run, study, tmp_path):
    code, out, err = run("ensemble", study, *SMALL, "--patients", "12", "--out", tmp_path / "e", "--json")
    assert code == 0, err
    assert json.loads(out)["patients"] == 12 and json.loads(out)["purpose"] == "for research use"
    assert sorted(p.name for p in (tmp_path / "e").iterdir()) == ["bands.parquet", "endpoints.parquet"]


def test_a_cluster_that_is_none_is_one_sentence(run, study):
    code, _, err = run("dose", study, "--cluster", "somewhere", "--no-report")
    assert code == 2 and "cluster: got 'somewhere'; tcp://host:port of a Dask scheduler" in " ".join(err.split())
