"""What texts mean: plain numbers, and numbers and dates in a notation."""
