"""`caspia data export --goods`: a world with a part of the demand that is quick to try."""

from __future__ import annotations

import csv

import caspia


def rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_demand_of_some_goods(command, tmp_path, real):
    done = command("data", "export", "small", "--goods", "grain", "--goods", "titanium", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    whole, folder = real.data.folder, tmp_path / "small"
    kept = rows(folder / "demand.csv")
    assert kept == [row for row in rows(whole / "demand.csv") if row["commodity_id"] in ("grain", "titanium")]
    gone = {row["id"] for row in rows(whole / "demand.csv")} - {row["id"] for row in kept}
    for path in whole.glob("*.csv"):
        if path.name.startswith("facts"):
            assert rows(folder / path.name) == [row for row in rows(path) if row["subject"] not in gone]
        elif path.name != "demand.csv":
            assert (folder / path.name).read_bytes() == path.read_bytes()
    small = caspia.load(str(folder))
    assert set(small.data.tables["demand"]["commodity_id"]) == {"grain", "titanium"}


def test_goods_that_nobody_demands(command, tmp_path):
    done = command("data", "export", "small", "--goods", "moonstone", cwd=tmp_path)
    assert done.returncode == 2
    assert "goods without demand" in done.stderr
    assert "grain" in done.stderr
    assert list(tmp_path.iterdir()) == []
