# shellcheck shell=bash
# Looking at the nodes from outside: over SSH, as everybody does.

# ssh_to NODE [COMMAND...]
ssh_to() {
    local node=$1
    shift
    ssh -F /dev/null -i "$state/id_ed25519" -o IdentitiesOnly=yes -o UserKnownHostsFile="$state/known_hosts" \
        -o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes -o ConnectTimeout=5 -o LogLevel=ERROR \
        "ubuntu@$(address_of "$node")" "$@"
}

# running and degraded are the two ways of having booted; before that, sshd may refuse logins or not be there.
system_state() {
    timeout 10 ssh -F /dev/null -i "$state/id_ed25519" -o IdentitiesOnly=yes -o BatchMode=yes \
        -o UserKnownHostsFile="$state/known_hosts" -o GlobalKnownHostsFile=/dev/null -o StrictHostKeyChecking=yes \
        -o ConnectTimeout=2 -o LogLevel=ERROR "ubuntu@$(address_of "$1")" \
        systemctl is-system-running 2>>"$state/log/$1-wait.log" </dev/null || true
}

wait_for_node() {
    local node=$1 started deadline answer=
    started=$(now_ms)
    deadline=$((started + boot_deadline * 1000))
    : >"$state/log/$node-wait.log"
    while (($(now_ms) < deadline)); do
        # Without a keeper there is nothing to wait for; it has had 3 s to start.
        (($(now_ms) < started + 3000)) || cgroup_is_populated "$node/keeper" || break
        answer=$(system_state "$node")
        case $answer in
            running | degraded)
                printf 'lab: %-58s %s\n' "$node $(address_of "$node") is up ($answer)" "$(seconds_since "$started")"
                return
                ;;
        esac
        sleep 0.2
    done
    echo "lab: $node is not up after $(seconds_since "$started") (system state: ${answer:-no login})" >&2
    tail -n 5 "$state/log/$node"-{wait,power,console}.log | sed 's/^/     | /' >&2
    echo "     see: $0 logs $node" >&2
    return 1
}

wait_for_nodes() {
    local node pid failed=0
    local -a waiting=()
    for node in "$@"; do
        wait_for_node "$node" 9>&- &
        waiting+=($!)
    done
    for pid in "${waiting[@]}"; do wait "$pid" || failed=1; done
    return "$failed"
}
