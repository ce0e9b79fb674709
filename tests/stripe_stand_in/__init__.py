"""A payment service of the tests' own: stateful, on a port of this machine, and as contrary as the real one can be."""

from .stand_in import StandIn

__all__ = ["StandIn"]
