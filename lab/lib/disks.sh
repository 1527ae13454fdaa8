# shellcheck shell=bash
# A node's disk: an overlay over the common tree, and a plain directory for Docker, whose overlay2 cannot lie on
# an overlay. Both stay over reboots and power cuts.

make_disk() {
    local node=$1 disk etc
    disk=$(disk_of "$node")
    [[ ! -e $disk ]] || return 0
    rm -rf "$disk.new"
    etc=$disk.new/upper/etc
    install -d -m 755 "$disk.new"/{upper,work,root,docker} "$etc/ssh"
    chmod 710 "$disk.new/docker"
    ln -s "$trees/node" "$disk.new/base"
    echo "$node" >"$etc/hostname"
    machine_id_of "$node" >"$etc/machine-id"
    resolv_conf >"$etc/resolv.conf"
    hosts_file >"$etc/hosts"
    install -m 600 "$cache/host-keys/$node"/ssh_host_*_key "$etc/ssh/"
    install -m 644 "$cache/host-keys/$node"/ssh_host_*_key.pub "$etc/ssh/"
    mv "$disk.new" "$disk"
}

machine_id_of() { echo "apus-lab-$1" | md5sum | cut -c 1-32; }

hosts_file() {
    local node
    echo "127.0.0.1 localhost"
    echo "::1 localhost ip6-localhost ip6-loopback"
    for node in "${nodes[@]}"; do echo "$(address_of "$node") $node"; done
}

# Moves it out of the way, which is quick; deleting some gigabytes is not, so that happens behind the user's back.
discard_disk() {
    local disk
    disk=$(disk_of "$1")
    mkdir -p "$state/trash"
    [[ ! -e $disk ]] || mv "$disk" "$(mktemp -d "$state/trash/XXXXXX")/"
}

empty_trash() {
    [[ -n $(ls -A "$state/trash" 2>/dev/null) ]] || return 0
    cgroup_create trash
    (
        cgroup_join trash
        close_inherited
        exec setsid nice -n 19 rm -rf "$state"/trash/* </dev/null >/dev/null 2>&1
    ) &
}
