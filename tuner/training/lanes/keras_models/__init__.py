"""Any Keras network in lanes, one lane per call: convolutional networks and custom hypermodels.

The modules, each of which imports only those before it:

- `followed_fit`: how a hypermodel's `fit` would train a network;
- `stateless_optimizer`: Keras's optimizers as functions of weights and gradients;
- `tuned_numbers`: numbers of an optimizer in which lanes of one program may differ;
- `architecture`: whether two networks can share a program;
- `network`: the training step, the penalty, and the probabilities of validation rows;
- `program`: an epoch;
- `trial`: from a trial's hyperparameters to all of this.
"""

from tuner.training.lanes.keras_models.trial import make_keras_trial

__all__ = ["make_keras_trial"]
