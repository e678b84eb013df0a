"""Lanes: the folds of many trials, trained side by side as one TensorFlow program.

A lane is the network of one trial and one fold. There are two kinds of network:

- `stacked_mlps`: multilayer perceptrons of the space files, many lanes in one call;
- `keras_models`: convolutional networks and custom hypermodels, one lane per call.

The modules that both share, each of which imports only those before it: `data` and `interfaces`;
`cutting`, which says what can train together; `running_trial` and `block`, which train trials side
by side; `machine`, `programs`, `threads` and `cohort`, which give each core one block after
another; `final_training`, which does so with the networks on all rows; `trainer`.
"""

from tuner.training.lanes.trainer import LanesTrainer

__all__ = ["LanesTrainer"]
