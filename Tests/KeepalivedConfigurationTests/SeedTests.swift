import Foundation
import KeepalivedConfiguration
import Testing

/// The configuration files of the write-ups that this project starts from, unchanged.
enum Seeds {
    static let s000 = seed("000")
    static let s001 = seed("001-active")
    static let s002Printed = seed("002-lb1")
    static let s002OneLine = s002Printed.replacing("! Configuration File for keepalived ", with: "")
    static let s003 = seed("003-slave")

    /// The files of 004 are those of an inventory of this repository.
    static let s004 = file("../../inventories/keepalived/node01/keepalived.conf")
    static let s004SSH = file("../../inventories/keepalived/node01/config/ssh.conf")

    private static func seed(_ name: String) -> String { file("Seeds/\(name).conf") }

    private static func file(_ path: String) -> String {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(path)
        do {
            return try String(contentsOf: file, encoding: .utf8)
        } catch {
            preconditionFailure("\(error)")
        }
    }
}

@Suite("The seeds' configurations")
struct SeedTests {
    @Test("000 is one instance")
    func seed000() throws {
        let configuration = try parse(Seeds.s000)
        let instance = try #require(configuration.instances.first)
        #expect(instance.name == "VI_1" && instance.interface == "eth0" && instance.initialState == .master)
        #expect(instance.virtualRouterID == 101 && instance.priority == 100 && instance.version == .v2)
        #expect(instance.advertisementInterval == .seconds(1))
        #expect(instance.virtualAddresses.map(\.address.bytes) == [[172, 19, 1, 1]])
        #expect(instance.virtualAddresses.map(\.prefixLength) == [32])
        #expect(configuration.warnings.isEmpty)
    }

    @Test("001 tracks its script by argument vector")
    func seed001() throws {
        let configuration = try parse(Seeds.s001)
        let script = try #require(configuration.script(named: "check_haproxy"))
        #expect(script.command == ["killall", "-0", "haproxy"])
        #expect(script.interval == .seconds(2) && script.timeout == .seconds(2) && script.weight == 2)
        #expect(script.rise == 1 && script.fall == 1 && !script.initFail && script.user == nil)
        let instance = try #require(configuration.instances.first)
        #expect(instance.trackedScripts.map(\.name) == ["check_haproxy"])
        #expect(instance.trackedScripts.first?.weight == nil)
        #expect(instance.priority == 101 && instance.virtualRouterID == 51)
        #expect(instance.advertisementInterval == .seconds(1))
    }

    @Test("002 as printed is a comment, and the error says so")
    func seed002Printed() {
        #expect(
            errors(in: Seeds.s002Printed)
                == "k.conf:1:1: the file defines no vrrp_instance: this comment hides one up to the end of its line"
        )
    }

    @Test(
        "002 on one line and on several means the same",
        arguments: [
            Seeds.s002OneLine,
            "! Configuration File for keepalived\n" + Seeds.s002OneLine,
            """
            vrrp_instance VI_1
            {
                state MASTER
                interface eth0
                virtual_router_id 51
                priority 100
                advert_int 1
                authentication {
                    auth_type PASS
                    auth_pass pass
                }
                virtual_ipaddress { 10.0.3.100 }
            }
            """,
        ]
    )
    func seed002(text: String) throws {
        let configuration = try parse(text)
        #expect(configuration.instances.count == 1 && configuration.warnings.isEmpty)
        let instance = configuration.instances[0]
        #expect(instance.virtualRouterID == 51 && instance.priority == 100 && instance.interface == "eth0")
        #expect(instance.virtualAddresses.map(\.address.description) == ["10.0.3.100"])
        guard case .pass(let password) = instance.authentication else {
            Issue.record("no password")
            return
        }
        #expect(password.reveal() == Array("pass".utf8) + [0, 0, 0, 0])
    }

    @Test("003 with its old words works, with warnings")
    func seed003() throws {
        let configuration = try parse(Seeds.s003)
        #expect(configuration.globals.routerID == "landlord_ethyl")
        #expect(configuration.instances.map(\.initialState) == [.backup])
        #expect(
            configuration.warnings.map(\.description) == [
                "k.conf:3:5: 'lvs_id' is the old name of 'router_id'",
                "k.conf:14:11: 'SLAVE' is taken for BACKUP",
            ]
        )
    }

    @Test("004 includes its instances relative to its own directory")
    func seed004() throws {
        let contents = ["/etc/keepalived/config/ssh.conf": Seeds.s004SSH]
        let configuration = try Configuration(
            parsing: Seeds.s004,
            file: "/etc/keepalived/keepalived.conf",
            files: files(contents)
        )
        #expect(configuration.globals.scriptUser == ScriptUser(user: "root"))
        #expect(configuration.globals.enableScriptSecurity)
        let instance = try #require(configuration.instances.first)
        #expect(instance.advertisementInterval == .seconds(2))
        #expect(instance.location.description == "/etc/keepalived/config/ssh.conf:1:1")
        #expect(
            instance.notifications.master?.command
                == ["/etc/keepalived/iptables.sh", "reset", "192.168.44.120"]
        )
        #expect(instance.notifications.stop == nil)
    }

    @Test("004's virtual servers spread connections by direct routing")
    func seed004Server() throws {
        let contents = ["config/ssh.conf": Seeds.s004SSH]
        let configuration = try parse(Seeds.s004, files: files(contents))
        #expect(configuration.warnings.isEmpty)
        let server = try #require(configuration.virtualServers.first)
        #expect(server.endpoints[0].description == "192.168.44.120:22")
        #expect(server.scheduler == .roundRobin && server.forwarding == .directRouting)
        #expect(server.transport == .tcp && server.persistence == nil)
        #expect(server.realServers.map(\.endpoint.description) == ["192.168.44.51:22", "192.168.44.52:22"])
        #expect(server.realServers.map(\.weight) == [1, 1])
        for real in server.realServers {
            let check = try #require(real.checks.first)
            guard case .tcp(let target) = check.kind else { Issue.record("\(check)"); continue }
            #expect(target.endpoint == real.endpoint)
            #expect(check.interval == .seconds(10) && check.timeout == .seconds(1) && check.retries == 1)
        }
    }
}
