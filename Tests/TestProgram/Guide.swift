import Apus

// The examples of docs/playbooks.md, so that they compile; a test compares the two.

/// Installs a web server, and restarts it when its configuration changed.
struct WebServer: Role {
    var port: Int

    var tasks: [Play.Task] {
        let restart = Handler("Restart nginx", supersededBy: [ResourceID(Service.self, "nginx.service")]) {
            ServiceRestart("nginx")
        }
        Package("nginx")
        File("/etc/nginx/conf.d/port.conf", contents: "server { listen \(port); }\n")
            .named("Configure the port")
            .tagged("configuration")
            .notify(restart)
        Service("nginx")
    }
}

let web = Playbook("web", summary: "Serves the site") {
    Play("Serve the site", on: "web", become: .root) { host in
        WebServer(port: try host.vars["http_port", default: 80])
    }
}

func example(_ host: PlayHost) throws -> [[Play.Task]] {
    @TaskBuilder func flush() -> [Play.Task] {
        let reload = Handler("Reload nginx") { ServiceReload("nginx") }
        File("/etc/nginx/nginx.conf", source: "nginx.conf").notify(reload)
        FlushHandlers()
        Command(["curl", "--fail", "http://localhost/health"])
    }

    @TaskBuilder func block() -> [Play.Task] {
        Block {
            Command(["app", "migrate"])
            Service("app")
        } rescue: {
            Command(["app", "rollback"])
        } always: {
            Command(["rm", "-f", "/run/app-maintenance"])
        }
    }

    @TaskBuilder func results() -> [Play.Task] {
        let version = ResultKey("version") { output in
            guard let major = Int(output.text.prefix { $0 != "." }) else { throw NoVersion() }
            return major
        }
        Command(["app", "version"]).saving(as: version)
        Command(["app", "upgrade"]).when { try $0[version] < 4 }
        Deferred("Note the version") { results in
            File("/etc/app/major", contents: "\(try results[version])\n")
        }
    }

    @TaskBuilder func retries() -> [Play.Task] {
        Command(["app", "status"]).retry(times: 10, delay: .seconds(3)) { $0.text.contains("ready") }
        Command(["app", "import"]).within(.seconds(900)).exporting(["LANG": "C.UTF-8"])
        Command(["app", "cleanup"]).become(.user("app")).ignoringFailure()
    }

    @TaskBuilder func sharing() -> [Play.Task] {
        Command(["app", "migrate"]).runOnce()
        Command(["lb", "drain", host.name]).delegate(to: "balancer1")
        Command(["license", "activate"]).throttle(2)
    }

    @TaskBuilder func plain() throws -> [Play.Task] {
        for user in ["ada", "grace"] { User(user) }
        if try host.facts.distribution == "debian" { Package("unattended-upgrades") }
    }
    return [flush(), block(), results(), retries(), sharing(), try plain()]
}

struct NoVersion: Error {}

let upgrade = Playbook("upgrade", summary: "Upgrades and restarts the cluster without an outage") {
    Play(
        "Upgrade",
        on: "balancers:servers",
        become: .root,
        serial: [1, .percent(50)],
        maxFailures: 0,
        order: .reverse
    ) { _ in
        PackageUpgrade()
        Reboot(onlyIfRequired: true)
    } gates: { host in
        Gate.command(["systemctl", "is-active", "haproxy"], on: "balancers")
        Gate.address(try host.vars["virtual_address"], heldByOneOf: "balancers")
        Gate.http(
            "http://\(try host.vars["virtual_address"] as String)/",
            containing: "Welcome",
            timing: .init(within: .seconds(120))
        )
    }
}
