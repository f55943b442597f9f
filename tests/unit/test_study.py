"""Study files: what is accepted, and every kind of bad input in one sentence."""

import math
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from hepatica.dosing import HARMS
from hepatica.errors import InputError
from hepatica.study import HYPOTHESES, Study, check_study, load_study

STUDIES = Path(__file__).parents[2] / "studies"
TEMPLATE = (files("hepatica") / "study.template.toml").read_text(encoding="utf-8")
GRID = {"dose": ["1e6 cells/kg"]}
GOOD = {"title": "t", "grid": GRID}


def study(**changes):
    return check_study(GOOD | changes)


def grid(**changes):
    return {"grid": GRID | changes}


def product(**changes):
    return {"product": changes}


BAD = [  # what is wrong, changes, the key that the sentence names, what it says was got, a word of what is allowed
    ("no unit", grid(dose=["1e6"]), "dose", "1e6", "cells/kg"),
    ("wrong unit of a dose", grid(dose=["5 mg"]), "dose", "5 mg", "cells/kg"),
    ("wrong unit of a time", {"horizon": "180 kg"}, "horizon", "180 kg", "day"),
    ("time without a unit", {"horizon": 180}, "horizon", 180, "unit is missing"),
    ("time in cells", grid(interval=["7 cells"]), "interval", "7 cells", "day"),
    ("negative dose", grid(dose=["-1e6 cells/kg"]), "dose", "-1e6 cells/kg", "at least 0"),
    ("dose not a number", grid(dose=["many cells"]), "dose", "many cells", "cells"),
    ("dose nan", grid(dose=["nan cells/kg"]), "dose", "nan cells/kg", "cells"),
    ("dose infinite", grid(dose=["1e999 cells/kg"]), "dose", "1e999 cells/kg", "cells"),
    ("no dose", grid(dose=[]), "grid.dose", [], "at least 1"),
    ("dose not a list", grid(dose="1e6 cells/kg"), "grid.dose", "1e6 cells/kg", "tuple"),
    ("no grid", {"grid": {}}, "grid.dose", None, "required"),
    ("unknown route", grid(route=["nose"]), "grid.route", "nose", "peripheral_vein"),
    ("too many infusions", grid(infusions=[61]), "grid.infusions.0", 61, "60"),
    ("half an infusion", grid(infusions=[1.5]), "grid.infusions.0", 1.5, "integer"),
    ("negative infusions", grid(infusions=[-1]), "grid.infusions.0", -1, "0"),
    ("interval 0", grid(interval=["0 d"]), "grid.interval", 0.0, "above 0"),
    ("negative duration", grid(duration="-1 h"), "grid.duration", -1 / 24, "from 0 to"),
    ("negative start", grid(start="-1 d"), "grid.start", -1.0, "from 0 to"),
    ("unknown source", product(source="liver"), "product.source", "liver", "bone_marrow"),
    ("unknown donor", product(donor="cousin"), "product.donor", "cousin", "allogeneic"),
    ("viability 2", product(viability=2), "product.viability", 2.0, "0 to 1"),
    ("viability in words", product(viability="high"), "product.viability", "high", "number"),
    ("passage 0", product(passage=0), "product.passage", 0, "1 to 20"),
    ("cells beyond a body's own", grid(dose=["1e62 cells/kg"]), "grid.dose", 1e62, "from 0 to 1e+10"),
    ("an interval beyond five years", grid(interval=["6 year"]), "grid.interval", 2191.5, "from 0 to 1830"),
    ("an infusion of weeks", grid(duration="40 d"), "grid.duration", 40.0, "from 0 to 30"),
    ("targeting beyond all", product(targeting=1e308), "product.targeting", 1e308, "from 0 to 1000"),
    (
        "a treatment twice",
        {"together_with": ["gcsf", "gcsf"]},
        "together_with",
        ["gcsf", "gcsf"],
        "each treatment once",
    ),
    ("negative potency", product(potency=-1.0), "product.potency", -1.0, "from 0 to 100"),
    ("infinite potency", product(potency=math.inf), "product.potency", math.inf, "from 0 to 100"),
    ("negative tissue factor", product(tissue_factor=-1.0), "product.tissue_factor", -1.0, "from 0 to 1000"),
    ("misspelt key", {"patiens": 100}, "patiens", 100, "patients"),
    ("misspelt key of the grid", grid(doses=["1e6 cells/kg"]), "grid.doses", ["1e6 cells/kg"], "dose"),
    ("misspelt key of the product", product(sauce="bone_marrow"), "product.sauce", "bone_marrow", "source"),
    ("misspelt harm", {"utility": {"loss": {"trombosis": "1 d"}}}, "utility.loss.trombosis", "trombosis", "thrombosis"),
    ("misspelt table of utility", {"utility": {"losses": {}}}, "utility.losses", {}, "loss"),
    ("loss without unit", {"utility": {"loss": {"reaction": 3}}}, "reaction", 3, "unit is missing"),
    (
        "limit above 1",
        {"utility": {"limit": {"reaction": 1.5}}},
        "utility.limit.reaction",
        1.5,
        "less than or equal to 1",
    ),
    ("utility above 1", {"utility": {"child_a": 1.5}}, "utility.child_a", 1.5, "1"),
    ("too few draws", {"draws": 10}, "draws", 10, "at least 40"),
    ("no draw", {"draws": 0}, "draws", 0, "1"),
    ("no patient", {"patients": 0}, "patients", 0, "1"),
    ("negative seed", {"seed": -1}, "seed", -1, "0"),
    ("horizon 0", {"horizon": "0 d"}, "horizon", 0.0, "1 d to 5 years"),
    ("horizon of a lifetime", {"horizon": "50 years"}, "horizon", 50 * 365.25, "5 years"),
    ("patients in words", {"patients": "many"}, "patients", "many", "integer"),
    ("title as list", {"title": ["a", "b"]}, "title", ["a", "b"], "string"),
    ("no title", {"title": ""}, "title", "", "at least 1"),
    ("grid as text", {"grid": "all"}, "grid", "all", "dictionary"),
    ("product as text", {"product": "bone_marrow"}, "product", "bone_marrow", "dictionary"),
    ("unknown population", {"population": "nash"}, "population", "nash", "hbv_aclf"),
    ("unknown hypothesis", {"hypotheses": ["magic"]}, "hypotheses", "magic", "lung_only"),
    ("no hypothesis", {"hypotheses": []}, "hypotheses", [], "at least one"),
    ("a hypothesis twice", {"hypotheses": ["lung_only", "lung_only"]}, "hypotheses", "lung_only", "once"),
    ("negative transplant rate", {"transplant_rate": -1.0}, "transplant_rate", -1.0, "0"),
    ("infinite transplant rate", {"transplant_rate": math.inf}, "transplant_rate", math.inf, "finite"),
    ("a transplant every instant", {"transplant_rate": 1e300}, "transplant_rate", 1e300, "less than or equal to 10"),
    ("more cells than anybody", grid(dose=["1e62 cells/kg"]), "grid.dose", 1e62, "to 1e+10"),
    ("more cells than a person has room for", grid(dose=["1e300 cells"]), "grid.dose", 1e300, "to 1e+12"),
    ("dose beyond a float", grid(dose=["1e300 cells/g"]), "grid.dose", 1e303, "to 1e+10"),
    ("targeting without bound", product(targeting=1e308), "product.targeting", 1e308, "to 1000"),
    ("potency without bound", product(potency=1e300), "product.potency", 1e300, "to 100"),
    ("receptor without bound", product(cxcr4=1e9), "product.cxcr4", 1e9, "to 1000"),
    ("tissue factor without bound", product(tissue_factor=1e9), "product.tissue_factor", 1e9, "to 1000"),
    ("viability of truth", product(viability=True), "product.viability", True, "number"),
    ("integer beyond a float", product(potency=10**400), "product.potency", 10**400, ""),
    ("patients of truth", {"patients": True}, "patients", True, "integer"),
    ("thawed in words", product(thawed="yes"), "product.thawed", "yes", "boolean"),
    ("patients without bound", {"patients": 10**6}, "patients", 10**6, "100000"),
    ("draws without bound", {"draws": 10**30}, "draws", 10**30, "100000"),
    ("seed beyond JSON", {"seed": 2**53}, "seed", 2**53, str(2**53 - 1)),
    ("infusions beyond C", grid(infusions=[10**30]), "grid.infusions.0", 10**30, "60"),
    ("loss that is a gain", {"utility": {"loss": {"reaction": "-1e6 d"}}}, "utility.loss.reaction", "-1e6 d", "0"),
    ("loss of ages", {"utility": {"loss": {"reaction": "1e6 d"}}}, "utility.loss.reaction", "1e6 d", "36525"),
    ("negative limit", {"utility": {"limit": {"reaction": -0.1}}}, "utility.limit.reaction", -0.1, "greater than 0"),
    ("unknown treatment", {"together_with": ["magic"]}, "together_with", "magic", "albumin"),
    ("unit with an offset", {"horizon": "180 degC"}, "horizon", "180 degC", "day"),
    ("unit with a logarithm", grid(dose=["1 dB"]), "dose", "1 dB", "cells"),
    ("infusions at once", grid(interval=["1 s"]), "grid.interval", 1 / 86_400, "hour"),
    ("interval of ages", grid(interval=["1e6 d"]), "grid.interval", 1e6, "1830"),
    ("infusion of a month", grid(duration="31 d"), "grid.duration", 31.0, "30"),
    ("infusion of an instant", grid(duration="1e-300 d"), "grid.duration", 1e-300, "a second at least"),
    ("start of ages", grid(start="1e300 d"), "grid.start", 1e300, "1830"),
    ("start after the horizon", grid(start="200 d"), "grid", "1e6/kg x4 q7d peripheral vein", "before the horizon"),
    ("last infusion after the horizon", {"horizon": "21 d"}, "grid", "1e6/kg x4 q7d peripheral vein", "21 d"),
    ("grid without end", grid(dose=[f"{k}e3 cells" for k in range(1001)]), "grid", "1001 combinations", "1000"),
    ("no route", grid(route=[]), "grid.route", [], "at least 1"),
    ("title without end", {"title": "x" * 10**6}, "title", "x" * 10**6, "200"),
    ("title that writes to the terminal", {"title": "a\x1b[2J"}, "title", "a\x1b[2J", "control"),
    ("title of two lines", {"title": "a\nb"}, "title", "a\nb", "one line"),
    ("title from right to left", {"title": "a\u202eb"}, "title", "a\u202eb", "control"),
]


@pytest.mark.parametrize("changes, key, got, allowed", [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_bad_input_is_one_sentence(changes, key, got, allowed):
    with pytest.raises(InputError) as error:
        study(**changes)
    said = str(error.value)
    assert key in error.value.where and said.startswith(error.value.where)
    assert repr(got)[:300] in said and allowed in error.value.allowed
    assert "\n" not in said and "Traceback" not in said and "pydantic" not in said and len(said) < 1000


FILES = {
    "cut": (TEMPLATE[: TEMPLATE.index("[product]") + 30].encode(), "TOML"),
    "cut in a string": (b'title = "HBV-rela', "TOML"),
    "cut before the grid": (TEMPLATE[: TEMPLATE.index("[grid]")].encode(), "required"),
    "binary": (bytes(range(256)) * 4, "binary"),
    "nul": (b"\x00\x01\x02", "TOML"),
    "empty": (b"", "required"),
    "only a comment": (b"# nothing\n", "required"),
    "not TOML": (b"title: yaml\n", "TOML"),
    "twice": (b'title = "a"\ntitle = "b"\n', "TOML"),
    "nested without end": (b"x = " + b"[" * 3000 + b"]" * 3000, "nested too deeply"),
    "tables nested without end": (b"x = " + b"{x = " * 3000 + b"1" + b"}" * 3000, "TOML"),
    "a number of 5,000 digits": (b"seed = " + b"9" * 5000, "TOML"),
    "beyond a mebibyte": (b'title = "a"\n' + b"#" * (1 << 20), "at most 1048576 bytes"),
    "a key that writes to the terminal": (
        b'"\\u001b[2J" = 1\ntitle = "t"\ngrid = { dose = ["1 cell"] }\n',
        "known key",
    ),
}


@pytest.mark.parametrize("content, word", FILES.values(), ids=FILES)
def test_a_bad_file_is_one_sentence(tmp_path, content, word):
    path = tmp_path / "study.toml"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        load_study(path)
    said = str(error.value)
    assert word in said and said.isprintable() and len(said) < 1000
    assert error.value.__suppress_context__ or error.value.__cause__ is None


def test_a_path_may_be_text():
    file = Path(__file__).parents[2] / "studies/hbv-aclf.toml"
    assert load_study(str(file)) == load_study(file)


def test_a_file_that_is_not_there_or_is_a_folder(tmp_path):
    with pytest.raises(InputError, match="a file that exists; `hepatica init` writes one"):
        load_study(tmp_path / "nothing.toml")
    with pytest.raises(InputError, match="a file that can be read"):
        load_study(tmp_path)


@pytest.fixture
def path(tmp_path):
    where = tmp_path / "study.toml"
    where.write_text(TEMPLATE, encoding="utf-8")
    return where


@pytest.mark.parametrize(
    "change, says",
    [
        ("dose", "key=value"),
        ("=3", "key=value"),
        ("", "key=value"),
        ("title.x=3", "not one"),
        ("nonsense=3", "nonsense"),
        ("grid.nonsense=3", "grid.nonsense"),
        ("grid=3", "grid"),
        ("product.source.x=3", "not one"),
        ("patients=", "patients"),
        ("patients=ten", "patients"),
        ("dose=2e6", "dose"),
        ("viability=2", "product.viability"),
        ("loss.reaction=3 d", "loss"),
        ("utility.loss.reaction=3 kg", "loss"),
        ("dose='2e6 cells/kg", "dose"),
        ("horizon=[1]", "horizon"),
        ("route=nose", "nose"),
    ],
)
def test_a_malformed_change_is_one_sentence(path, change, says):
    with pytest.raises(InputError) as error:
        load_study(path, [change])
    assert says in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    "change, read",
    [
        ("patients=50", lambda s: s.patients == 50),
        ("dose='2e6 cells/kg'", lambda s: [d.cells for d in s.grid.dose] == [2e6]),
        ("dose=2e6 cells/kg", lambda s: [d.cells for d in s.grid.dose] == [2e6]),
        ("infusions=3", lambda s: s.grid.infusions == (3,)),
        ("infusions=[1, 2]", lambda s: s.grid.infusions == (1, 2)),
        ("grid.route=portal_vein", lambda s: s.grid.route == ("portal_vein",)),
        ("viability=0.5", lambda s: s.product.viability == 0.5),
        ("product.source=adipose", lambda s: s.product.source == "adipose"),
        ("utility.loss.reaction='3 d'", lambda s: s.utility.loss["reaction"] == 3.0),
        ("title=Mine", lambda s: s.title == "Mine"),
        ("child_a=0.9", lambda s: s.utility.child_a == 0.9),
        (" horizon = '90 d' ", lambda s: s.horizon == 90.0),
        ("hypotheses=['lung_only']", lambda s: s.hypotheses == ("lung_only",)),
        ("duration=2 h", lambda s: s.grid.duration == pytest.approx(1 / 12)),
    ],
)
def test_a_change_is_read(path, change, read):
    assert read(load_study(path, [change]))
    assert load_study(path, [change]).hash != load_study(path).hash


@pytest.mark.parametrize("changes", [["patients=50", "patients=60"], ["viability=0.5", "product.viability = 0.5"]])
def test_a_key_changed_twice_is_refused(path, changes):
    with pytest.raises(InputError, match="each key once"):
        load_study(path, changes)


def test_overrides_win(path):
    assert load_study(path, ["patients=50"], overrides=["patients=60"]).patients == 60


def test_the_template_is_the_default(path):
    """Every value in the file that `hepatica init` writes is the one that would hold without it."""
    found, bare = load_study(path), check_study({"title": "t", "grid": {"dose": ["1e6 cells/kg"]}})
    for name in ("population", "patients", "draws", "seed", "horizon", "hypotheses", "transplant_rate", "product"):
        assert getattr(found, name) == getattr(bare, name), name
    for h, g in zip(found.utility.utility().harms, HARMS, strict=True):
        assert (h.loss, h.limit) == (g.loss, g.limit)


@pytest.mark.parametrize("name", [p.name for p in Path(__file__).parents[2].joinpath("studies").glob("*.toml")])
def test_the_studies_that_ship_are_accepted(name):
    load_study(Path(__file__).parents[2] / "studies" / name)


def rescaled(per):
    """The same question in other units."""
    if per == "base":
        return study(
            horizon="84 d",
            **grid(
                dose=["1e6 cells/kg", "2e6 cells/kg"], interval=["7 d"], duration="1 h", start="2 d", infusions=[1, 4]
            ),
        )
    return study(
        horizon="12 weeks",
        **grid(
            dose=["1e3 cells/g", "2 cells/mg"],
            interval=["168 h"],
            duration="60 min",
            start="0.2857142857142857 week",
            infusions=[1, 4],
        ),
    )


def test_the_same_question_in_other_units_has_the_same_arms(system, admitted):
    a, b = rescaled("base"), rescaled("other")
    assert [x.name for x in a.arms()] == [x.name for x in b.arms()] and len(a.arms()) == 5
    for x, y in zip(a.arms(), b.arms(), strict=True):
        assert x.regimen.cells(70.0) == pytest.approx(y.regimen.cells(70.0), rel=1e-12)
        np.testing.assert_allclose(x.regimen.times, y.regimen.times, rtol=1e-12)
        assert x.regimen.duration == pytest.approx(y.regimen.duration, rel=1e-12) and x.product == y.product
    np.testing.assert_allclose(a.times(), b.times())


def test_arms_are_the_grid_and_standard_care():
    s = study(**grid(dose=["1e6 cells/kg", "7e7 cells"], infusions=[1, 4], route=["peripheral_vein", "portal_vein"]))
    arms = s.arms()
    assert arms[0].name == "standard care" and not arms[0].regimen.gives_cells
    assert len(arms) == 9 and len({a.name for a in arms}) == 9
    assert {(a.regimen.dose, a.regimen.per_kg) for a in arms[1:]} == {(1e6, True), (7e7, False)}


def test_repeats_and_nothing_are_left_out():
    s = study(
        **grid(
            dose=["1e6 cells/kg", "1e6 cells/kg", "0 cells/kg", "1000 cells/g"],
            infusions=[1, 0],
            interval=["7 d", "14 d"],
        )
    )
    assert [a.name for a in s.arms()] == ["standard care", "1e6/kg once peripheral vein"]


@pytest.mark.parametrize("doses", [["1.21e6 cells/kg", "1.24e6 cells/kg"], ["1e6 cells/kg", "1.04e6 cells/kg"]])
def test_doses_that_differ_are_different_arms(doses):
    arms = study(**grid(dose=doses)).arms()
    assert len(arms) == 3 and len({a.name for a in arms}) == 3


def test_times_are_dense_early_and_reach_the_horizon():
    for horizon in ("1 d", "20 d", "30 d", "31 d", "180 d", "1 year"):
        s = study(horizon=horizon, **grid(infusions=[1]))
        t = s.times()
        assert t[0] == 0 and t[-1] == s.horizon and (np.diff(t) > 0).all() and np.diff(t).max() <= 5.0
        assert np.diff(t[t <= 30]).max(initial=0) <= 1.0


def test_the_hash_is_of_the_meaning():
    assert (
        rescaled("base").hash
        == check_study(
            {
                "title": "t",
                "horizon": "84 d",
                "grid": {
                    "dose": ["1e6 cells/kg", "2e6 cells/kg"],
                    "interval": ["7 d"],
                    "duration": "1 h",
                    "start": "2 d",
                    "infusions": [1, 4],
                },
            }
        ).hash
    )
    assert study().hash != study(seed=2).hash


def test_utilities_and_losses_reach_the_yardstick():
    u = study(utility={"child_c": 0.4, "loss": {"reaction": "2 d"}, "limit": {"thrombosis": 0.2}}).utility.utility()
    assert u.utilities.child_c == 0.4 and u.harm("reaction").loss == 2.0 and u.harm("thrombosis").limit == 0.2


def test_the_schema_names_every_key():
    schema = Study.model_json_schema(mode="validation")
    assert set(schema["properties"]) == set(Study.model_fields)
    dose = schema["$defs"]["Grid"]["properties"]["dose"]
    assert dose["items"]["type"] == "string"


def test_hypotheses_have_a_name():
    assert set(HYPOTHESES) == {"label_is_cells", "lung_only"}


def test_a_product_file_stands_for_the_table(tmp_path):
    (tmp_path / "cells.toml").write_text('source = "adipose"\npassage = 6\n[lots]\ndonors = 3\n')
    study = tmp_path / "study.toml"
    study.write_text('title = "t"\nproduct = "cells.toml"\n[grid]\ndose = ["1e6 cells/kg"]\n')
    product = load_study(study, ["product.viability=0.8"]).product.product()
    assert (product.source, product.passage, product.viability) == ("adipose", 6, 0.8)
    assert product.lots is not None and product.lots.donors == 3 and product.lots.potency_sd == 0.33
    same = load_study(study, [f"product={tmp_path / 'cells.toml'}"])
    assert same.hash == load_study(study).hash
    (tmp_path / "cells.toml").write_text("[[attribute]]")
    with pytest.raises(InputError, match="this is a lot file"):
        load_study(study)
    study.write_text('title = "t"\nproduct = "nowhere.toml"\n[grid]\ndose = ["1e6 cells/kg"]\n')
    with pytest.raises(InputError, match=r"^product: .* a product file that exists"):
        load_study(study)


def test_a_study_without_lots_keeps_its_hash():
    grid = {"dose": ["1e6 cells/kg"]}
    plain = check_study({"title": "t", "grid": grid})
    assert "lots" not in plain.model_dump_json() and "lots" not in plain.product.product().fields()
    assert check_study({"title": "t", "grid": grid, "product": {"lots": {}}}).hash != plain.hash
    with pytest.raises(InputError, match="donors"):
        check_study({"title": "t", "grid": grid, "product": {"lots": {"donors": 0}}})
