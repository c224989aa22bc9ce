"""Tests of claims about supply: what the corridor keeps coming when others close, what it frees from states."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from caspia.study.claim_world import ClaimWorld
from caspia.study.claims import Claim, Sample
from caspia.study.closing import read_closing
from caspia.study.supply_bypass import bypass
from caspia.study.supply_ways import CASPIAN, Ways

FloatArray = npt.NDArray[np.float64]
LEAST = 1e-9
"""Share of a need below which nothing is gained."""


def secured_share(claim: Claim, world: ClaimWorld) -> Sample:
    """Share of an importer's need that the Caspian corridor keeps coming under a closing; mean over goods.

    Parameters
    ----------
    claim : Claim
        Parameters `goods` (minerals and fuels), `importer` (ISO 3166 code) and `closing` (states and waters).
    world : ClaimWorld
        With supply by its ways.

    Returns
    -------
    Sample
        What is met with the corridor less what is met without it.

    Raises
    ------
    InputError
        A mineral, state or water is unknown, or the importer has no need of a mineral.
    """
    words = claim.parameters["closing"]
    closing = read_closing(world.study.data, words)

    def gained(ways: Ways) -> FloatArray:
        more = bypass(ways, closing).feasible - bypass(ways.without(CASPIAN), closing).feasible
        # What two sums in another order differ by is nothing.
        return np.where(abs(more) < LEAST, 0.0, more)

    return _sample(np.mean([gained(ways) for ways in _supplies(claim, world, words)], axis=0))


def reliance_fall(claim: Claim, world: ClaimWorld) -> Sample:
    """Fall, through the Caspian corridor, of the share of an importer's supply that some states sell or let pass.

    Parameters
    ----------
    claim : Claim
        Parameters `goods`, `importer` and `on` (ISO 3166 codes).
    world : ClaimWorld
        With supply by its ways.

    Returns
    -------
    Sample
        Share without the corridor less that with it, mean over goods.

    Raises
    ------
    InputError
        A mineral is unknown, or the importer has no need of it.
    """
    states = claim.parameters["on"]

    def relies(ways: Ways) -> FloatArray:
        sells = np.array([ways.case.origins[origin] in states for origin in ways.origin])
        through = ways.passes("states", states).any(axis=1) | sells
        whole = ways.share.sum(axis=1)
        return np.asarray((ways.share * through).sum(axis=1) / np.where(whole > 0, whole, 1.0))

    found = [relies(ways.without(CASPIAN)) - relies(ways) for ways in _supplies(claim, world, ())]
    return _sample(np.mean(found, axis=0))


def _supplies(claim: Claim, world: ClaimWorld, closing: tuple[str, ...]) -> list[Ways]:
    importer = claim.one("importer")
    return [world.supply(goods, importer, closing) for goods in claim.parameters["goods"]]


def _sample(found: FloatArray) -> Sample:
    return Sample(float(found[0]), found[1:] if len(found) > 1 else found)
