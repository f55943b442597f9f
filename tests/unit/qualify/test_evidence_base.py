"""Evidence base: provenance of the draws, grades of parameters, people counted once."""

from dataclasses import replace

from hepatica.evidence import load, load_all
from hepatica.patients import posterior
from hepatica.qualify.evidence_base import grades, known, sources


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
