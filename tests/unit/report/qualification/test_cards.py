"""Cards of the dossier: all of them, in both languages, the gaps first."""

from dataclasses import replace

import pandas as pd

from hepatica.qualify.dossier import as_record
from hepatica.report.qualification import cards
from hepatica.report.qualification.cards import qualification_cards as cards_of


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
    assert len(cards["people_outcomes"].table) == 1 and as_record(n)["people"] == {"people": 7, "auc": None}


def test_a_broken_part_costs_only_itself(q, monkeypatch):
    def code(q, lang):
        raise RuntimeError("no luck")

    monkeypatch.setattr(cards, "CARDS", (code, cards.closing))
    first, second, *_ = cards_of(q)
    assert "no luck" in first.text[0] and second.key == "factors"
