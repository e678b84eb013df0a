"""Builds a Keras softmax classifier from a trial's hyperparameters; training is elsewhere."""
