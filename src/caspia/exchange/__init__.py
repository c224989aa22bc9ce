"""Standards of the field, one file each: records and tables in, files out, and back; no model."""

from caspia.exchange.tntp import (
    FlowTable,
    RoadNetwork,
    TripTable,
    read_flows,
    read_network,
    read_trips,
    write_flows,
    write_network,
    write_trips,
)

__all__ = [
    "FlowTable",
    "RoadNetwork",
    "TripTable",
    "read_flows",
    "read_network",
    "read_trips",
    "write_flows",
    "write_network",
    "write_trips",
]
