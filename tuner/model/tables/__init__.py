"""Networks for tables, of parts that the literature found: embeddings of numbers, scaling, heads.

The modules, each of which imports only those before it:

- `layout`: which features are numbers, and which are the levels of a column;
- `recipe`: the parts of a trial's network, as plain data;
- `optimizer`: AdamW with learning rates of its own for some weights;
- `input_layers`: what happens to features before the first hidden layer;
- `network`: the whole network, of Keras's own layers;
- `adapting`: what a network learns of its training rows before it is trained;
- `hypermodel`: from hyperparameters to a compiled network.
"""
