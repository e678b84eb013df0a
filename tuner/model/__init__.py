"""From a trial's hyperparameters to a Keras softmax classifier; knows nothing of training."""
