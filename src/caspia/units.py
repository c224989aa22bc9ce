"""Units, money of different years, and the one Earth radius."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

EARTH_RADIUS_KM = 6371.0088
"""Mean radius R1 of the GRS 80 ellipsoid (IUGG)."""

HOURS_PER_DAY = 24.0
HOURS_PER_WEEK = 168.0
DAYS_PER_YEAR = 365.0
HOURS_PER_YEAR = 8760.0
MONTHS_PER_YEAR = 12
TEU_PER_FEU = 2.0
KG_PER_G = 1e-3

PRICE_YEAR = 2025
"""The year in whose dollars every cost is shown."""

FloatArray = npt.NDArray[np.float64]


def great_circle_km(
    lon_a: npt.ArrayLike, lat_a: npt.ArrayLike, lon_b: npt.ArrayLike, lat_b: npt.ArrayLike
) -> FloatArray:
    """Distance over the sphere between points given in degrees (WGS 84).

    Parameters
    ----------
    lon_a, lat_a, lon_b, lat_b : array_like
        Degrees; shapes broadcast.

    Returns
    -------
    numpy.ndarray
        Kilometres.

    References
    ----------
    Sinnott, R. W. (1984), Virtues of the haversine, Sky and Telescope 68 (2), 159.

    Examples
    --------
    >>> round(float(great_circle_km(50.0, 43.6, 49.4, 40.0)))
    403
    """
    lon1, lat1, lon2, lat2 = (np.radians(np.asarray(x, dtype=float)) for x in (lon_a, lat_a, lon_b, lat_b))
    half = np.sin((lat2 - lat1) / 2) ** 2 + np.cos(lat1) * np.cos(lat2) * np.sin((lon2 - lon1) / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.clip(half, 0.0, 1.0))))


def polyline_km(lonlat: npt.ArrayLike) -> float:
    """Length of a line through points.

    Parameters
    ----------
    lonlat : array_like, shape (n, 2)
        Longitude and latitude in degrees.

    Returns
    -------
    float
        Kilometres over the sphere.
    """
    points = np.asarray(lonlat, dtype=float)
    return float(great_circle_km(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1]).sum())
