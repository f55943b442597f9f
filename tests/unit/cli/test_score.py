"""hepatica score: units, readings and refusals."""

import json


def test_score_reads_units_and_explains(hepatica):
    code, out, _ = hepatica("score", "meld", "bilirubin=54 umol/L", "creatinine=170 umol/L", "inr=2.0", "--json")
    assert code == 0 and json.loads(out)["value"] == 25
    assert "MELD: 25 points" in hepatica("score", "meld", "bilirubin=54 umol/L", "creatinine=170 umol/L", "inr=2.0")[1]
    code, _, err = hepatica("score", "meld", "bilirubin=54 kg", "creatinine=1 mg/dL", "inr=2.0")
    assert code == 2 and "bilirubin" in err
    code, _, err = hepatica("score", "meld", "bilirubin=5400 mg/dL", "creatinine=1 mg/dL", "inr=2.0")
    assert code == 2 and "bilirubin" in err


def test_units_as_laboratories_print_them(hepatica):
    labs = ["bilirubin=320 µmol/L", "creatinine=90 umol/l", "inr=2.1", "encephalopathy=1", "arterial_pressure=80 mmHg"]
    values = []
    for cells in ("7e9/L", "7000/uL", "7 K/uL", "7 10*9/L", "7.0 ×10⁹/L"):
        code, out, err = hepatica("score", "clif_c_aclf", "organ_failure=9", "age=54", f"white_cells={cells}", "--json")
        assert code == 0, err
        values.append(json.loads(out)["value"])
    assert max(values) - min(values) < 1e-9
    assert hepatica("score", "clif_c_of", *labs, "pao2_fio2=300 mmHg")[0] == 0
    code, _, err = hepatica("score", "albi", "bilirubin=3 MG/DL", "albumin=28 g/L")
    assert code == 2 and "write mg/dL" in err
    code, _, err = hepatica("score", "albi", "bilirubin=<3 mg/dL", "albumin=28 g/L")
    assert code == 2 and "beyond the range of the assay" in err
    code, _, err = hepatica("score", "albi", "bilirubin=3", "albumin=28 g/L")
    assert code == 2 and "the unit is missing" in err
