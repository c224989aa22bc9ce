"""Standards of the field, one file each: records and tables in, files out, and back; no model."""

from caspia.exchange._files import check_target, replacing_in, unwritable, write_text
from caspia.exchange.dow import DowNetwork, read_dow
from caspia.exchange.excel import Sheet, write_workbook
from caspia.exchange.geopackage import Layer, read_geopackage, write_geopackage
from caspia.exchange.gmns import GmnsNetwork, read_gmns, write_gmns
from caspia.exchange.omx import MatrixSet, read_omx, write_omx
from caspia.exchange.parquet import read_parquet, write_parquet
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
    "DowNetwork",
    "FlowTable",
    "GmnsNetwork",
    "Layer",
    "MatrixSet",
    "RoadNetwork",
    "Sheet",
    "TripTable",
    "check_target",
    "read_dow",
    "read_flows",
    "read_geopackage",
    "read_gmns",
    "read_network",
    "read_omx",
    "read_parquet",
    "read_trips",
    "replacing_in",
    "unwritable",
    "write_flows",
    "write_geopackage",
    "write_gmns",
    "write_network",
    "write_omx",
    "write_parquet",
    "write_text",
    "write_trips",
    "write_workbook",
]
