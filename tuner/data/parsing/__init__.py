"""What texts mean: plain numbers, numbers in a notation such as `1.234,5`, dates and times.

`number_notations` and `date_notations` parse; `parse_by_notation` calls the one that a notation
needs. These modules run on NumPy for a table and on `keras.ops` in an exported model. `text_column`
finds a column's distinct texts, and `notation_choice` the notation that they are written in.
`level_spellings` tells which texts are the same level.
"""
