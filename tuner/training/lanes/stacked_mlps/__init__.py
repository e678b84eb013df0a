"""Multilayer perceptrons whose weights are stacked, so that one call trains many lanes.

The modules, each of which imports only those before it:

- `sgd`, `regularizer`, `dropout`: what the optimizer, penalties and dropout are for stacked
  weights;
- `structure`: the settings that are fixed when a program is traced;
- `weights`: the variables;
- `batches`: the inputs of an epoch's training steps;
- `forward`: logits in training, and the probabilities of validation rows;
- `backward`: gradients and updates;
- `training_step`: one batch of every lane;
- `program`: an epoch;
- `shape`: what the lanes of one call have in common;
- `trial`: from a trial's hyperparameters to all of this.
"""

from tuner.training.lanes.stacked_mlps.trial import is_mlp, make_mlp_trial, split_off_mlps

__all__ = ["is_mlp", "make_mlp_trial", "split_off_mlps"]
