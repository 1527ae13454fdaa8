import Foundation
import Testing

/// Of a machine without an agent; with agents the lab looks.
private let hasNoAgent = !FileManager.default.fileExists(atPath: "/usr/local/sbin/apus-vrrpd")

@Suite("apus vrrp watch", .enabled(if: hasNoAgent, "needs a machine without an agent"))
struct VRRPWatchTests {
    let place = try! TestPlace()

    @Test("shows the table again and again, until Ctrl-C")
    func repeats() async throws {
        try place.write("hosts.ini", "here ansible_connection=local\n")
        let words = ["vrrp", "watch", "-i", "\(place.path)/hosts.ini", "--interval", "0.1"]
        let run = try TestRun(words, in: place)
        try await run.says("1 of 1 hosts have no agent\n", times: 3)
        run.send(SIGINT)
        _ = try await run.end()
    }
}
