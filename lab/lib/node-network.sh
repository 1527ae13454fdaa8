# shellcheck shell=bash
# A node's network card: a veth into a network namespace of its own. It is made anew at every boot, so that addresses,
# firewall rules and settings that nobody made persistent are gone after it, as on a real machine.

node_network_up() {
    local node=$1 netns link address
    netns=$(netns_of "$node")
    link=$(link_of "$node")
    address=$(address_of "$node")
    node_network_down "$node"
    ip netns add "$netns"
    ip link add "$link" type veth peer name eth0 address "$(mac_of "$node")" netns "$netns"
    ip link set "$link" master "$bridge" up
    ip -n "$netns" link set lo up
    ip -n "$netns" addr add "$address/24" brd + dev eth0
    ip -n "$netns" link set eth0 up
    ip -n "$netns" route add default via "$gateway"
    # A new namespace inherits the host's value (net.core.devconf_inherit_init_net); a fresh machine has 0.
    ip netns exec "$netns" sysctl -qw net.ipv4.ip_forward=0
}

# The cable first: what dies afterwards cannot say goodbye.
node_network_down() {
    local netns link
    netns=$(netns_of "$1")
    link=$(link_of "$1")
    ! ip link show "$link" >/dev/null 2>&1 || ip link del "$link"
    [[ ! -e /run/netns/$netns ]] || ip netns del "$netns"
}
