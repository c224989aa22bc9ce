"""OMX (Open Matrix), HDF5 files of equally large square matrices with zone numbers, through `openmatrix`.

References
----------
Open Matrix Format, specification 0.2: matrices under `/data`, mappings under `/lookup`, attributes `OMX_VERSION`
and `SHAPE` of the root.
"""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

from caspia.errors import InputError, Problem
from caspia.exchange._files import check_source, replacing

Floats = npt.NDArray[np.float64]
Zones = tuple[int | str, ...]
MOST_ZONES = 20_000
"""A matrix of this size is 3.2 GB."""


@dataclass(frozen=True, eq=False)
class MatrixSet:
    """Named matrices between the same zones.

    Attributes
    ----------
    matrices : mapping of str to numpy.ndarray of float64, shape (n_zones, n_zones)
        Rows are origins, columns destinations; from 0, finite.
    zones : tuple of int or str
        Number or code of the zone of each row and column; 1, 2, 3, ... where the file has no mapping.
    """

    matrices: Mapping[str, Floats]
    zones: Zones


def read_omx(
    path: Path,
    names: Sequence[str] = (),
    *,
    mapping: str = "",
    zones: Sequence[int | str] | None = None,
) -> MatrixSet:
    """Read matrices of demand.

    Parameters
    ----------
    path : pathlib.Path
        The file.
    names : sequence of str
        Matrices to read; all where empty.
    mapping : str
        Mapping that numbers the zones; where empty, the only one of the file, or 1, 2, 3, ... where it has none.
    zones : sequence of int or str, optional
        The zones that are wanted, in the order that is wanted; the file must hold exactly these.

    Returns
    -------
    MatrixSet
        Matrices are read-only.

    Raises
    ------
    InputError
        The file cannot be read, is no OMX file, has no such matrix or mapping, a matrix is not square, holds NaN, a
        negative or an infinite number, or the zones are others.
    """
    import openmatrix
    import tables

    check_source(path, "OMX file")
    try:
        with openmatrix.open_file(str(path), "r") as file:
            present = file.list_matrices()
            wanted = _chosen(path, "matrix", list(names) or present, present)
            matrices = {name: _matrix(path, name, file[name]) for name in wanted}
            size = len(next(iter(matrices.values())))
            known = _zones(path, file, mapping, size)
    except (tables.HDF5ExtError, tables.NoSuchNodeError, OSError) as error:
        allowed = "an HDF5 file with matrices under /data"
        raise InputError(Problem("not an OMX file", str(path), _first_line(error), allowed)) from error
    if zones is not None:
        order = _order(path, known, tuple(zones))
        matrices = {name: _frozen(matrix[np.ix_(order, order)]) for name, matrix in matrices.items()}
        known = tuple(zones)
    return MatrixSet(MappingProxyType(matrices), known)


def write_omx(path: Path, content: MatrixSet, *, mapping: str = "zone") -> None:
    """Write matrices, wholly or not at all.

    Parameters
    ----------
    path : pathlib.Path
        The file; an older one is replaced.
    content : MatrixSet
        What is written.
    mapping : str
        Name of the mapping under which the zones are written.

    Raises
    ------
    InputError
        The file cannot be written, there is no matrix, a matrix is not square, of another size than there are
        zones, or holds NaN, a negative or an infinite number; a zone is there twice; a name cannot be used.
    """
    import openmatrix
    import tables

    size = len(content.zones)
    if not content.matrices or len(set(content.zones)) != size:
        got = "no matrix" if not content.matrices else "a zone twice"
        raise InputError(Problem("matrices cannot be written", str(path), got, "matrices between different zones"))
    checked = {name: _matrix(path, name, matrix) for name, matrix in content.matrices.items()}
    for name, matrix in checked.items():
        if len(matrix) != size:
            raise _of_another_size(path, len(matrix), size, f"matrix {name}")
    for name in (*checked, mapping):
        if not name or "/" in name or name == ".":
            raise InputError(Problem("name cannot be used", str(path), repr(name), "text without slash"))
    with replacing(path) as made, warnings.catch_warnings(), openmatrix.open_file(str(made), "w") as file:
        # A name such as `crude-oil_t` is no identifier of Python, which the format does not ask for.
        warnings.simplefilter("ignore", tables.NaturalNameWarning)
        for name, matrix in checked.items():
            file.create_matrix(name, obj=matrix)
        if all(isinstance(zone, int) and 0 <= zone < 2**32 for zone in content.zones):
            file.create_mapping(mapping, content.zones)
        else:
            # The library writes numbers only; the format allows text of fixed length as well.
            codes = np.array([str(zone).encode() for zone in content.zones])
            if "lookup" not in file.root:
                file.create_group(file.root, "lookup")
            file.create_array(file.root.lookup, mapping, obj=codes, atom=tables.Atom.from_dtype(codes.dtype))


def _chosen(path: Path, what: str, wanted: list[str], present: list[str]) -> list[str]:
    """Names that are there; an error where one is not, or none is wanted."""
    missing = next((name for name in wanted if name not in present), None)
    if missing is not None or not wanted:
        got = "none" if missing is None else repr(missing)
        allowed = ", ".join(present) or f"a file with at least one {what}"
        raise InputError(Problem(f"no such {what}", str(path), got, allowed, "choose one that the file has"))
    return wanted


def _matrix(path: Path, name: str, stored: Any) -> Floats:
    """Return a square matrix of demand; an error that names the first cell that is not one."""
    shape = tuple(int(length) for length in stored.shape)
    if len(shape) != 2 or shape[0] != shape[1] or not 1 <= shape[0] <= MOST_ZONES:
        allowed = f"square, 1 to {MOST_ZONES} zones"
        raise InputError(Problem(f"matrix {name} has another shape", str(path), f"{shape}", allowed))
    try:
        matrix = _frozen(np.asarray(stored[:]))
    except (TypeError, ValueError) as error:
        got = f"cells of type {stored.dtype}"
        raise InputError(Problem(f"matrix {name} holds no numbers", str(path), got, "numbers from 0")) from error
    bad = np.argwhere(~((matrix >= 0) & (matrix < np.inf)))
    if bad.size:
        row, column = bad[0]
        got = f"{matrix[row, column]:g} in row {row + 1}, column {column + 1}; {len(bad)} such cells"
        repair = "demand that is not there is 0"
        raise InputError(Problem(f"matrix {name} holds what is no demand", str(path), got, "finite from 0", repair))
    return matrix


def _zones(path: Path, file: Any, mapping: str, size: int) -> Zones:
    """Zones of the rows, by the mapping asked for or the only one."""
    present = file.list_mappings()
    if not mapping and not present:
        return tuple(range(1, size + 1))
    wanted = [mapping] if mapping else present
    if len(wanted) > 1:
        allowed, repair = ", ".join(present), "say which one numbers the zones"
        raise InputError(Problem("several mappings", str(path), f"{len(present)}", allowed, repair))
    (name,) = _chosen(path, "mapping", wanted, present)
    entries = np.asarray(file.map_entries(name))
    if entries.shape != (size,):
        raise _of_another_size(path, len(entries), size, f"mapping {name}")
    if entries.dtype.kind not in "iufS" or len(np.unique(entries)) != size:
        got = "a zone twice" if entries.dtype.kind in "iufS" else f"entries of type {entries.dtype}"
        raise InputError(
            Problem(f"mapping {name} cannot be used", str(path), got, "a number or code for each zone")
        )
    if entries.dtype.kind == "S":
        return tuple(entry.decode("utf-8", "replace") for entry in entries.tolist())
    return tuple(int(entry) for entry in entries)


def _order(path: Path, known: Zones, wanted: Zones) -> list[int]:
    """Rows of the file in the order that is wanted."""
    if len(known) != len(wanted):
        raise _of_another_size(path, len(known), len(wanted), "file")
    row = {zone: index for index, zone in enumerate(known)}
    missing = [zone for zone in wanted if zone not in row]
    if missing or len(set(wanted)) != len(wanted):
        got = f"no zone {missing[0]!r}" if missing else "a zone wanted twice"
        allowed = "exactly the zones of the network"
        raise InputError(
            Problem("zones do not match", str(path), got, allowed, "use the mapping that numbers them")
        )
    return [row[zone] for zone in wanted]


def _of_another_size(path: Path, got: int, wanted: int, what: str) -> InputError:
    repair = "use the matrices of this network"
    return InputError(Problem(f"{what} is of another size", str(path), f"{got} zones", f"{wanted} zones", repair))


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def _frozen(values: npt.ArrayLike) -> Floats:
    matrix = np.array(values, np.float64)
    matrix.setflags(write=False)
    return matrix
