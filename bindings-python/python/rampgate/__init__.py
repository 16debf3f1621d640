"""Release safety as a library: bucketing, sequential canary analysis, error budgets and rollouts."""

from ._native import version

__all__ = ["version"]
__version__ = version()
