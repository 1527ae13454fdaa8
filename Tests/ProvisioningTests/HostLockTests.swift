import Testing
import Transports

@testable import Provisioning

@Suite("The lock of a host", .timeLimit(.minutes(1)))
struct HostLockTests {
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    /// Reads until what it wrote ends with `text`.
    private func wait(for text: String, from channel: any TransportChannel) async throws {
        var said = ""
        while !said.hasSuffix(text) {
            switch try await channel.read() {
            case .output(let bytes), .errors(let bytes): said += String(decoding: bytes, as: UTF8.self)
            case .exited(let status): throw ObservationError("ended with \(status ?? -1), and said «\(said)»")
            }
        }
    }

    @Test("its holder is named also where it took the lock an instant before it has a name")
    func lateName() async throws {
        let file = "\(scratch.path)/apus.lock"
        try scratch.write("apus.lock", "")
        let name = "apus-lock:\(file) k3f9 web1 somebody since today"
        let holding = "exec 9<\(file); flock 9; echo held; read go; exec sh -s '\(name)'"
        let holder = try await LocalTransport().open("sh -c \(shellQuoted(holding))")
        try await wait(for: "held\n", from: holder)
        let lock = HostLock(holder: "another", since: "now", timeout: .seconds(50), folder: scratch.path)
        let script = LockClaim(lock: lock, host: "web1").script(nonce: "n")
        let claimant = try await LocalTransport().open("sh -c '\(script)'")
        try await wait(for: "n busy \n", from: claimant)
        try await holder.write(Array("go\n".utf8))
        try await wait(for: "n busy sh -s \(name)\n", from: claimant)
        await claimant.close()
        await holder.close()
    }
}
