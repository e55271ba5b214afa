"""What all tests share: one cache of compiled code for the run, and a progress bar kept out of the way."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
os.environ.setdefault("TQDM_DISABLE", "1")
