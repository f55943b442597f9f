"""Modules of the user's own: assembled as those that ship, and every fault in one sentence."""

import pytest

from hepatica.errors import InputError, ModelError
from hepatica.model.assemble import assemble
from hepatica.model.modules import MODULES
from hepatica.model.own_modules import with_own_modules

CODE = """
def pool(m):
    x = m.state("pool", "mg/dL", "made-up pool")
    gain, rate = m.pars("pool_gain pool_rate")
    m.flow("pool_in", gain * m.needs("death_flux", "1/day"), into=x)
    m.flow("pool_out", rate * x, out_of=x)
"""
ROW = '[{}]\nvalue = {}\nunit = "{}"\nlabel = "l"\nreason = "Made up."\ngrade = "assumed"\n'
TABLE = "[state.pool]\ninitial = 0.0\nscale = 1.0\n" + ROW.format("pool_gain", 10.0, "mg/dL")
TABLE += ROW.format("pool_rate", 1.0, "1/day")


@pytest.fixture
def write(tmp_path):
    def make(code=CODE, table=TABLE, name="pool"):
        (tmp_path / f"{name}.py").write_text(code, encoding="utf-8")
        if table is not None:
            (tmp_path / f"{name}.toml").write_text(table, encoding="utf-8")
        return tmp_path / f"{name}.py"

    return make


def test_a_module_is_added_to_those_that_ship(write, tmp_path, model):
    changed = assemble(with_own_modules([write()]))
    assert changed.modules == (*model.modules, "pool") and "pool" in changed.states
    assert changed.hash != model.hash and set(changed.parameters) - set(model.parameters) == {"pool_gain", "pool_rate"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["pool.py", "pool.toml"], "nothing is left beside it"


def test_a_module_of_a_shipped_name_takes_its_place(write):
    made = with_own_modules([write(CODE.replace("def pool", "def enzymes"), name="enzymes")])
    assert [m.__name__ for m in made] == [m.__name__ for m in MODULES]
    assert made[[m.__name__ for m in MODULES].index("enzymes")] not in MODULES


@pytest.mark.parametrize(
    "code, table, says",
    [
        (CODE, None, "pool.toml.*can be read"),
        ("def other(m): pass", TABLE, r"a function pool\(m\)"),
        ("def pool(): pass", TABLE, r"a function pool\(m\)"),
        ("def pool(m) pass", TABLE, "a file that runs .SyntaxError"),
        ("import nothing_of_that_name", TABLE, "a file that runs .ModuleNotFoundError"),
        (CODE.replace("pool_gain pool_rate", "pool_gain pool_rat"), TABLE, "pool.toml lacks"),
        (CODE.replace("gain *", "1 / 0 *"), TABLE, "module 'pool', line 5: ZeroDivisionError"),
        (CODE, TABLE.replace('unit = "mg/dL"', 'unit = "g"'), "module 'pool', flow 'pool_in'"),
        (CODE, TABLE.replace('reason = "Made up."\n', ""), "needs a reason"),
        (CODE, "[state", "pool.toml: valid TOML"),
        (CODE.replace('"death_flux"', '"nothing"'), TABLE, "needs 'nothing', which no module gives"),
        (CODE.replace('"pool", "mg/dL"', '"bilirubin", "mg/dL"'), TABLE.replace("state.pool", "state.bilirubin"), "is"),
    ],
)
def test_a_fault_is_one_sentence(write, code, table, says):
    path = write(code, table)
    with pytest.raises((InputError, ModelError), match=says) as error:
        assemble(with_own_modules([path]))
    assert "\n" not in str(error.value)


def test_a_file_that_is_missing_no_python_or_twice_is_refused(write, tmp_path):
    with pytest.raises(InputError, match="can be read"):
        with_own_modules([tmp_path / "nothing.py"])
    with pytest.raises(InputError, match="named as its function"):
        with_own_modules([tmp_path / "my-module.py"])
    path = write()
    with pytest.raises(InputError, match="each module once"):
        with_own_modules([path, path])
