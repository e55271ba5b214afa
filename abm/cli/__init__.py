"""The command `huzhu`."""
