"""A run: from what a person asks for to the exported model and its report."""
