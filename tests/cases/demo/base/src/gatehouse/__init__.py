"""Decides whether a phase of a build may end."""

__version__ = "0.6.0"
