"""Small worlds, made-up runs and trial studies that several tests share."""
