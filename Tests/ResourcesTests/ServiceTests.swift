import Provisioning
import Testing

@testable import Resources

@Suite("Services")
struct ServiceTests {
    private static func block(_ load: String, _ active: String, _ sub: String, _ file: String) -> String {
        "LoadState=\(load)\nActiveState=\(active)\nSubState=\(sub)\nUnitFileState=\(file)\nNeedDaemonReload=no\n"
    }

    @Test(
        "plans only what differs",
        arguments: [
            (Service("nginx"), block("loaded", "active", "running", "enabled"), "unchanged", []),
            (
                Service("nginx"), block("loaded", "inactive", "dead", "disabled"),
                "change: enabled: no → yes, state: inactive (dead) → running",
                ["systemctl enable -- nginx.service", "start nginx.service"]
            ),
            (
                Service("nginx"), block("loaded", "failed", "failed", "enabled"),
                "change: state: failed → running",
                ["start nginx.service"]
            ),
            (
                Service("nginx"), block("loaded", "activating", "auto-restart", "enabled"),
                "change: state: activating (auto-restart) → running", ["start nginx.service"]
            ),
            (
                Service("nginx"), block("loaded", "active", "running", "enabled-runtime"),
                "change: enabled: no → yes",
                ["systemctl enable -- nginx.service"]
            ),
            (
                Service("nginx", running: false, enabled: false),
                block("loaded", "active", "running", "enabled"),
                "change: enabled: yes → no, state: active (running) → stopped",
                ["systemctl disable -- nginx.service", "systemctl stop -- nginx.service"]
            ),
            (
                Service("nginx", enabled: nil), block("loaded", "active", "running", "disabled"), "unchanged",
                []
            ),
            (
                Service("nginx", running: false, enabled: false), block("not-found", "inactive", "dead", ""),
                "unchanged", []
            ),
            (
                Service("nginx"), block("not-found", "inactive", "dead", ""),
                "unknown: the unit nginx.service is not there yet", []
            ),
            (
                Service("nginx"), block("masked", "inactive", "dead", "masked"),
                "unknown: nginx.service is masked, so that nothing starts it; `systemctl unmask nginx.service` ends that",
                []
            ),
            (
                Service("dbus.socket"), block("loaded", "active", "listening", "static"),
                "unknown: dbus.socket is static, and has nothing that could be enabled; say enabled: nil", []
            ),
            (
                Service("nginx"),
                "LoadError=it is bad\n" + block("bad-setting", "inactive", "dead", "enabled"),
                "unknown: systemd refuses nginx.service: it is bad; see `systemctl status nginx.service`", []
            ),
        ] as [(Service, String, String, [String])]
    )
    func plan(service: Service, shown: String, plan: String, titles: [String]) throws {
        let subject = UnitObservation(unit: service.unit)
        let state = try UnitObservation.answers(from: ShellOutput(shown), for: [subject])[0]
        #expect(service.plan(from: state).shown == plan)
        #expect(service.plan(from: state).titles == titles)
    }

    @Test("takes the blocks of systemctl in the order of the units")
    func blocks() throws {
        let text =
            Self.block("loaded", "active", "running", "enabled") + "\n"
            + Self.block("not-found", "inactive", "dead", "")
        let subjects = ["a.service", "b.service"].map { UnitObservation(unit: $0) }
        let states = try UnitObservation.answers(from: ShellOutput(text), for: subjects)
        #expect(states.map(\.isThere) == [true, false])
        #expect(throws: ObservationError.self) {
            try UnitObservation.answers(from: ShellOutput(text), for: [subjects[0]])
        }
    }

    @Test("what a unit depends on makes it uncertain")
    func dependencies() {
        let ids = Service("x", after: [Package("y").id]).dependencies
        #expect(ids.contains(ResourceID(Package.self, "y")))
        #expect(ids.contains(SystemdUnit("x", contents: "").id))
        #expect(ids.contains(File("/etc/systemd/system/x.service", contents: "").id))
    }

    @Test("refuses what is no unit's name", arguments: ["nginx*", "a b", "-x", "a;b", ""])
    func names(unit: String) { #expect(throws: ResourceError.self) { try Service(unit).validate() } }

    @Test("restarts what is there, reloads only what runs")
    func actions() {
        let dead = UnitState(active: "inactive", sub: "dead")
        #expect(ServiceRestart("x").plan(from: dead).titles == ["restart x.service"])
        #expect(ServiceReload("x").plan(from: dead).shown == "unchanged")
        #expect(ServiceReload("x").plan(from: UnitState()).titles == ["reload x.service"])
        #expect(ServiceReload("x").plan(from: UnitState(load: "not-found")).shown.hasPrefix("unknown"))
        #expect(
            ServiceRestart("x").plan(from: UnitState(needsReload: true)).titles
                == ["systemctl daemon-reload", "restart x.service"]
        )
        #expect(ServiceRestart("x").plan(from: UnitState(load: "not-found")).shown.hasPrefix("unknown"))
    }
}

@Suite("Unit files")
struct SystemdUnitTests {
    private let unit = SystemdUnit("x", contents: "[Service]\nExecStart=/bin/true\n")
    private var same: FileState {
        FileState(digest: SHA256Digest.hexadecimal(of: Array("[Service]\nExecStart=/bin/true\n".utf8)))
    }

    @Test("a changed file is read by systemd, and one that it has not read too")
    func plan() {
        let loaded = UnitState(active: "inactive", file: "disabled")
        #expect(unit.plan(from: (same, loaded)).shown == "unchanged")
        #expect(unit.plan(from: (nil, UnitState(load: "not-found"))).titles.last == "systemctl daemon-reload")
        var stale = loaded
        stale.needsReload = true
        #expect(unit.plan(from: (same, stale)).titles == ["systemctl daemon-reload"])
        #expect(unit.plan(from: (same, UnitState(load: "not-found"))).titles == ["systemctl daemon-reload"])
        let bad = UnitState(load: "bad-setting", loadError: "no ExecStart")
        #expect(
            unit.plan(from: (same, bad)).shown.hasPrefix("unknown: systemd refuses x.service: no ExecStart")
        )
    }
}
