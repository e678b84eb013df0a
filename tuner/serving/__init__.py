"""From a picked trial to a model that takes raw columns: export, verification, prediction."""
