"""Rows that a Python program gives: frames, arrays and lists, as a table of columns or an array.

`cells` converts one column, `conversion` converts rows.
"""
