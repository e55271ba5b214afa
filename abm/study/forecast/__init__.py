"""What followed, told beforehand: a folder of bounds made from many runs, and its scores when facts are known."""
