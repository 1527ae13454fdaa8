# shellcheck shell=bash
# Where packages come from: Debian's part of what the host itself uses, so that the nodes reach what the host reaches.

readonly keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# Lines `URI suite`. Asks apt, which knows every format of its files; the Origin is in the lists that it last fetched.
host_sources() {
    local origin component suite uri found
    # shellcheck disable=SC2016 # apt expands
    found=$(apt-get indextargets --format '$(ORIGIN) $(COMPONENT) $(RELEASE) $(REPO_URI)' 'Created-By: Packages' \
        2>/dev/null | while read -r origin component suite uri; do
        [[ $origin == Debian && $component == main && $uri == http*://* ]] || continue
        case $suite in
            "$release" | "$release-updates" | "$release-security") echo "${uri%/} $suite" ;;
        esac
    done | sort -u)
    grep -q " $release\$" <<<"$found" ||
        die "apt on this machine knows no packages of Debian $release" \
            "add Debian's sources of $release to /etc/apt, and run: apt-get update"
    echo "$found"
}

sources_list() {
    local uri suite
    host_sources | while read -r uri suite; do echo "deb [signed-by=$keyring] $uri $suite main"; done
}

mirror() { host_sources | awk -v suite="$release" '$2 == suite { print $1; exit }'; }

# The host may have its reasons (a mirror frozen in time) to look away from dates; then the nodes have them too.
apt_settings() {
    echo "Acquire::http::Proxy \"http://$gateway:$cache_port\";"
    apt-config dump Acquire::Check-Valid-Until Acquire::Check-Date 2>/dev/null |
        grep -E '^Acquire::Check-(Valid-Until|Date) ' || true
}

# Addresses of name servers that the nodes can reach: one on the host's loopback they cannot, but systemd-resolved
# tells where it asks.
name_servers() {
    local file servers
    for file in /etc/resolv.conf /run/systemd/resolve/resolv.conf; do
        servers=$(awk '$1 == "nameserver" && $2 !~ /^127\./ && $2 != "::1" { print $2 }' "$file" 2>/dev/null || true)
        if [[ -n $servers ]]; then
            echo "$servers"
            return
        fi
    done
}

resolv_conf() {
    local server
    for server in $(name_servers); do echo "nameserver $server"; done
}
