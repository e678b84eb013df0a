"""The columns of a table: which kind each one has, and how its cells become features.

`inference` finds the kind of each column, and keeps the features that it parsed. `known_columns`
reads the columns of later rows, whose kinds a schema knows. `feature_encoding` turns both into x.
"""
