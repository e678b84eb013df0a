"""A run: from what the user asks for to the exported model and its report, stage by stage.

`pipeline` has the sequence. Each stage is a module: `preparing`, `opening`, `searching`, `picking`,
`final_training`, `testing`, `exporting`, `prediction_times`, `baselines`, `reporting`.
"""
