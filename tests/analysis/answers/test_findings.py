"""What is said of settings that are neither told apart nor shown to do as well."""

FEW_ROWS = "more trials would not tell, more rows may."


def test_what_may_be_far_behind_is_not_said_to_do_as_well(says):
    """Its interval reaches beyond a fifth of what the best gains over guessing."""
    right = {2: 0.97, 0: 0.96}
    unclear = says("depth", right, guessing=0.7)
    assert unclear.startswith("It cannot be told from these 120 rows: with two hidden layers 97.0 ")
    assert unclear.endswith(f"; {FEW_ROWS}")
    assert says("depth", right, guessing=9.0).startswith("No: on these rows it does as well ")


def test_others_that_may_be_far_behind_are_named_apart_from_those_that_more_trials_tell(says):
    right = {2: 0.97, 1: 0.965, 3: 0.96, 0: 0.6}
    assert says("depth", right, told=[0], unclear=[1], guessing=0.7).endswith(
        "; whether one hidden layer does as well cannot be told yet."
    )
    assert says("depth", right, told=[0], guessing=0.7).endswith(
        "; whether one hidden layer does as well takes more rows to tell."
    )


def test_what_a_few_rows_leave_unclear_is_said_of_every_question(says):
    for name, right in (
        ("units", {64: 0.97, 8: 0.96}),
        ("kind", {"l2": 0.97, "none": 0.96}),
        ("dropout", {0.3: 0.97, 0.0: 0.96}),
        ("momentum", {0.9: 0.97, 0.5: 0.96}),
    ):
        assert says(name, right, guessing=0.7).endswith(FEW_ROWS), name
        assert "cannot be told" not in says(name, right, guessing=9.0), name


def test_what_more_trials_tell_comes_before_what_more_rows_tell(says):
    right = {0.9: 0.97, 0.5: 0.96, 0.1: 0.95}
    sentence = says("momentum", right, unclear=[0.5], guessing=0.7)
    assert sentence.startswith("It cannot be told from 3 trials: with momentum 0.9 97.0 % of rows")
