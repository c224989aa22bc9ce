"""Volume-delay functions: one file per form, one table for any mixture of them."""

from caspia.cost.delay.table import DelayForm, DelayTable, delay_table, forms

__all__ = ["DelayForm", "DelayTable", "delay_table", "forms"]
