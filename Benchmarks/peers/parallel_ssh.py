"""Runs `true` on all hosts by parallel-ssh.  parallel_ssh.py NAMES-FILE PORT USER KEY"""

import sys
from pathlib import Path

from pssh.clients import ParallelSSHClient

names_file, port, user, key = sys.argv[1:]
names = Path(names_file).read_text().split()
client = ParallelSSHClient(names, port=int(port), user=user, pkey=key, pool_size=len(names), num_retries=1)
outputs = client.run_command("true")
client.join()
assert all(output.exit_code == 0 for output in outputs)
