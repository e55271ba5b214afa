"""The description of the model in the field's standard form, made from what is declared."""
