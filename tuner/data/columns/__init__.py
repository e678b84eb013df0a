"""Columns: what each one is, inferred from its cells, and how it becomes features."""
