"""Ensembles: the same numbers wherever they are found, also after a killed worker and a broken run."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import numpy as np
import pytest
from distributed import LocalCluster
from slow_work import Fatal, Work

from caspia.errors import InputError
from caspia.risk import LOCAL, Kept, Place, run_ensemble

TASKS = np.column_stack([np.arange(60), np.zeros((60, 2), dtype=np.int64)]).astype(np.int64)


@pytest.fixture(scope="module")
def expected() -> np.ndarray:
    return Work()(TASKS)


@pytest.fixture
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers are processes of their own, which look for the work of this folder."""
    paths = [str(Path(__file__).parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))


@pytest.mark.parametrize(("workers", "portion"), [(1, 7), (2, 7), (2, 60), (3, 1)])
def test_threads_find_the_same_numbers(expected: np.ndarray, workers: int, portion: int) -> None:
    found = run_ensemble(Work(), TASKS, Place(workers=workers, portion=portion))
    assert (found == expected).all()


@pytest.mark.usefixtures("importable")
def test_processes_find_the_same_numbers_after_one_was_killed(expected: np.ndarray, tmp_path: Path) -> None:
    work = Fatal(flag=str(tmp_path / "dead"))
    found = run_ensemble(work, TASKS, Place(LOCAL, workers=2, portion=15))
    assert (tmp_path / "dead").exists()
    assert (found == expected).all()


@pytest.mark.usefixtures("importable")
def test_a_scheduler_with_an_address_finds_the_same_numbers_and_is_left_as_it_was(expected: np.ndarray) -> None:
    with LocalCluster(
        n_workers=1, threads_per_worker=2, dashboard_address="127.0.0.1:0", silence_logs=50
    ) as cluster:
        assert cluster.scheduler_address.startswith("tcp://")
        for _ in range(2):
            found = run_ensemble(Work(), TASKS, Place(cluster.scheduler_address, portion=9))
            assert (found == expected).all()
        assert len(cluster.scheduler.workers) == 1


def test_a_broken_run_goes_on_and_equals_a_whole_one(expected: np.ndarray, tmp_path: Path) -> None:
    kept = Kept(tmp_path / "draws", "one")
    with pytest.raises(KeyboardInterrupt):
        run_ensemble(Work(breaks_at=33), TASKS, Place(workers=1, portion=5), kept=kept)
    done, rows = kept.load(60, 3)
    assert done.sum() == 30
    assert (rows[done] == expected[done]).all()
    asked: list[int] = []

    class Told(Work):
        def __call__(self, tasks: np.ndarray) -> np.ndarray:
            asked.extend(tasks[:, 0].tolist())
            return super().__call__(tasks)

    found = run_ensemble(Told(), TASKS, Place(workers=1, portion=5), kept=kept)
    assert (found == expected).all()
    assert asked == list(range(30, 60))
    assert run_ensemble(Work(breaks_at=0), TASKS, Place(workers=1), kept=kept).tolist() == expected.tolist()
    assert [path.name for path in tmp_path.iterdir()] == ["draws"]


def test_a_file_for_rescue_is_written_only_when_a_run_breaks(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "draws", "one", for_rescue=True)
    run_ensemble(Work(), TASKS, Place(workers=2), kept=kept)
    assert not kept.path.exists()
    with pytest.raises(KeyboardInterrupt):
        run_ensemble(Work(breaks_at=50), TASKS, Place(workers=1, portion=5), kept=kept)
    assert Kept(kept.path, "one").load(60, 3)[0].sum() == 50


@pytest.mark.parametrize("identity", ["two", ""])
def test_draws_of_another_run_are_refused(tmp_path: Path, identity: str) -> None:
    run_ensemble(Work(), TASKS, Place(workers=1), kept=Kept(tmp_path / "draws", "one"))
    with pytest.raises(InputError, match="draws of another run"):
        run_ensemble(Work(), TASKS, Place(workers=1), kept=Kept(tmp_path / "draws", identity))
    with pytest.raises(InputError, match="draws of another run"):
        run_ensemble(Work(), TASKS[:40], Place(workers=1), kept=Kept(tmp_path / "draws", "one"))


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04broken"])
def test_a_file_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "draws"
    path.write_bytes(content)
    with pytest.raises(InputError, match="cannot go on"):
        run_ensemble(Work(), TASKS, Place(workers=1), kept=Kept(path, "one"))
    assert path.read_bytes() == content


def test_a_place_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be kept"):
        run_ensemble(Work(), TASKS, Place(workers=1), kept=Kept(tmp_path / "file" / "draws", "one"))


def test_an_unreachable_scheduler_says_how_to_start_one() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(InputError, match="dask scheduler") as caught:
        run_ensemble(Work(), TASKS, Place(address))
    assert address in str(caught.value)


@pytest.mark.parametrize(
    "wrong", [{"scheduler": "nowhere"}, {"scheduler": "127.0.0.1:8786"}, {"workers": 0}, {"portion": 0}]
)
def test_a_place_that_is_none_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        Place(**wrong)  # type: ignore[arg-type]
