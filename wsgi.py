"""What the web server runs."""

import gc
import os

from portal.app import create_app
from portal.config import Settings

app = create_app(Settings.from_environ(os.environ))

gc.collect()
gc.freeze()  # all that was loaded stays: the collector need not go past it again while somebody waits for a page
