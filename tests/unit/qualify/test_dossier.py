"""The qualification report: what it computes, that it notices what is wrong, and that what is bad stands first."""

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from hepatica.errors import InputError
from hepatica.evidence import load, load_all, references
from hepatica.outcomes.scores import SCORES
from hepatica.patients import posterior
from hepatica.qualify import judgement, validation
from hepatica.qualify.applicability import place
from hepatica.qualify.calculation_verification import sampling_errors
from hepatica.qualify.code_verification import WRONG, _bytes, given, off, vectors
from hepatica.qualify.dossier import plain, qualify, whole
from hepatica.qualify.evidence_base import grades, known, sources
from hepatica.qualify.influence import read_screen
from hepatica.qualify.judgement import badly_first, risk
from hepatica.qualify.validation import group, held_against, worst
from hepatica.report.qualification import cards, page
from hepatica.report.qualification.cards import CITED
from hepatica.report.qualification.cards import qualification_cards as cards_of
from hepatica.report.qualification.page import write_qualification
from hepatica.simulation import Arm, simulate
from hepatica.study import check_study
from hepatica.therapy import Regimen
from hepatica.validation.records import BaselineScore, Record, Validation
from hepatica.words import LANGUAGES

SMALL = {
    "title": "A small <question>", "patients": 40, "draws": 40, "horizon": "30 d", "hypotheses": ["label_is_cells", "lung_only"],
    "grid": {"dose": ["3e5 cells/kg", "5e7 cells/kg"], "infusions": [4], "route": ["peripheral_vein", "hepatic_artery"]},
}  # fmt: skip


@pytest.fixture(scope="module")
def question():
    return check_study(SMALL)


@pytest.fixture(scope="module")
def q(question, system):
    unseen = load("lin2017").model_copy(update={"key": "unseen"})
    return qualify(question, system, blind=[unseen], publications=[load("lin2017")], patients=4, draws=20)


def test_code_checks_pass_with_their_figures(q):
    assert {c.key: c.passed for c in q.checks} == dict.fromkeys(
        ("vectors", "assembly", "balance", "nothing", "workers", "refused"), True
    )
    by = {c.key: c for c in q.checks}
    assert 0 < by["balance"].figure < 1e-12 and by["workers"].figure == 0 and by["refused"].of == len(WRONG)
    root = Path(__file__).parents[3]
    assert all((root / name.strip()).exists() for c in q.checks for name in c.tests.split(","))


def test_shipped_vectors_are_those_of_the_tests():
    table = tomllib.loads((Path(__file__).parents[2] / "reference/scores.toml").read_text(encoding="utf-8"))
    kept = {(v["score"], json.dumps(v["given"], sort_keys=True), str(v["answer"])) for v in table["vector"]}
    for row in table["kim2021"]["rows"]:
        d = dict(zip(table["kim2021"]["columns"], row, strict=True))
        of = {k: d[k] for k in ("bilirubin", "creatinine", "inr", "sodium", "albumin", "female")} | {"rounded": True}
        kept.add(("meld3", json.dumps(of, sort_keys=True), str(d["meld3"])))
    for c in table["clif"]:
        for row in c["rows"]:
            of = dict(zip(c["columns"], row, strict=False))
            kept.add((c["score"], json.dumps(of, sort_keys=True), str(row[len(c["columns"])])))
    assert len(vectors()) >= 15
    for v in vectors():
        assert (
            (v["score"], json.dumps(v["given"], sort_keys=True), str(v["answer"])) in kept
            and v["source"]
            and v["score"] in SCORES
        )
        assert off(v) <= 1


def test_checks_notice_what_is_wrong(system, admitted):
    assert off(vectors()[0] | {"answer": vectors()[0]["answer"] + 1e-3}) > 1
    few = admitted.take(np.arange(2))
    ds = simulate(system, few, [Arm("care")], np.arange(3.0), outputs=("inr",))
    other = ds.copy(deep=True)
    assert _bytes(ds, other) == 0
    other["inr"].values[0, 1, 2] = np.nextafter(other["inr"].values[0, 1, 2], 9.0)
    assert _bytes(ds, other) == 1
    assert given(Regimen(2.0, per_kg=False, infusions=3, interval=7.0), 70.0, np.array([0.0, 6.9, 14.0])).tolist() == [
        2,
        2,
        6,
    ]


def test_solver_errors_shrink_with_care_and_the_engines_agree(q):
    by = {e.key: e for e in q.errors}
    assert set(by) == {"ten", "hundred", "history", "reference", "dense", "engines"}
    assert by["engines"].death < 1e-5 < 1e-3 > by["hundred"].death and by["engines"].days < by["hundred"].days
    assert np.isnan(by["dense"].meld) and all(e.mean_gain <= e.gain + 1e-12 <= 2 * e.days + 1e-9 for e in q.errors)


def test_sampling_error_is_what_splitting_says(q):
    top, d = q.decision.top, q.decision
    assert [s.hypothesis for s in q.sampling] == list(q.study.hypotheses)
    for s, h in zip(q.sampling, d.by_hypothesis, strict=True):
        split = h.gain[top]
        assert s.mean == split.mean and s.error == pytest.approx(
            np.sqrt((split.between_patients_sd**2 + split.parameter_uncertainty_sd**2) / 40)
        )
        own = h.benefit.net[top] - h.benefit.net[0]
        draw = q.patients.cohort.draw
        assert s.by_batches == pytest.approx(np.std([own[draw % 4 == k].mean() for k in range(4)], ddof=1) / 2)
    none = replace(d, arms=d.arms[:1], recommended=0, regret=np.zeros((2, 1)))
    assert sampling_errors(none, q.patients.cohort.draw) == ()


def test_draws_that_do_not_belong_here_are_named(model):
    evidence = tuple(load_all().values())
    draws = posterior()
    here = known("learnt", draws, model, evidence)
    assert here.draws == draws.n and here.matches_model == (draws.provenance["model"] == model.hash)
    other = replace(draws, provenance={**draws.provenance, "model": model.hash, "evidence": "older"})
    k = known("file", other, model, evidence)
    assert k.matches_model and not k.matches_evidence and k.evidence == "older" and 0 < k.parameters_moved < k.unknowns
    fewer = known("file", draws, model, evidence[:-1])
    assert fewer.evidence_here != here.evidence_here
    assert known("prior", None, model, evidence).moved == ()
    assert sum(grades(model).values()) == len(model.parameters)


def test_sources_count_people_once():
    frame = sources([load("lin2017")]).iloc[0]
    assert frame["people"] == 110 and frame["people_with_cells"] == 56 and frame["arms_with_cells"] == 1
    assert frame["usable"] <= frame["numbers"] == len(load("lin2017").observations)


def record(publication, observed=1.0, score=-1.0, plain=-2.0, against=""):
    quantiles = np.array([0.0, 0.5, 1.0, 1.5, 2.0])
    return Record(
        publication=publication,
        arm="a",
        against=against,
        endpoint="inr",
        unit="1",
        time=7.0,
        observed=observed,
        quantiles=quantiles,
        crps=0.1,
        log_score=score,
        by_hypothesis={},
        references=dict.fromkeys(("no_effect", "pooled_effect"), BaselineScore(0.0, 1.0, 0.2, plain)),
        cells=bool(against),
    )


def test_standing_and_groups(monkeypatch, system):
    """A publication that was learnt from is never shown as a prediction, whoever hands it in."""
    told = []

    def validate(system, publications, evidence, known, *, left_out=None, **_):
        told.append((tuple(p.key for p in publications), left_out))
        keys = [p.key for p in publications]
        inside = tuple(k for k in keys if k in ("lin2017", "jilin") and k not in (left_out or {}))
        return Validation(tuple(record(k) for k in keys), {"x": "why"}, {f"{k} a": 0.5 for k in keys} | {"bare": 1.0},
                          dict.fromkeys(left_out or {}, 0.8), inside)  # fmt: skip

    monkeypatch.setattr(validation, "validate", validate)
    mine = load("lin2017").model_copy(update={"key": "mine"})
    asked = [load(k) for k in ("lin2017", "jilin", "suk2016")]
    v = held_against(
        system,
        asked,
        [mine],
        asked,
        None,
        hypotheses=("a",),
        people=4,
        draws=20,
        seed=1,
        left_out={"jilin": posterior()},
    )
    assert v.standing == {"mine": "blind", "lin2017": "in_sample", "jilin": "left_out", "suk2016": "unlearnt"}
    assert [g.key for g in v.groups] == ["blind", "left_out", "unlearnt", "in_sample"] and v.outside == [
        "mine",
        "jilin",
        "suk2016",
    ]
    assert v.alike == 0.5 and v.matched == 4 and v.found.pareto_k == {"jilin": 0.8} and v.effects is None
    assert told[0] == (("mine",), None) and set(told[1][1]) == {"jilin"}
    again = held_against(system, asked[:1], asked[:1], asked, None, hypotheses=("a",), people=4, draws=20, seed=1)
    assert again.standing == {"lin2017": "in_sample"}


def test_groups_score_as_totals_do_and_the_worst_stand_first():
    rows = [
        record("a"),
        record("a", observed=9.0),
        record("b", score=-6.0),
        record("b", score=-3.0),
        record("c", score=-9.0),
    ]
    g = group("blind", rows[:4])
    assert g.in_90 == pytest.approx((0.5 + 1.0) / 2) and g.numbers == 4 and g.log_score == pytest.approx((-1 - 4.5) / 2)
    assert g.beats == 0 and g.publications == ("a", "b") and group("blind", []) is None
    assert [(r.publication, r.log_score) for r in worst(rows)] == [("c", -9.0), ("b", -6.0)]


def test_place_of_a_regimen(q):
    assert {r.label: p for r, p in q.scope.regimens} == {
        "3e5/kg x4 q7d peripheral vein": "inside", "5e7/kg x4 q7d peripheral vein": "never",
        "3e5/kg x4 q7d hepatic artery": "given", "5e7/kg x4 q7d hepatic artery": "never"}  # fmt: skip
    arms = q.scope.of_population()
    assert {(g.publication, g.low, g.high) for g in arms} == {("lin2017", 1e5, 1e6), ("unseen", 1e5, 1e6)}
    usual = Regimen(5e5, infusions=4)
    assert (
        place(usual, "hbv_aclf", arms, 60.0) == "inside"
        and place(usual, "decompensated_cirrhosis", arms, 60.0) == "elsewhere"
    )
    assert place(replace(usual, infusions=5), "hbv_aclf", arms, 60.0) == "given"
    assert place(Regimen(3e7, per_kg=False, infusions=4), "hbv_aclf", arms, 60.0) == "inside"
    assert q.scope.share("inside") == 0.25 and q.scope.days_with_cells == 168
    assert q.scope.numbers["days"] == (0, 0, 0) and q.scope.numbers["survival"][1] == 2


def test_risk_and_factors_follow_the_figures(q):
    r = q.risk
    assert r.influence == "high" and r.deaths == pytest.approx(
        1 - np.mean([h.survival[0].mean for h in q.decision.by_hypothesis])
    )
    assert risk(q.scope, 0.01).risk == "medium" and risk(q.scope, 0.5).risk == "high"
    by = {f.key: f for f in q.factors}
    assert len(by) == 16 and by["context"].adequate == "no" and by["persons"].adequate == "no"
    assert by["quality"].adequate == "partly" and by["independence"].values["blind"] == "1"
    order = [f.adequate for f in badly_first(list(q.factors))]
    assert order == sorted(order, key=("no", "partly", "yes").index)

    def again(**changed):
        n = replace(q, **changed)
        found = judgement.factors(n.risk, n.checks, n.errors, n.sampling, n.decision, n.known, n.grades, n.scope,
                                                n.validated, n.people, {"lin2017": "low"})  # fmt: skip
        return {f.key: f.adequate for f in found}

    bad = tuple(replace(c, figure=1.0) if c.key == "nothing" else c for c in q.checks)
    assert again(checks=bad)["quality"] == "no" and again(checks=bad)["numerics"] == "no"
    clear = tuple(replace(s, ahead=1.0, ahead_error=0.1) for s in q.sampling)
    behind = (replace(clear[0], ahead=-1.0), *clear[1:])  # another regimen leads under one hypothesis
    assert again(sampling=clear)["sampling"] == "yes" != again(sampling=behind)["sampling"]
    far = tuple(replace(e, mean_gain=99.0) for e in q.errors)
    assert again(errors=far)["solver"] == "no" and again(errors=far)["discretization"] == "no"
    sourced = {"human": 90, "assumed": 10}
    fresh = replace(q.known, model=q.known.model_here, evidence=q.known.evidence_here)
    assert again(grades=sourced, known=fresh)["inputs"] == "yes"
    assert again(grades=sourced, known=replace(fresh, model="older"))["inputs"] == "no"
    good = replace(q.validated.groups[0], in_50=0.5, in_90=0.9, log_score=0.0)
    assert again(validated=replace(q.validated, groups=(good,)))["output"] == "yes"
    assert again(validated=replace(q.validated, groups=(replace(good, key="in_sample"),)))["output"] == "partly"
    assert again(validated=replace(q.validated, groups=(replace(good, in_90=0.3, log_score=-99.0),)))["output"] == "no"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_cards_and_files(q, lang, tmp_path):
    cards = cards_of(q, lang, command="hepatica qualify --x")
    assert not [
        c.text
        for c in cards
        if c.key in ("summary", "closing", "context_", "assessment", "appendix") and c.table is None
    ]
    keys = [c.key for c in cards]
    assert len(set(keys)) == len(keys) and keys[:2] == ["answer", "factors"] and keys[-1] == "again"
    assert {"context", "m15", "evidence", "parameters", "code", "calculation", "sampling", "validation", "worst", "people",
            "applicability", "assumptions", "predictions", "totals", "works"} <= set(keys)  # fmt: skip
    assert not [c for c in cards if any("Error" in t for t in c.text)]
    files = write_qualification(q, tmp_path / "new", lang, command="hepatica qualify --x")
    page, text, told = (f.read_text(encoding="utf-8") for f in files)
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == sorted(f.name for f in files)
    assert (
        "http" not in page.replace("http://www.w3.org", "")
        and "<script" not in page
        and "A small &lt;question&gt;" in page
    )
    assert page.count("<svg") >= 2 and "hepatica qualify --x" in page
    for word in ("ICH M15", "ASME V&V 40" if lang == "en" else "ASME V&amp;V 40"):
        assert word in (text if "&V" in word else page)
    found = json.loads(told)
    assert found["purpose"] == "for research use" and found["factors"][0]["adequate"] == "no"
    assert (
        len(found["validation"]["records"]) == len(q.validated.found.records)
        and found["run"]["model_hash"] == q.system.model.hash
    )
    assert all(references()[k].full() in text for k in CITED)


def test_words_say_what_was_found(q):
    cards = {c.key: c for c in cards_of(q)}
    no = sum(f.adequate == "no" for f in q.factors)
    assert f"{no} not" in cards["answer"].text[0] and "Model risk is high" in cards["answer"].text[0]
    told = " ".join(cards["validation"].text)
    assert "1 of 2 publications were predicted out of sample" in told and "in sample: lin2017" in told
    assert "above anything ever given" in " ".join(cards["context"].text)
    assert list(cards["factors"].table.iloc[:, 1])[0] == "no"
    inside = replace(q, validated=replace(q.validated, standing={"lin2017": "in_sample"}))
    assert (
        "None of 1 publications was predicted out of sample"
        in {c.key: c for c in cards_of(inside)}["validation"].text[0]
    )


def test_real_people_are_shown_where_given(q):
    class Told:
        file, people, events = "some.csv", 7, 2

        def totals(self):
            return pd.DataFrame([{"basis": "day 0", "lab": "inr", "day": "all", "n": 7, "in 90 %": 0.91234}])

        def outcomes(self):
            return pd.DataFrame([{"basis": "day 0", "predictor": "model", "auc": 0.71234}])

        def to_dict(self):
            return {"people": 7, "auc": float("nan")}

    n = replace(q, people=Told())
    cards = {c.key: c for c in cards_of(n)}
    assert "7 people were forecast" in cards["people"].text[0] and cards["people"].table["in 90 %"].iloc[0] == 0.912
    assert "not out of sample" not in " ".join(cards["people"].text) or q.known.provenance.get("people")
    taught = replace(n, known=replace(q.known, provenance={**q.known.provenance, "people": {"some": "hash"}}))
    assert "not out of sample" in {c.key: c for c in cards_of(taught)}["people"].text[1]
    assert len(cards["people_outcomes"].table) == 1 and whole(n)["people"] == {"people": 7, "auc": None}


def test_influence_from_a_finished_screen(q, tmp_path, model):
    rows = [{"parameter": n, "influence": s} for n, s in (("damp_scar", 1.0), ("alarm_half", 0.5), ("alarm_half", 0.5))]
    told = {
        "ranked": ["damp_scar", "alarm_half"],
        "effects": rows,
        "run": {"model_hash": model.hash, "population": "hbv_aclf"},
    }
    (tmp_path / "sensitivity.json").write_text(json.dumps(told), encoding="utf-8")
    found = read_screen(tmp_path, model, "hbv_aclf")
    assert found.rows == ((1, "damp_scar", 1.0), (2, "alarm_half", 0.5)) and found.same_model and found.same_population
    assert [n for _, n, _ in found.assumed(model)] == [
        n for n in ("damp_scar", "alarm_half") if model.parameters[n].entry.grade == "assumed"
    ]
    assert not read_screen(tmp_path, model, "alf_paracetamol").same_population
    with pytest.raises(InputError, match="sensitivity.json"):
        read_screen(tmp_path / "none", model, "hbv_aclf")
    strengths = [abs(s) for *_, s in q.influence.rows]
    assert strengths == sorted(strengths, reverse=True) and not q.influence.screened and 0.2 < q.influence.unclear < 0.4


def test_a_broken_part_costs_only_itself(q, monkeypatch):
    def code(q, lang):
        raise RuntimeError("no luck")

    monkeypatch.setattr(cards, "CARDS", (code, cards.closing))
    first, second, *_ = cards_of(q)
    assert "no luck" in first.text[0] and second.key == "factors"


def test_nothing_is_written_when_it_cannot_all_be_made(q, tmp_path, monkeypatch):
    monkeypatch.setattr(page, "whole", lambda q: {"x": float("nan")})
    with pytest.raises(ValueError):
        write_qualification(q, tmp_path / "new")
    assert not (tmp_path / "new").exists()
    (tmp_path / "file").write_text("")
    monkeypatch.undo()
    with pytest.raises(InputError, match="can be written"):
        write_qualification(q, tmp_path / "file")


def test_plain_is_json():
    told = json.dumps(
        plain({"a": np.array([1.0, np.inf]), "b": (np.int64(2), np.bool_(True)), "c": Path("x")}), allow_nan=False
    )
    assert json.loads(told) == {"a": [1.0, None], "b": [2, True], "c": "x"}
