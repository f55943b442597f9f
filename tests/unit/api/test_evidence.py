"""Evidence requests: lists, one publication, and checked files."""

import pytest

from hepatica.api.evidence import (
    CheckRequest,
    EvidenceAnswer,
    EvidenceRequest,
    IndirectAnswer,
    IndirectRow,
    PublicationAnswer,
)
from hepatica.errors import InputError
from hepatica.evidence import indirect, load, load_all
from hepatica.evidence.indirect_tables import indirect_record, summary_indirect
from hepatica.evidence.tabulate import published_record, summary


def test_filters_are_those_of_the_table():
    answer = EvidenceRequest(disease="hbv", cells=True).run()
    wanted = [k for k, p in load_all().items() if "hbv" in p.disease.lower() and any(a.gives_cells for a in p.arms)]
    assert [p.key for p in answer.publications] == wanted != []
    assert [p.model_dump() for p in EvidenceAnswer.of([load("lin2017")]).publications] == summary([load("lin2017")])
    assert PublicationAnswer.of(load("alss2019")).publication == published_record(load("alss2019"))


def test_nothing_that_matches_is_an_empty_list_or_refused():
    asked = EvidenceRequest(disease="gout", cells=False)
    assert asked.run().publications == []
    with pytest.raises(InputError, match="--disease gout --no-cells"):
        asked.compute_some()


def test_a_faulty_file_is_described(tmp_path):
    path = tmp_path / "a.toml"
    path.write_text("key = 3", encoding="utf-8")
    answer = CheckRequest(files=[path, path]).run()
    assert not answer.in_order and answer.files[0].key is None and answer.files[0].errors
    assert all(fault.file == str(path) and fault.do for fault in answer.files[0].errors)


def test_rows_are_those_of_the_table():
    answer = EvidenceRequest().run()
    assert tuple(r.key for r in answer.indirect) == indirect.keys()
    assert answer.indirect[0] == IndirectRow(**summary_indirect([indirect.load(indirect.keys()[0])])[0])


def test_one_study_in_full():
    assert IndirectAnswer.of(indirect.load("pig_mi_iv_dose")).publication == indirect_record(
        indirect.load("pig_mi_iv_dose")
    )


def test_animals_have_no_publications_and_a_role_no_animals():
    sheep = EvidenceRequest(species="sheep").run()
    assert sheep.publications == [] and [r.key for r in sheep.indirect] == ["sheep_mi_mpc_dose"]
    assert EvidenceRequest(role="check").run().indirect == []
    assert EvidenceRequest(key="sheep_mi_mpc_dose").compute() == ()
    assert EvidenceRequest(key="lin2017").compute_indirect() == ()
