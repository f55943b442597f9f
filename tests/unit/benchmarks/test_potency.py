"""The benchmark of potency assays runs as it is documented; its limits cover as stated."""


def test_time_and_coverage(run_script):
    answer = run_script("benchmarks/potency.py", "--assays", "60", "--simulated", "600")
    assert answer["seconds"]["rows"] == 60 * 48 and answer["seconds"]["parallel-line"] < 30
    assert all(0.92 <= share <= 0.98 for share in answer["coverage"].values()) and len(answer["coverage"]) == 7
