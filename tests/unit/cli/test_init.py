"""hepatica init: the study file that it writes."""

from hepatica.study import load_study


def test_init_writes_a_study_that_is_accepted_and_never_overwrites(hepatica, study):
    assert load_study(study).population == "hbv_aclf"
    before = study.read_bytes()
    code, _, err = hepatica("init", study)
    assert code == 2 and "--force" in err and study.read_bytes() == before
