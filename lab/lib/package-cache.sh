# shellcheck shell=bash
# Every package is downloaded once: an nginx on the bridge's address is apt's proxy, for the nodes, for `docker build`
# in them, and for the lab's own trees. It lives in a chroot in the cache, so the host needs no such service.
# One request fetches while the others for the same file wait (proxy_cache_lock); without a network, what was
# fetched before still answers.

package_cache_up() {
    package_cache_answers || step "start the package cache on $gateway:$cache_port" start_package_cache
}

package_cache_answers() {
    cgroup_is_populated package-cache && (exec 3<>"/dev/tcp/$gateway/$cache_port") 2>/dev/null
}

make_package_cache() {
    local tree=$cache/packages/tree
    rm -rf "$tree" "$tree.new"
    mkdir -p "$cache/packages"
    cp -a "$trees/minbase" "$tree.new"
    cp /etc/resolv.conf "$tree.new/etc/resolv.conf" # the chroot shares the host's network, its loopback too
    install_packages "$tree.new" nginx-light
    clean_tree "$tree.new"
    mkdir -p "$tree.new/var/cache/apus-lab"
    mv "$tree.new" "$tree"
}

start_package_cache() {
    local tree=$cache/packages/tree tries
    package_cache_down
    mkdir -p "$tree/var/log/nginx"
    chroot "$tree" chown www-data: /var/cache/apus-lab
    package_cache_configuration >"$tree/etc/nginx/apus-lab.conf"
    cgroup_create package-cache
    (
        cgroup_join package-cache
        close_inherited
        exec setsid chroot "$tree" nginx -c /etc/nginx/apus-lab.conf
    ) &
    for ((tries = 0; tries < 100; tries++)); do
        ! package_cache_answers || return 0
        sleep 0.1
    done
    cat "$tree/var/log/nginx/error.log"
    die "nginx does not answer on $gateway:$cache_port"
}

package_cache_down() { cgroup_kill package-cache; }

package_cache_configuration() {
    local host servers
    cat <<-'CONF'
	daemon off;
	worker_processes 1;
	pid /run/nginx.pid;
	error_log /var/log/nginx/error.log;
	events { worker_connections 1024; }
	http {
	    access_log off;
	    default_type application/octet-stream;
	    proxy_cache_path /var/cache/apus-lab levels=1:2 keys_zone=packages:10m max_size=8g inactive=365d use_temp_path=off;
	CONF
    # Names are resolved once, here. One that cannot be (no network) refuses connections, so that what is cached answers.
    for host in $(host_sources | sed -E 's|^http://([^/ ]*).*|\1|' | grep -v / | sort -u); do
        servers=$(getent ahostsv4 "${host%:*}" | awk '$2 == "STREAM" { print $1 }' || true)
        [[ -n $servers ]] || servers=127.0.0.1
        echo "    upstream $host {"
        for server in $servers; do echo "        server $server:$(port_of "$host" "$servers");"; done
        echo "        keepalive 8;"
        echo "    }"
    done
    servers=$(name_servers | tr '\n' ' ')
    [[ -z $servers ]] || echo "    resolver $servers ipv6=off;" # for names that a Dockerfile brings along
    cat <<-CONF
	    server {
	        listen $gateway:$cache_port;
	CONF
    cat <<-'CONF'
	        proxy_cache packages;
	        proxy_cache_key $http_host$request_uri;
	        proxy_cache_lock on;
	        proxy_cache_lock_timeout 300s;
	        proxy_cache_lock_age 300s;
	        proxy_cache_revalidate on;
	        proxy_cache_use_stale error timeout updating http_500 http_502 http_503 http_504;
	        proxy_ignore_headers Cache-Control Expires Set-Cookie Vary X-Accel-Expires;
	        proxy_connect_timeout 10s;
	        proxy_http_version 1.1;
	        proxy_set_header Host $http_host;
	        proxy_set_header Connection "";
	        proxy_max_temp_file_size 0;
	        location / { # a suite's Release and what has no digest in its name: may change
	            proxy_cache_valid 200 10m;
	            proxy_pass http://$http_host$request_uri;
	        }
	        location ~ (/pool/|/by-hash/) { # never changes under its name
	            proxy_cache_valid 200 365d;
	            proxy_pass http://$http_host$request_uri;
	        }
	    }
	}
	CONF
}

port_of() {
    if [[ $2 == 127.0.0.1 ]]; then
        echo 9
    elif [[ $1 == *:* ]]; then
        echo "${1##*:}"
    else
        echo 80
    fi
}
