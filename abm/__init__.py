"""An agent-based laboratory of online mutual aid (网络互助).

Read ``scenario -> rules -> behaviours -> model`` from top to bottom and you have read the model.
"""

__version__ = "0.1.0"
