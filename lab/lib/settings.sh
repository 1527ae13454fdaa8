# shellcheck shell=bash disable=SC2034
# The lab's fixed facts. Everything else is derived from these.

readonly release=bookworm
readonly bridge=apus0
readonly network=10.42.0.0/24
readonly gateway=10.42.0.1
readonly cache_port=3142

readonly nodes=(pi1 pi2 pi3 pi4 pi5)
# The last byte of each node's address: those of the five Pis in inventories/ha.ini.
declare -rA host_byte=([pi1]=73 [pi2]=38 [pi3]=152 [pi4]=175 [pi5]=135)

readonly state=${APUS_LAB_STATE:-/var/lib/apus-lab}
[[ $state == /* ]] || die "APUS_LAB_STATE must be an absolute path, not $state"
readonly cache=$state/cache # what costs minutes to make again; only `purge` deletes it
readonly run=$state/run     # what describes the running lab; `down` deletes it

# Seconds that a node may take from power to a login, and that any one build step may take.
readonly boot_deadline=${APUS_LAB_BOOT_DEADLINE:-180}
readonly build_deadline=${APUS_LAB_BUILD_DEADLINE:-900}

address_of() { echo "10.42.0.${host_byte[$1]}"; }

# The same at each boot, as on a real network card, so that neighbours' ARP entries stay true.
mac_of() { printf '02:42:0a:2a:00:%02x\n' "${host_byte[$1]}"; }

# Names on the host; `apus-` keeps them apart from what else lives there.
netns_of() { echo "apus-$1"; }
link_of() { echo "apus-$1"; }

disk_of() { echo "$state/nodes/$1"; }

# Accepts 1 and pi1.
node_named() {
    local node
    for node in "${nodes[@]}"; do
        if [[ $1 == "$node" || pi$1 == "$node" ]]; then
            echo "$node"
            return
        fi
    done
    die "there is no node '$1': the nodes are ${nodes[*]} (or just their numbers)"
}
