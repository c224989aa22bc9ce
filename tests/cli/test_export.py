"""`caspia export`: files for other programs, or a refusal that leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from drawn import draw

Command = Callable[..., CompletedProcess[str]]


@pytest.fixture
def world(tmp_path: Path) -> Path:
    return draw(tmp_path / "world", "KZAAA -rail1520:100- KZBBB -ferry:300- AZCCC")


def test_formats_asked_for(command: Command, world: Path, tmp_path: Path) -> None:
    done = command("export", "out", "--format", "gmns", "--format", "gpkg", "--data", world, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert done.stdout == "4 files written to out: config.csv, link.csv, network.gpkg, node.csv\n"
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == done.stdout.split(": ")[1].strip().split(
        ", "
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("out", "--format", "dwg"), "unknown format; got 'dwg'; allowed: gmns, gpkg, parquet, omx, xlsx"),
        (("out", "--data", "nowhere"), "no such data folder"),
        (("out", "--format", "omx"), "no demand to write; got --format omx"),
        (("out", "--scenario", "no-such-thing"), "unknown scenario"),
        (("world/places.csv",), "folder cannot be written"),
    ],
)
def test_refusals(command: Command, world: Path, tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    before = {path: path.stat().st_size for path in tmp_path.rglob("*")}
    more = () if "--data" in words else ("--data", world)
    done = command("export", *words, *more, cwd=tmp_path)
    assert done.returncode == 2, done.stdout + done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert {path: path.stat().st_size for path in tmp_path.rglob("*")} == before
