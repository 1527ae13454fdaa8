"""The peers from PyPI in an environment of their own; $PEERS names one that is there already."""

import os
import subprocess
import sys
from pathlib import Path

from library import BENCH, run

PACKAGES = ["ansible-core==2.18.*", "mitogen==0.3.54", "pyinfra==3.10.0", "parallel-ssh==2.16.0.post1"]
INSTALL_PYTHON = """[ -e /usr/lib/python3/dist-packages/apt ] ||
{ apt-get update -qq; DEBIAN_FRONTEND=noninteractive apt-get install -y -qq python3 python3-apt; }"""


class Peers:
    def __init__(self, scratch):
        self.scratch = scratch
        self.bin = Path(os.environ.get("PEERS", scratch / "venv")) / "bin"
        if not (self.bin / "pyinfra").exists():
            print("installing the peers", file=sys.stderr)
            subprocess.run([sys.executable, "-m", "venv", self.bin.parent], check=True)
            subprocess.run([self.bin / "pip", "install", "--quiet", *PACKAGES], check=True)

    def ansible(self, lab, with_mitogen=False):
        """What Ansible's environment needs to reach the lab: pipelined, and with one connection a node kept open.

        Ansible needs Python on the nodes, so it is installed there; `lab/lab reset` removes it."""
        run([BENCH, "exec", "all", "-b", "-i", lab.inventory, "--", "sh", "-c", INSTALL_PYTHON])
        inventory = self.scratch / "hosts"
        inventory.write_text("\n".join(lab.nodes) + "\n")
        path = self.scratch / ("mitogen.cfg" if with_mitogen else "ansible.cfg")
        path.write_text(f"""[defaults]
inventory = {inventory}
remote_user = {lab.user}
private_key_file = {lab.key}
forks = 10
interpreter_python = /usr/bin/python3
{self.mitogen() if with_mitogen else ""}
[ssh_connection]
pipelining = True
ssh_args = -F none -o ControlMaster=auto -o ControlPersist=60s -o UserKnownHostsFile={lab.known_hosts}
""")
        return {"ANSIBLE_CONFIG": path}

    def mitogen(self):
        find = "import ansible_mitogen; print(ansible_mitogen.__path__[0])"
        found = subprocess.run([self.bin / "python", "-c", find], check=True, capture_output=True, text=True)
        return f"strategy_plugins = {found.stdout.strip()}/plugins/strategy\nstrategy = mitogen_linear"

    def pyinfra(self, deploy, hosts, **data):
        """Runs a deploy on hosts that all have the same data."""
        path = self.scratch / f"{Path(deploy).stem}-hosts.py"
        data = {key: str(value) if isinstance(value, Path) else value for key, value in data.items()}
        path.write_text(f"hosts = [(name, {data!r}) for name in {hosts!r}]\n")
        return [self.bin / "pyinfra", "-y", path, deploy]
