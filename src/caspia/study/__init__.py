"""The only place that wires data, network, cost and routing together; frozen results and their store."""

from caspia.study.asked import ask
from caspia.study.barred import BarredCorridor, barred_corridors, barred_frame, barred_records
from caspia.study.calibrate import Calibration, calibrate_study, write_facts
from caspia.study.drawn import check_draws
from caspia.study.flow_answer import FlowAnswer, flow_answer
from caspia.study.flow_counts import validate_traffic
from caspia.study.flow_result import flows_result
from caspia.study.flows import Flows
from caspia.study.manifest import counts, manifest
from caspia.study.reference import run_study
from caspia.study.request import Request
from caspia.study.result import Result
from caspia.study.store import check_writable, write_folder
from caspia.study.study import Settings, Study
from caspia.study.traffic import compare_counts
from caspia.study.validation import summary, validate
from caspia.study.why import why

__all__ = [
    "BarredCorridor",
    "Calibration",
    "FlowAnswer",
    "Flows",
    "Request",
    "Result",
    "Settings",
    "Study",
    "ask",
    "barred_corridors",
    "barred_frame",
    "barred_records",
    "calibrate_study",
    "check_draws",
    "check_writable",
    "compare_counts",
    "counts",
    "flow_answer",
    "flows_result",
    "manifest",
    "run_study",
    "summary",
    "validate",
    "validate_traffic",
    "why",
    "write_facts",
    "write_folder",
]
