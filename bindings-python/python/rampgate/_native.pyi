"""The compiled half of the package."""

__all__ = ["version"]

def version() -> str:
    """The version of this build, for example `0.1.0`."""
