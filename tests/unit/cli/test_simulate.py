"""hepatica simulate: the NetCDF file."""

import json


def test_simulate_writes_netcdf(hepatica, small, study, tmp_path):
    import xarray as xr

    target = tmp_path / "s.nc"
    code, out, _ = hepatica("simulate", study, *small, "--out", target, "--json")
    assert code == 0 and json.loads(out)["failed"] == 0
    with xr.open_dataset(target, engine="h5netcdf") as ds:
        assert dict(ds.sizes)["arm"] == 2 and ds["bilirubin"].attrs["units"] == "mg/dL"
