"""Evidence requests: lists, one publication, and checked files."""

import pytest

from hepatica.api.evidence import CheckRequest, EvidenceAnswer, EvidenceRequest, PublicationAnswer
from hepatica.errors import InputError
from hepatica.evidence import load, load_all
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
