import MutationSupport
import Testing

@testable import KeepalivedConfiguration

@Suite("Rendered configurations")
struct RenderingTests {
    @Test("read like one that a person wrote")
    func readable() throws {
        let configuration = try Configuration(
            globals: Globals(routerID: "pi1", scriptUser: ScriptUser(user: "root")),
            scripts: [
                Script(
                    name: "check_haproxy",
                    command: ["killall", "-0", "haproxy"],
                    interval: .seconds(2),
                    weight: 2
                )
            ],
            instances: [
                Instance(
                    name: "haproxy",
                    initialState: .master,
                    interface: "eth0",
                    virtualRouterID: 51,
                    priority: 101,
                    virtualAddresses: [
                        VirtualAddress(try #require(Address("10.42.0.240")), prefixLength: 24)
                    ],
                    trackedScripts: [Tracked("check_haproxy")]
                )
            ]
        )
        #expect(
            configuration.rendered() == """
                global_defs {
                    router_id pi1
                    script_user root
                }

                vrrp_script check_haproxy {
                    script "killall -0 haproxy"
                    interval 2
                    weight 2
                }

                vrrp_instance haproxy {
                    state MASTER
                    interface eth0
                    virtual_router_id 51
                    priority 101
                    advert_int 1
                    version 2
                    virtual_ipaddress {
                        10.42.0.240/24
                    }
                    track_script {
                        check_haproxy
                    }
                }

                """
        )
    }

    @Test("parse to the values they were made from", arguments: 0..<200 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let made = try Self.configuration(&random)
        let text = made.rendered()
        let read = try parse(text)
        #expect(read.warnings.isEmpty)
        #expect(Self.shown(read) == Self.shown(made), "\(text)")
        #expect(read.rendered() == text)
    }

    /// Everything but the places, which differ between values made and values read.
    private static func shown(_ configuration: Configuration) -> String {
        var text = "\(configuration.globals)\n"
        for var script in configuration.scripts {
            script.location = .none
            text += "\(script)\n"
        }
        for var process in configuration.processes {
            process.location = .none
            text += "\(process)\n"
        }
        for var group in configuration.syncGroups {
            group.location = .none
            text += "\(group)\n"
        }
        for var instance in configuration.instances {
            instance.location = .none
            for index in instance.trackedProcesses.indices {
                instance.trackedProcesses[index].location = .none
            }
            for index in instance.trackedInterfaces.indices {
                instance.trackedInterfaces[index].location = .none
            }
            for index in instance.virtualRoutes.indices { instance.virtualRoutes[index].location = .none }
            for index in instance.virtualAddresses.indices {
                instance.virtualAddresses[index].location = .none
            }
            for index in instance.excludedAddresses.indices {
                instance.excludedAddresses[index].location = .none
            }
            for index in instance.trackedScripts.indices { instance.trackedScripts[index].location = .none }
            text += "\(instance)\n"
            if case .pass(let password) = instance.authentication { text += "\(password.reveal())\n" }
        }
        return text
    }

    private static func word(_ random: inout SeededGenerator) -> String {
        let characters = Array("abc-_ .\"'\\#!{}\n\té$@0")
        let length = Int.random(in: 1...6, using: &random)
        return String((0..<length).map { _ in characters.randomElement(using: &random) ?? "x" })
    }

    private static func user(_ random: inout SeededGenerator) -> ScriptUser? {
        guard Bool.random(using: &random) else { return nil }
        return ScriptUser(user: word(&random), group: Bool.random(using: &random) ? word(&random) : nil)
    }

    private static func command(_ random: inout SeededGenerator) -> [String] {
        ["/bin/x"] + (0..<Int.random(in: 0...3, using: &random)).map { _ in word(&random) }
    }

    private static func notify(_ random: inout SeededGenerator) -> NotifyScript? {
        Bool.random(using: &random) ? NotifyScript(command(&random), user: user(&random)) : nil
    }

    private static func configuration(_ random: inout SeededGenerator) throws -> Configuration {
        let scripts = (0..<Int.random(in: 0...2, using: &random)).map { index in
            Script(
                name: "\(index)" + word(&random),
                command: command(&random),
                interval: .milliseconds(Int.random(in: 1...5000, using: &random)),
                timeout: Bool.random(using: &random) ? .seconds(7) : nil,
                weight: Int.random(in: -253...253, using: &random),
                reverse: Bool.random(using: &random),
                rise: Int.random(in: 1...3, using: &random),
                fall: Int.random(in: 1...3, using: &random),
                initFail: Bool.random(using: &random),
                user: user(&random)
            )
        }
        let processes = (0..<Int.random(in: 0...2, using: &random)).map { index in
            WatchedProcess(
                name: "\(index)" + word(&random),
                process: "nginx\(index)",
                quorum: Int.random(in: 1...3, using: &random),
                weight: Int.random(in: -253...253, using: &random),
                reverse: Bool.random(using: &random)
            )
        }
        var instances: [Instance] = []
        for index in 1...2 {
            let isIPv6 = Bool.random(using: &random)
            let isV3 = isIPv6 || Bool.random(using: &random)
            let isMaster = Bool.random(using: &random)
            let noPreempt = !isMaster && Bool.random(using: &random)
            let address = try #require(Address(isIPv6 ? "fe80::\(index)" : "10.0.0.\(index)"))
            let password = isV3 ? nil : Password(word(&random))
            instances.append(
                Instance(
                    name: "\(index)" + word(&random),
                    initialState: isMaster ? .master : .backup,
                    interface: "eth\(index)",
                    virtualRouterID: UInt8(index),
                    priority: UInt8.random(in: 1...254, using: &random),
                    advertisementInterval: isV3
                        ? .milliseconds(10 * Int.random(in: 1...4095, using: &random)) : .seconds(3),
                    version: isV3 ? .v3 : .v2,
                    authentication: password.map { .pass($0) } ?? .none,
                    virtualAddresses: [
                        VirtualAddress(
                            address,
                            prefixLength: UInt8.random(in: 0...32, using: &random),
                            device: Bool.random(using: &random) ? "br-lan" : nil,
                            label: Bool.random(using: &random) ? "10.0.0.9" : nil,
                            broadcast: Bool.random(using: &random) ? .computed : nil,
                            scope: UInt8.random(in: 0...255, using: &random)
                        )
                    ],
                    excludedAddresses: Bool.random(using: &random)
                        ? [VirtualAddress(try #require(Address("10.1.0.\(index)")), device: "eth9")] : [],
                    virtualRoutes: [
                        VirtualRoute(
                            to: address,
                            prefixLength: UInt8.random(in: 0...32, using: &random),
                            gateway: Bool.random(using: &random) ? address : nil,
                            device: Bool.random(using: &random) ? "br-lan" : nil,
                            source: Bool.random(using: &random) ? address : nil,
                            scope: Bool.random(using: &random) ? 253 : nil,
                            table: Bool.random(using: &random) ? 255 : nil,
                            metric: Bool.random(using: &random) ? 1024 : nil
                        )
                    ],
                    trackedScripts: scripts.map {
                        let weight =
                            Bool.random(using: &random) ? Int.random(in: -253...253, using: &random) : nil
                        return Tracked($0.name, weight: weight, reverse: weight.map { $0 > 0 })
                    },
                    trackedProcesses: processes.map { Tracked($0.name) },
                    trackedInterfaces: [Tracked("eth9", weight: Bool.random(using: &random) ? 5 : nil)],
                    tracksInterface: Bool.random(using: &random),
                    virtualMAC: Bool.random(using: &random)
                        ? VirtualMAC(
                            interface: Bool.random(using: &random) ? "vrrp\(index)" : nil,
                            advertisesFromBase: Bool.random(using: &random)
                        ) : nil,
                    accepts: Bool.random(using: &random),
                    checksumCoversPseudoHeader: Bool.random(using: &random),
                    noPreempt: noPreempt,
                    preemptDelay: isMaster || noPreempt ? .zero : .milliseconds(1500),
                    gratuitousARP: GratuitousARP(
                        repeat: 3,
                        delay: .zero,
                        refresh: .seconds(9),
                        refreshRepeat: 2,
                        interval: .milliseconds(1)
                    ),
                    unicastPeers: isIPv6 ? [] : [UnicastPeer(address, hopLimits: hopLimits(&random))],
                    notifications: Notifications(
                        master: notify(&random),
                        backup: notify(&random),
                        fault: notify(&random),
                        stop: notify(&random),
                        any: notify(&random)
                    )
                )
            )
        }
        return try Configuration(
            globals: Globals(
                routerID: Bool.random(using: &random) ? word(&random) : nil,
                scriptUser: user(&random),
                enableScriptSecurity: Bool.random(using: &random)
            ),
            scripts: scripts,
            processes: processes,
            syncGroups: Bool.random(using: &random)
                ? [SyncGroup(name: word(&random), members: instances.map(\.name))] : [],
            instances: instances
        )
    }

    private static func hopLimits(_ random: inout SeededGenerator) -> ClosedRange<UInt8> {
        UInt8.random(in: 0...9, using: &random)...UInt8.random(in: 9...255, using: &random)
    }

    @Test("values that no file could hold are refused")
    func refused() throws {
        let address = VirtualAddress(try #require(Address("10.0.0.1")))
        let sound = Instance(name: "a", interface: "eth0", virtualRouterID: 1, virtualAddresses: [address])
        #expect(throws: Never.self) { try Configuration(instances: [sound]) }
        let changes: [(inout Instance) -> Void] = [
            { $0.virtualRouterID = 0 }, { $0.priority = 0 }, { $0.interface = "" },
            { $0.virtualAddresses = [] },
            { $0.advertisementInterval = .milliseconds(1500) }, { $0.advertisementInterval = .zero },
            { $0.advertisementInterval = .seconds(256) }, { $0.trackedScripts = [Tracked("gone")] },
            { $0.virtualAddresses.append(address) }, { $0.virtualAddresses[0].prefixLength = 33 },
            {
                $0.noPreempt = true; $0.initialState = .master
            }, { $0.preemptDelay = .seconds(1001) },
            { $0.gratuitousARP.repeat = 0 }, { $0.name = "" }, { $0.virtualAddresses[0].device = "a b" },
        ]
        for (index, change) in changes.enumerated() {
            var broken = sound
            change(&broken)
            #expect(throws: ConfigurationErrors.self, "change \(index)") {
                try Configuration(instances: [broken])
            }
        }
        #expect(throws: ConfigurationErrors.self) { try Configuration(instances: []) }
        #expect(throws: ConfigurationErrors.self) { try Configuration(instances: [sound, sound]) }
        #expect(throws: ConfigurationErrors.self) {
            try Configuration(scripts: [Script(name: "x", command: [])], instances: [sound])
        }
        #expect(Password("") == nil)
    }
}
