# shellcheck shell=bash
# The host's side of the nodes' network: a bridge, one NAT rule, and what lets them through. `down` puts back what was.

# Each line is one rule: table, chain, then the match and the target.
host_rules() {
    echo "nat POSTROUTING -s $network ! -d $network -j MASQUERADE"
    # A dockerd on the host, or a firewall, may drop what is forwarded or what arrives.
    echo "filter FORWARD -i $bridge -j ACCEPT"
    echo "filter FORWARD -o $bridge -j ACCEPT"
    echo "filter INPUT -i $bridge -j ACCEPT"
}

# Kernel settings that the lab changes while it is up.
host_settings() {
    echo net.ipv4.ip_forward 1
    # Frames between the nodes are not the host's firewall's business.
    [[ ! -e /proc/sys/net/bridge/bridge-nf-call-iptables ]] || echo net.bridge.bridge-nf-call-iptables 0
}

host_network_up() {
    local table chain rule key value
    mkdir -p "$run"
    remember_host_settings
    while read -r key value; do sysctl -qw "$key=$value"; done < <(host_settings)
    ip link show "$bridge" >/dev/null 2>&1 || ip link add "$bridge" type bridge
    ip link set "$bridge" alias "$state"
    # No snooping: VRRP's multicast must reach every node, whether its kernel sent an IGMP report or not.
    ip link set "$bridge" type bridge mcast_snooping 0 forward_delay 0
    ip link set "$bridge" address 02:42:0a:2a:00:01
    ip addr replace "$gateway/24" dev "$bridge"
    ip link set "$bridge" up
    while read -r table chain rule; do
        # shellcheck disable=SC2086 # a rule is several words
        iptables -w 10 -t "$table" -C "$chain" $rule 2>/dev/null || iptables -w 10 -t "$table" -I "$chain" $rule
    done < <(host_rules)
}

host_network_down() {
    local table chain rule key value
    while read -r table chain rule; do
        # shellcheck disable=SC2086
        while iptables -w 10 -t "$table" -D "$chain" $rule 2>/dev/null; do :; done
    done < <(host_rules)
    ! ip link show "$bridge" >/dev/null 2>&1 || ip link del "$bridge"
    if [[ -s $run/host-settings ]]; then
        while read -r key value; do sysctl -qw "$key=$value"; done <"$run/host-settings"
        rm -f "$run/host-settings" "$run/host-boot"
    fi
}

# There is one bridge, so there is one lab; another state's lab is not this one's to change.
require_own_bridge() {
    local owner
    owner=$(cat "/sys/class/net/$bridge/ifalias" 2>/dev/null || true)
    [[ -z $owner || $owner == "$state" ]] ||
        die "another lab is up on this machine, with its state in $owner" \
            "to use it, or to stop it: APUS_LAB_STATE=$owner lab/lab status (or down)"
}

# Keeps the first values seen, also over a crash of the lab; but those of an earlier boot of the host mean nothing.
remember_host_settings() {
    local boot key value
    boot=$(</proc/sys/kernel/random/boot_id)
    if [[ -s $run/host-settings && $(cat "$run/host-boot" 2>/dev/null) == "$boot" ]]; then return; fi
    while read -r key value; do echo "$key $(sysctl -n "$key")"; done < <(host_settings) >"$run/host-settings"
    echo "$boot" >"$run/host-boot"
}
