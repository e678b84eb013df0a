"""Readers: from the name of a source to a table, an array or a folder of images."""
