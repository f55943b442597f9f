"""hepatica score: units, readings and refusals."""

import json


def test_score_reads_units_and_explains(hepatica):
    code, out, _ = hepatica("score", "meld", "bilirubin=54 umol/L", "creatinine=170 umol/L", "inr=2.0", "--json")
    assert code == 0 and json.loads(out)["value"] == 25
    code, _, err = hepatica("score", "meld", "bilirubin=54 kg", "creatinine=1 mg/dL", "inr=2.0")
    assert code == 2 and "bilirubin" in err
    code, _, err = hepatica("score", "meld", "bilirubin=5400 mg/dL", "creatinine=1 mg/dL", "inr=2.0")
    assert code == 2 and "bilirubin" in err
