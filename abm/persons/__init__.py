"""The person: what is kept of each, what each weighs and does, and how all of them are made to act."""
