"""The wording of numbers, scores, names and lists, for the terminal, reports and answers.

`format_…` gives a fixed number of digits, for tables and terminal lines. `say_…` gives what stands
in a sentence: as many digits as are certain, and names in plain words.
"""

from tuner.words.durations import say_seconds
from tuner.words.held_out_gap import say_held_out_gap
from tuner.words.hyperparameters import (
    choose_verb,
    format_hyperparameters,
    say_hyperparameters,
    say_setting,
    say_settings,
)
from tuner.words.look_alikes import (
    NOTHING_SEEN,
    find_look_alike,
    find_look_alikes,
    fold_look,
    normalize_form,
    show_alike,
)
from tuner.words.names import name_label, say_name, say_subject
from tuner.words.numbers import (
    are_clearly_fewer,
    count_noun,
    format_milliseconds,
    format_value,
    has_error,
    list_counts,
    round_to_error,
    say_count,
    say_fewer,
    say_number,
    say_times,
    say_value,
)
from tuner.words.presentable import escape_controls, make_line, make_presentable, mask_passwords
from tuner.words.scores import (
    counts_rows,
    format_interval,
    format_score,
    get_told_share,
    list_scores,
    say_difference,
    say_interval,
    say_probability,
    say_result,
    say_right,
    say_share,
    say_shares,
)
from tuner.words.sentences import capitalize_first, join_words, list_first
from tuner.words.things import say_parts, say_thing, say_things, say_with

__all__ = [
    "NOTHING_SEEN",
    "are_clearly_fewer",
    "capitalize_first",
    "choose_verb",
    "count_noun",
    "counts_rows",
    "escape_controls",
    "find_look_alike",
    "find_look_alikes",
    "fold_look",
    "format_hyperparameters",
    "format_interval",
    "format_milliseconds",
    "format_score",
    "format_value",
    "get_told_share",
    "has_error",
    "join_words",
    "list_counts",
    "list_first",
    "list_scores",
    "make_line",
    "make_presentable",
    "mask_passwords",
    "name_label",
    "normalize_form",
    "round_to_error",
    "say_count",
    "say_difference",
    "say_fewer",
    "say_held_out_gap",
    "say_hyperparameters",
    "say_interval",
    "say_name",
    "say_number",
    "say_parts",
    "say_probability",
    "say_result",
    "say_right",
    "say_seconds",
    "say_setting",
    "say_settings",
    "say_share",
    "say_shares",
    "say_subject",
    "say_thing",
    "say_things",
    "say_times",
    "say_value",
    "say_with",
    "show_alike",
]
