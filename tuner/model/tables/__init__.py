"""Networks for tables, of parts that the literature found: embeddings of numbers, scaling, heads.

The modules, each of which imports only those before it:

- `layout`: which features are numbers, and which are the levels of a column;
- `recipe`: the parts of a trial's network, as plain data;
- `size`: how large it is, and how long it takes, from hyperparameters alone;
- `weight_groups`, `optimizer`: SGD and AdamW whose numbers are variables;
- `training_layers`, `loss`: dropout, mixed rows and smoothed labels, likewise;
- `dense_layers`: dense layers for training, faster than those of Keras;
- `input_layers`: what happens to features before the first hidden layer;
- `network`: the whole network, as it is trained and as it is served;
- `drawing`: its initial weights;
- `row_statistics`: what it learns of its training rows before it is trained;
- `hypermodel`: from hyperparameters to a compiled network.
"""
