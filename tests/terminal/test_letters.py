"""Letters that a stream's encoding lacks are substituted, whatever it did about them before."""

import io

import pytest

from tuner.terminal.letters import substitute_letters


@pytest.mark.parametrize("errors", ["strict", "backslashreplace", "surrogateescape"])
def test_letters_that_a_stream_lacks_are_substituted(errors):
    stream = io.TextIOWrapper(io.BytesIO(), "ascii", errors)
    substitute_letters(stream)
    print("1 … 2 ± ß", file=stream, flush=True)
    assert stream.buffer.getvalue().splitlines() == [b"1 ... 2 +/- \\xdf"]


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_bytes_of_file_names_pass_where_python_lets_them(encoding):
    stream = io.TextIOWrapper(io.BytesIO(), encoding, "surrogateescape")
    substitute_letters(stream)
    print("a\udcffb", file=stream, flush=True)
    assert stream.buffer.getvalue().splitlines() == [b"a\xffb"]
