# shellcheck shell=bash
# One function for each verb that a user can say.

usage() {
    cat <<-USAGE
	usage: lab/lab VERB

	  up              boots the five nodes; what is up already stays as it is
	  down            removes them, their disks, network and every trace; keeps the cache
	  reset [N...]    fresh disks for all nodes, or the named ones, booted again
	  status          shows every node
	  ssh N [COMMAND] logs in to node N as ubuntu
	  power-off N     pulls the plug of node N
	  power-on N      boots node N with the disk it had
	  logs N          shows the last boot's console of node N and its keeper's log
	  purge           down, and deletes the cache and the keys too

	N is 1 to 5, or pi1 to pi5. The state is in $state (APUS_LAB_STATE).
	USAGE
}

verb_up() {
    local node started
    local -a booting=()
    started=$(now_ms)
    prepare
    for node in "${nodes[@]}"; do
        node_has_power "$node" || {
            power_on "$node"
            booting+=("$node")
        }
    done
    wait_for_nodes "${nodes[@]}"
    empty_trash
    say "${#nodes[@]} nodes are up (${#booting[@]} booted) after $(seconds_since "$started"); log in: lab/lab ssh 1"
}

# All that nodes need before they can boot.
prepare() {
    require_host
    make_keys
    link_state
    host_network_up
    trees_up
}

verb_down() {
    local started
    started=$(now_ms)
    lab_down
    rm -rf "$state/nodes" "$state/trash" "$run"
    say "down after $(seconds_since "$started"); the cache stays in $state (lab/lab purge deletes it)"
}

lab_down() {
    stop_all_nodes
    package_cache_down
    cgroup_remove_all
    host_network_down
}

verb_purge() {
    [[ -d $cache/host-keys || $(ls -A "$state") == lock ]] ||
        die "$state does not look like a lab's state, so it stays" "delete it by hand if you know better"
    lab_down
    rm -rf "${state:?}"/{cache,nodes,trash,run,log,lock,known_hosts,authorized_keys,cgroup} "$state"/id_*
    rm -f "$lab/state"
    rmdir "$state" 2>/dev/null || say "something that is not the lab's stays in $state"
    say "purged"
}

verb_reset() {
    local node name started
    local -a chosen=("${nodes[@]}")
    started=$(now_ms)
    if (($# > 0)); then
        chosen=()
        for name in "$@"; do
            node=$(node_named "$name")
            chosen+=("$node")
        done
    fi
    prepare
    for node in "${chosen[@]}"; do
        power_off "$node"
        discard_disk "$node"
        power_on "$node"
    done
    wait_for_nodes "${chosen[@]}"
    empty_trash
    say "fresh disks for ${chosen[*]} after $(seconds_since "$started")"
}

verb_power_off() {
    local node
    node=$(node_named "$1")
    power_off "$node"
    say "$node is off"
}

verb_power_on() {
    local node
    node=$(node_named "$1")
    prepare
    power_on "$node"
    wait_for_node "$node"
}

verb_status() {
    local node power
    for node in "${nodes[@]}"; do
        power=off
        ! node_has_power "$node" || power="on $(system_state "$node")"
        printf '%-5s %-14s %s\n' "$node" "$(address_of "$node")" "$power"
    done
}

verb_logs() {
    local node
    node=$(node_named "$1")
    echo "--- power: when it was switched on and how it ended"
    tail -n 20 "$state/log/$node-power.log"
    echo "--- console of the last boot"
    cat "$state/log/$node-console.log"
}

verb_ssh() {
    local node
    node=$(node_named "$1")
    shift
    [[ -r $state/id_ed25519 ]] || die "there is no key in $state that $(id -un) can read" "is the lab up? lab/lab up"
    ssh_to "$node" "$@"
}
