# shellcheck shell=bash
# One cgroup (v2) for the whole lab, one in it for each node and one for its package cache. Whatever a node starts
# stays in it, so pulling the plug and cleaning up after a crash are exact: no process is missed, none is hit by mistake.

# Where cgroup v2 is mounted: at its usual place, beside v1 on a hybrid host, or else by the lab.
cgroup_mount() {
    local mounted
    mounted=$(awk '$3 == "cgroup2" { print $2; exit }' /proc/mounts)
    if [[ -z $mounted ]]; then
        mounted=$state/cgroup
        mkdir -p "$mounted"
        mount -t cgroup2 apus-lab "$mounted"
    fi
    echo "$mounted"
}

cgroup_of() { echo "$(cgroup_mount)/apus-lab/$1"; }

# Lets `$1/…` account and limit what the kernel offers there. On a hybrid host v1 holds most controllers; then
# the nodes do without.
delegate_controllers() {
    local controller
    for controller in $(<"$1/cgroup.controllers"); do
        echo "+$controller" >"$1/cgroup.subtree_control" 2>/dev/null || true
    done
}

cgroup_create() {
    local top
    top=$(cgroup_mount)
    mkdir -p "$top/apus-lab/$1"
    delegate_controllers "$top"
    delegate_controllers "$top/apus-lab"
}

# Moves the shell that calls it.
cgroup_join() { echo $BASHPID >"$(cgroup_of "$1")/cgroup.procs"; }

# What outlives the command must not hold what its caller has open: locks, and pipes whose end somebody waits for.
close_inherited() {
    local path fd
    for path in "/proc/$BASHPID/fd"/*; do
        fd=${path##*/}
        ((fd <= 2)) || eval "exec $fd>&-"
    done
}

cgroup_is_populated() {
    local group
    group=$(cgroup_of "$1")
    [[ -e $group/cgroup.events ]] && grep -q '^populated 1' "$group/cgroup.events"
}

# Ends every process in it at once, and waits until they are gone, with all that the kernel held for them.
cgroup_kill() {
    local group tries
    group=$(cgroup_of "$1")
    [[ -d $group ]] || return 0
    for ((tries = 0; tries < 300; tries++)); do
        cgroup_is_populated "$1" || break
        ((tries % 20 != 0)) || cgroup_signal "$group"
        sleep 0.05
    done
    ! cgroup_is_populated "$1" ||
        die "processes in $group do not end" "see which: find $group -name cgroup.procs | xargs cat"
    find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || true
}

cgroup_signal() {
    if [[ -e $1/cgroup.kill ]]; then
        echo 1 >"$1/cgroup.kill"
    else # before Linux 5.14
        # shellcheck disable=SC2046 # no spaces in there
        cat /dev/null $(find "$1" -name cgroup.procs) | xargs -r kill -KILL 2>/dev/null || true
    fi
}

cgroup_remove_all() {
    local group
    group=$(cgroup_of "")
    [[ ! -d $group ]] || cgroup_kill ""
    ! mountpoint -q "$state/cgroup" || umount "$state/cgroup"
}
