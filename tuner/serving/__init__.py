"""Exports trained networks as models that take raw columns, and predicts with such models."""
