"""Readers: each turns the source that a user names into a table, arrays or a folder of images.

`sources` chooses the reader. Nothing here knows what the columns of a table mean.
"""
