"""The count of failed solves runs as it is documented, and is zero."""

import pytest


@pytest.mark.slow
def test_no_failures_far_beyond_the_patients(run_script):
    answer = run_script("benchmarks/failures.py", "--patients", "1000")
    assert answer["failed"] == {} and answer["failed_before_retry"] == {}
