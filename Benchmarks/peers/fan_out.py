"""The 11 operations of `fanout` in Benchmarks/ApusBench, for pyinfra."""

import os

from pyinfra import host
from pyinfra.operations import files

folder = os.path.join(os.environ["BENCH_FOLDER"], host.name)
files.directory(path=folder, mode="755")
for number in range(1, 11):
    files.template(
        src=os.path.join(os.path.dirname(__file__), "file.conf.j2"),
        dest=f"{folder}/file{number}.conf",
        mode="644",
        number=number,
        host_name=host.name,
    )
