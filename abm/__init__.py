"""An agent-based laboratory of online mutual aid (网络互助).

Read ``scenario/ -> persons/ -> platforms/ -> model.py`` and you have read the model.
"""

from abm.sources import VERSION

__version__ = VERSION

__all__ = ["__version__"]
