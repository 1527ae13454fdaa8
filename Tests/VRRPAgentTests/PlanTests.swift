import Foundation
import Testing
import VRRP

@testable import apus_vrrpd

@Suite("Plans")
struct PlanTests {
    private func plan(_ before: String, _ instance: String) throws -> Plan {
        let text = """
            \(before)
            vrrp_instance one {
                interface eth0
                virtual_router_id 7
                virtual_ipaddress {
                    10.99.0.77
                }
                \(instance)
            }
            """
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("vr-\(UUID()).conf")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(text.utf8).write(to: file)
        return try Plan(file: ConfigurationFile(path: file.path))
    }

    @Test("a script becomes a check with all that it says")
    func script() throws {
        let settings = """
            vrrp_script check {
                script "/bin/test -e x"
                interval 0.5
                timeout 3
                rise 2
                fall 4
                init_fail
                user nobody
            }
            """
        let check = try #require(try plan(settings, "").checks.first)
        #expect(
            check.settings
                == .init(
                    interval: .milliseconds(500),
                    timeout: .seconds(3),
                    rise: 2,
                    fall: 4,
                    initiallyFails: true
                )
        )
        #expect(check.program?.arguments == ["/bin/test", "-e", "x"])
        #expect(try check.program?.user == Program.User(named: "nobody", group: nil))
    }

    @Test("an instance's words become the router's settings")
    func settings() throws {
        let instance = """
            priority 50
            nopreempt
            garp_master_delay 1
            garp_master_repeat 2
            garp_master_refresh 30
            garp_master_refresh_repeat 3
            """
        let settings = try #require(try plan("", instance).instances.first?.settings)
        #expect(settings.priority == Priority(50) && !settings.preempts)
        let announcements = VirtualRouter.Announcements(
            burst: 2,
            secondBurstAfter: .seconds(1),
            refresh: .seconds(30),
            refreshBurst: 3
        )
        #expect(settings.announcements == announcements)
        let delayed = try #require(try plan("", "preempt_delay 5").instances.first?.settings)
        #expect(delayed.preempts && delayed.preemptDelay == .seconds(5))
        let master = try #require(try plan("", "state MASTER\npreempt_delay 5").instances.first?.settings)
        #expect(master.preemptDelay == .zero)
    }

    @Test("trackers of one name are told apart")
    func trackers() throws {
        let defined = """
            vrrp_script eth1 {
                script /bin/true
                user nobody
            }
            vrrp_script hand-over {
                script /bin/true
                user nobody
            }
            vrrp_track_process eth1 {
                process eth1
            }
            """
        let tracked = """
            track_script {
                eth1 weight 1
                hand-over weight 2
            }
            track_process {
                eth1 weight 3
            }
            track_interface {
                eth1 weight 4
            }
            """
        let trackers = try #require(try plan(defined, tracked).instances.first?.settings.trackers)
        let names = ["eth1", "hand-over (script)", "eth1 (process)", "eth1 (interface)", "hand-over"]
        #expect(trackers.map(\.name) == names)
        #expect(trackers.map(\.weight) == [1, 2, 3, 4, -253])
    }
}
