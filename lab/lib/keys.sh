# shellcheck shell=bash
# Keys: three that a client logs in with, three for each node's sshd. Made once; they stay over reset and reboot.

readonly key_types=(ed25519 ecdsa rsa)

make_key() {
    local -a size=()
    [[ $1 != rsa ]] || size=(-b 3072)
    [[ -e $2 ]] || ssh-keygen -q -t "$1" "${size[@]}" -N '' -C "$3" -f "$2"
}

make_keys() {
    local type node
    for type in "${key_types[@]}"; do
        make_key "$type" "$state/id_$type" "apus-lab-$type"
        # Whoever called sudo logs in with them too.
        chown "${SUDO_UID:-0}:${SUDO_GID:-0}" "$state/id_$type"
    done
    cat "$state"/id_{ed25519,ecdsa,rsa}.pub >"$state/authorized_keys"
    for node in "${nodes[@]}"; do
        mkdir -p "$cache/host-keys/$node"
        for type in "${key_types[@]}"; do
            make_key "$type" "$cache/host-keys/$node/ssh_host_${type}_key" "root@$node"
        done
    done
    write_known_hosts
}

write_known_hosts() {
    local node key kind blob
    for node in "${nodes[@]}"; do
        for key in "$cache/host-keys/$node"/*.pub; do
            read -r kind blob _ <"$key"
            echo "$(address_of "$node") $kind $blob"
        done
    done >"$state/known_hosts.new"
    mv "$state/known_hosts.new" "$state/known_hosts"
    chmod 644 "$state/known_hosts"
}

# inventories/lab.ini names the keys by a path relative to the repository.
link_state() {
    [[ $(readlink "$lab/state" 2>/dev/null) != "$state" ]] || return 0
    [[ ! -e $lab/state || -L $lab/state ]] || die "$lab/state is in the way: it must become a link to $state" "remove it"
    ln -sfn "$state" "$lab/state"
}
