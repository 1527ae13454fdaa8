"""The 17 operations of Benchmarks/ApusBench, for pyinfra."""

import os

from pyinfra import host
from pyinfra.facts.server import Sysctl
from pyinfra.operations import apt, files, server, systemd

apt.packages(packages=["cron", "less", "psmisc"])
files.directory(path="/etc/bench", mode="755")
for number in range(1, int(os.environ.get("BENCH_FILES", "10")) + 1):
    files.template(
        src=os.path.join(os.path.dirname(__file__), "file.conf.j2"),
        dest=f"/etc/bench/file{number}.conf",
        mode="644",
        number=number,
        host_name=host.name,
    )
server.user(user="bench", shell="/bin/sh")
files.line(path="/etc/bench.conf", line="answer = 42")
host.get_fact(Sysctl, keys=["net.ipv4.ip_forward"])
systemd.service(service="cron.service", running=True, enabled=True)
files.file(path="/var/lib/bench.done")
