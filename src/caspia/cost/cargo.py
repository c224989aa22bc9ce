"""What a consignment is to the cost functions: its form, its weight and what its time is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from caspia.data import NO_FACT, Dataset, attribute_column
from caspia.errors import InputError, Problem
from caspia.network import FORMS
from caspia.units import TEU_PER_FEU

Form = Literal["container", "dry_bulk", "break_bulk", "liquid", "gas"]


@dataclass(frozen=True)
class Cargo:
    """One unit (a 40-foot box or a tonne) of a commodity.

    Attributes
    ----------
    commodity_id : str
        Row of commodities.
    form : str
        How it travels.
    unit : str
        `FEU` or `t`.
    teu : float
        TEU per unit; 0 where it does not travel in containers.
    tonnes : float
        Net tonnes per unit.
    value_usd : float
        Value of a unit.
    value_of_time_usd_per_h : float
        What an hour less is worth, per unit.
    reliability_ratio : float
        Value of an hour of standard deviation over the value of an hour.
    insurance_share : float
        Cargo insurance as a share of the value.
    """

    commodity_id: str
    form: Form
    unit: str
    teu: float
    tonnes: float
    value_usd: float
    value_of_time_usd_per_h: float
    reliability_ratio: float
    insurance_share: float

    @property
    def form_bit(self) -> int:
        """Bit of the form in `Arcs.forms`."""
        return 1 << FORMS.index(self.form)


def cargo_of(data: Dataset, commodity_id: str) -> Cargo:
    """Gather the facts of a commodity.

    Parameters
    ----------
    data : Dataset
        Checked tables.
    commodity_id : str
        Id in the table commodities.

    Returns
    -------
    Cargo
        One unit of it.

    Raises
    ------
    InputError
        A needed fact of the commodity is missing.
    """
    commodities = data.tables["commodities"]
    row = int(data.rows("commodities", commodities["id"][commodities["id"] == commodity_id])[0])
    facts = data.object_facts("commodities")[row]

    def fact(attribute: str) -> float:
        index = facts[attribute_column(attribute)]
        if index == NO_FACT:
            raise InputError(
                Problem(
                    what=f"commodity {commodity_id} has no {attribute}",
                    where="facts_goods.csv",
                    allowed=f"one fact of subject {commodity_id}, attribute {attribute}, rank 1",
                    repair="add the fact",
                )
            )
        return float(data.facts.value[index])

    in_boxes = commodities["form"].iloc[row] == "container"
    teu = TEU_PER_FEU if in_boxes else 0.0
    tonnes = teu * fact("cargo_t_per_teu") if in_boxes else 1.0
    return Cargo(
        commodity_id=commodity_id,
        form=commodities["form"].iloc[row],
        unit=str(commodities["unit"].iloc[row]),
        teu=teu,
        tonnes=tonnes,
        value_usd=fact("value_usd_per_t") * tonnes,
        value_of_time_usd_per_h=fact("value_of_time_usd_per_t_h") * tonnes,
        reliability_ratio=fact("reliability_ratio"),
        insurance_share=fact("insurance_pct") / 100,
    )
