"""Builds a Keras softmax classifier from a trial's hyperparameters; training is elsewhere.

Besides `build` and `fit`, a hypermodel may have what others look for by its name. One of a person's
own may have the first, as `docs/from-python.md` says; the others are for those of this package.

- `adapt(hp, model, x)`: lets a network learn of its training rows before it is trained;
- `space`: the `Space` that is searched; without it, `build` declares the hyperparameters;
- `image`: height, width and channels of its images;
- `derived_hyperparameters(values)`: what follows from the active ones, to be recorded with them;
- `describe_network(values)`: a `Recipe` or a `TableSize`, whose `kernels` and `parameters` say how
  large the network is, without building it;
- `initial_weights(hp, seed)`: the weights that a network begins with;
- `draw_weights(hp, model, seed)`: likewise, set in a network; so lanes build one for all folds;
- `make_served_network(hp, model)`: what is exported of a trained network, which may then have
  several heads.
"""
