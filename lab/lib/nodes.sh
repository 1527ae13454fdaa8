# shellcheck shell=bash
# Power: each node has a keeper, a process that outlives the command that started it, boots the node, boots it again
# when it reboots, and ends when it powers off.

# Says whether the node has power and its cable; not whether it has booted.
node_has_power() {
    cgroup_is_populated "$1/keeper" && cgroup_is_populated "$1/machine" &&
        [[ -e /sys/class/net/$(link_of "$1")/master ]]
}

power_on() {
    local node=$1
    node_has_power "$node" && return
    power_off "$node" # what a crash left of it
    make_disk "$node"
    cgroup_create "$node"
    cgroup_create "$node/keeper"
    delegate_controllers "$(cgroup_of "$node")"
    copy_program "$run/keepers/$node"
    mkdir -p "$state/log"
    (
        cgroup_join "$node/keeper"
        close_inherited
        exec setsid "$run/keepers/$node/lab" --keep "$node" </dev/null >>"$state/log/$node-power.log" 2>&1
    ) &
}

# A keeper runs from its own copy: whoever switches branches or deletes the checkout does not touch running nodes.
copy_program() {
    rm -rf "$1"
    mkdir -p "$1"
    cp -R "$lab/lab" "$lab/lib" "$1/"
}

# Like pulling the plug: the cable is dead before any process is, so nobody says goodbye.
power_off() {
    node_network_down "$1"
    cgroup_kill "$1"
    node_network_down "$1" # its keeper may have been in the middle of a boot
}

stop_all_nodes() {
    local node
    for node in "${nodes[@]}"; do power_off "$node"; done
}

# --- in the keeper's process ---

readonly rebooted=133 # the exit status of systemd-nspawn when the node asked for a reboot

keep_node() {
    local node=$1 status=$rebooted
    while ((status == rebooted)); do
        cgroup_kill "$node/machine"
        cgroup_create "$node/machine"
        node_network_up "$node"
        echo "$(date -Is) $node: power on"
        status=0
        (
            cgroup_join "$node/machine"
            exec unshare --mount --propagation private "$lab/lab" --boot "$node" >"$state/log/$node-console.log" 2>&1
        ) || status=$?
        echo "$(date -Is) $node: systemd-nspawn ended with $status"
    done
    node_network_down "$node"
    cgroup_kill "$node/machine"
}

# Runs in a mount namespace that only this boot of the node has; its mounts go with its last process.
boot_node() {
    local node=$1 disk
    disk=$(disk_of "$node")
    mount -t overlay overlay -o "lowerdir=$(readlink "$disk/base"),upperdir=$disk/upper,workdir=$disk/work" "$disk/root"
    # A hybrid host shows cgroup v1 here; systemd and Docker in the node get v2 on every host.
    [[ $(stat -f -c %T /sys/fs/cgroup) == cgroup2fs ]] || mount -t cgroup2 cgroup /sys/fs/cgroup
    # nspawn's own bookkeeping must leave no trace on the host.
    mkdir -p /run/systemd/nspawn
    mount -t tmpfs -o mode=755 tmpfs /run/systemd/nspawn
    export SYSTEMD_NSPAWN_API_VFS_WRITABLE=network # sysctl under /proc/sys/net
    export SYSTEMD_NSPAWN_TMPFS_TMP=0              # /tmp on disk, as on a Pi
    exec systemd-nspawn --quiet --directory="$disk/root" --machine="$node" --boot \
        --network-namespace-path="/run/netns/$(netns_of "$node")" \
        --capability=all --system-call-filter='add_key keyctl bpf' \
        --bind="$disk/docker:/var/lib/docker" \
        --resolv-conf=off --timezone=off --link-journal=no \
        --register=no --keep-unit --console=read-only
}
