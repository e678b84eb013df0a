"""What `KFoldTuner` takes beyond `FoldTuner`: the arguments of KerasTuner and of Keras."""
