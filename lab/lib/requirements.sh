# shellcheck shell=bash
# Where the lab can run: says everything that is missing at once, before anything is changed.

readonly -A package_with=(
    [debootstrap]=debootstrap [systemd-nspawn]=systemd-container [iptables]=iptables [ip]=iproute2
    [ssh]=openssh-client [ssh-keygen]=openssh-client [unshare]=util-linux [flock]=util-linux
    [setsid]=util-linux [sysctl]=procps [tar]=tar [sha256sum]=coreutils
)

# Runs the script again as root, through sudo where there is one.
become_root() {
    [[ $EUID != 0 ]] || return 0
    command -v sudo >/dev/null ||
        die "needs root (namespaces, mounts, a bridge), and there is no sudo" "run it as root: $0 $*"
    exec sudo ${APUS_LAB_STATE:+APUS_LAB_STATE="$APUS_LAB_STATE"} "$0" "$@"
}

require_host() {
    local -a missing=() packages=()
    local command
    [[ $(uname -s) == Linux ]] ||
        die "the lab needs Linux (namespaces, overlayfs, nf_tables); this is $(uname -s)" \
            "use a Linux machine or a virtual one, or point an inventory at real hosts"
    for command in "${!package_with[@]}"; do
        command -v "$command" >/dev/null || {
            missing+=("$command")
            packages+=("${package_with[$command]}")
        }
    done
    ((${#missing[@]} == 0)) ||
        die "commands that are missing: ${missing[*]}" \
            "on Debian: apt-get install --no-install-recommends $(printf '%s\n' "${packages[@]}" | sort -u | tr '\n' ' ')"
    # Most kernels have these built in or load them on demand; what is really missing shows in the trials below.
    modprobe -aq overlay veth bridge nf_tables nft_compat 2>/dev/null || true
    require_overlay
    require_network
    require_cgroup
    require_free_network
}

require_overlay() {
    local trial
    mkdir -p "$state"
    trial=$(mktemp -d "$state/trial.XXXXXX")
    mkdir "$trial"/{lower,upper,work,root}
    if ! unshare --mount mount -t overlay overlay \
        -o "lowerdir=$trial/lower,upperdir=$trial/upper,workdir=$trial/work" "$trial/root" 2>"$trial/error"; then
        local error
        error=$(<"$trial/error")
        rm -rf "$trial"
        die "cannot mount an overlay in $state: $error" \
            "the kernel needs overlayfs, and $state must lie on a file system like ext4 or xfs (not on an overlay itself)" \
            "another place: APUS_LAB_STATE=/some/directory $0 up"
    fi
    rm -rf "$trial"
}

require_network() {
    local error
    error=$(unshare --net --mount sh -ec '
        ip link add lab0 type bridge
        ip link add lab1 type veth peer name lab2
        iptables -t nat -A POSTROUTING -s 10.42.0.0/24 -j MASQUERADE' 2>&1) ||
        die "the kernel cannot do what the lab needs in a network namespace: $error" \
            "needed: network namespaces, bridge, veth, nf_tables with NAT"
}

require_cgroup() {
    local trial
    grep -qw cgroup2 /proc/filesystems || die "the kernel has no cgroup v2 file system"
    trial=$(cgroup_mount)/apus-lab-trial
    mkdir -p "$trial" 2>/dev/null ||
        die "cannot make a cgroup in $(cgroup_mount)" "inside a container the lab needs a privileged one (docker run --privileged)"
    rmdir "$trial"
}

# 10.42.0.0/24 is fixed by the inventory; somebody else's (k3s likes it) must not be broken.
require_free_network() {
    local taken
    taken=$(ip -4 route show table all root "$network" 2>/dev/null | grep -v "dev $bridge" | head -n 1 || true)
    [[ -z $taken ]] || die "$network, the lab's network, is in use on this machine: $taken" "free it, then run the lab again"
}
