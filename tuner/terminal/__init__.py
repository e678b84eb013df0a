"""Shows a run and its results on a terminal: lines, a live line, the summary; all that prints."""
