"""The HTTP server of `tuner serve`: our own code only, and limits on all that clients may ask.

`listener` takes connections, `connection` reads requests and writes answers, `application` answers
them, `request_rows` reads their rows.
"""
