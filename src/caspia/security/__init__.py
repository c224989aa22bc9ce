"""Security: which places an adversary would close, and what that costs after all have gone round."""

from caspia.security.interdiction import Interdiction, worst_closures

__all__ = ["Interdiction", "worst_closures"]
