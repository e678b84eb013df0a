"""This machine: its memory, what other programs take of it, and processes for each other."""
