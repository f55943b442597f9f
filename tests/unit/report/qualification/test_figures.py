"""Figure of applicability: every regimen of the study is a mark, every published arm a bar."""

from hepatica.report.qualification.figures import MARKS, doses


def test_every_regimen_is_marked_by_its_place(q):
    ax = doses(q.scope, "en").axes[0]
    regimens = [line for line in ax.get_lines() if line.get_marker() in {m for m, _ in MARKS.values()}]
    assert len(regimens) == len(q.scope.regimens) and ax.get_xscale() == "log"
    places = sorted(MARKS[p][0] for _, p in q.scope.regimens)
    assert sorted(line.get_marker() for line in regimens) == places
    routes = {r.route for r, _ in q.scope.regimens}
    bars = [line for line in ax.get_lines() if line.get_marker() == "|"]
    assert len(bars) == sum(g.route in routes for g in q.scope.given)
    assert "$" not in ax.xaxis.get_major_formatter()(1e6, 0)
