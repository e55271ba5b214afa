"""The version of this program, apart from all else so that to ask for it takes no time."""

VERSION = "0.3.0"
