# shellcheck shell=bash
# The file trees that everything starts from, made once and kept in the cache:
#   minbase   debootstrap's smallest Debian, with the lab's apt settings
#   image     the same as a tarball: the nodes import it as debian:bookworm-slim
#   node      what every node's disk is an overlay over; no Python, no Docker

# libpam-systemd stays out: a login then starts no user manager, which costs more than the login itself.
readonly node_packages=(
    systemd systemd-sysv dbus openssh-server sudo iproute2 iptables netbase procps kmod ca-certificates iputils-ping
)

# Names what the trees are made of; another key means that they are made again, and that old disks do not fit them.
trees_key() {
    {
        sources_list
        apt_settings
        cat "$state/authorized_keys" "$lab/lib/trees.sh"
        (cd "$lab/tree" && find . -type f -exec sha256sum {} + | sort)
    } | sha256sum | cut -c 1-12
}

trees_up() {
    local old
    trees=$cache/trees-$(trees_key)
    for old in "$cache"/trees-*; do
        if [[ -e $old && $old != "$trees" ]]; then
            say "the recipe of the nodes has changed: making their trees again, on fresh disks"
            stop_all_nodes
            rm -rf "$state/nodes" "$cache"/trees-*
            break
        fi
    done
    mkdir -p "$trees"
    # The package cache is an nginx in a tree of its own; once that exists, everything is fetched through it.
    [[ ! -e $cache/packages/tree ]] || package_cache_up
    [[ -e $trees/minbase ]] || step "debootstrap a minimal Debian $release" make_minbase
    [[ -e $cache/packages/tree ]] || step "make the package cache" make_package_cache
    package_cache_up
    [[ -e $trees/image.tar ]] || step "make the image debian:$release-slim" make_image
    [[ -e $trees/node ]] || step "make the nodes' base tree" make_node_tree
}

make_minbase() {
    local tree
    tree=$trees/minbase
    rm -rf "$tree.new"
    [[ -e $keyring ]] || die "there is no $keyring to verify packages with" "apt-get install debian-archive-keyring"
    if package_cache_answers; then export http_proxy=http://$gateway:$cache_port; fi
    timeout "$build_deadline" debootstrap --variant=minbase \
        --keyring="$keyring" "$release" "$tree.new" "$(mirror)"
    sources_list >"$tree.new/etc/apt/sources.list"
    cp -R "$lab/tree/all/." "$tree.new/"
    clean_tree "$tree.new"
    mv "$tree.new" "$tree"
}

make_image() {
    local tree
    tree=$trees/image
    rm -rf "$tree.new"
    cp -a "$trees/minbase" "$tree.new"
    apt_settings >"$tree.new/etc/apt/apt.conf.d/91apus-lab-host"
    clean_tree "$tree.new"
    rm -rf "$tree.new"/dev/*
    tar -C "$tree.new" --numeric-owner -cf "$tree.tar.new" .
    rm -rf "$tree.new"
    mv "$tree.tar.new" "$tree.tar"
}

make_node_tree() {
    local tree unit user
    tree=$trees/node
    rm -rf "$tree.new"
    cp -a "$trees/minbase" "$tree.new"
    apt_settings >"$tree.new/etc/apt/apt.conf.d/91apus-lab-host"
    cp -R "$lab/tree/node/." "$tree.new/"
    chmod 440 "$tree.new"/etc/sudoers.d/*
    install_packages "$tree.new" "${node_packages[@]}"
    cp "$trees/image.tar" "$tree.new/usr/local/lib/apus-lab/"
    for user in ubuntu carol; do
        chroot "$tree.new" useradd --create-home --shell /bin/bash --password '*' "$user"
        install -d -m 700 "$tree.new/home/$user/.ssh"
        install -m 600 "$state/authorized_keys" "$tree.new/home/$user/.ssh/authorized_keys"
        chroot "$tree.new" chown -R "$user:$user" "/home/$user/.ssh"
    done
    echo carol:lab-password | chroot "$tree.new" chpasswd
    # eth0 is configured from outside; a wait for networkd would cost two minutes. The timers would hold apt's
    # lock in the middle of somebody's test.
    for unit in systemd-networkd.service systemd-networkd-wait-online.service console-getty.service \
        apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer; do
        ln -sfn /dev/null "$tree.new/etc/systemd/system/$unit"
    done
    # Each node has its own; an empty machine-id would mean a first boot, which is slow.
    rm -f "$tree.new"/etc/ssh/ssh_host_* "$tree.new/etc/hostname" "$tree.new/etc/machine-id"
    rm -f "$tree.new/var/lib/dbus/machine-id"
    mv "$tree.new" "$tree"
}

# In a mount namespace of its own, so that no mount is left whatever happens.
install_packages() {
    local tree=$1
    shift
    printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
    chmod 755 "$tree/usr/sbin/policy-rc.d"
    # shellcheck disable=SC2016 # the inner shell expands
    timeout "$build_deadline" unshare --mount bash -euc '
        tree=$1
        shift
        mount -t proc proc "$tree/proc"
        export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
        chroot "$tree" apt-get update -q
        chroot "$tree" apt-get install -q -y --no-install-recommends "$@"
    ' install "$tree" "$@"
    rm "$tree/usr/sbin/policy-rc.d"
}

clean_tree() {
    rm -rf "$1"/usr/share/{doc,man,info,locale}/* "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/var/log/*.log
    rm -f "$1/etc/resolv.conf" "$1/etc/hostname"
}
