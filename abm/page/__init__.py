"""The page: worlds in the browser."""
