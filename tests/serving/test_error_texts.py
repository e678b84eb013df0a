"""Errors of the disk and of other packages, in one clause."""

from tuner.serving.error_texts import first_sentence, make_write_error


def test_a_fault_of_the_disk_is_one_sentence():
    fault = OSError("Can't write data (file write failed,\n  time = 3). Try again.")
    assert str(make_write_error("output file x.csv", fault)) == (
        "output file x.csv cannot be written (Can't write data (file write failed, time = 3)); "
        "fix that, or give --output another file"
    )
    assert first_sentence("One\nline. Two.") == "One line"
