"""Errors of the disk and of other packages, in one clause."""

from tuner.errors import make_write_error


def test_a_message_of_another_library_is_one_sentence():
    fault = OSError("Can't write data (file write failed,\n  time = 3). Try again.")
    remedy = "or give --output another file"
    assert str(make_write_error("output file x.csv", fault, remedy)) == (
        "output file x.csv cannot be written (Can't write data (file write failed, time = 3)); "
        "fix that, or give --output another file"
    )
