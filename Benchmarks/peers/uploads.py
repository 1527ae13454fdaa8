"""A folder to a node, for pyinfra."""

import os

from pyinfra.operations import files

files.sync(src=os.environ["BENCH_SOURCE"], dest=os.environ["BENCH_TARGET"])
