import Foundation
import Provisioning
import Testing

@testable import Journal

@Suite("The key of plans' fingerprints stays on this machine")
struct PlanSealTests {
    let scratch = Scratch()
    private var keyFile: String { scratch.path + "/plan-key" }

    @Test func isMadeOnceAndForItsOwnerOnly() throws {
        let (seal, key) = try PlanSeal.make(in: scratch.path)
        let attributes = try FileManager.default.attributesOfItem(atPath: keyFile)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let again = try seal.key(in: scratch.path, of: "site.plan")
        #expect(again.fingerprint(of: "1234") == key.fingerprint(of: "1234"))
        let other = try PlanSeal.make(in: scratch.path).key
        #expect(other.fingerprint(of: "1234") != key.fingerprint(of: "1234"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["plan-key"])
    }

    @Test(
        "a plan of another key, or a key that others know, is refused",
        arguments: [
            ("rm plan-key", "site.plan was made by another user or on another machine"),
            ("chmod 640 plan-key", "others may read"),
            (": >plan-key", "is no key of plans"),
        ]
    )
    func refused(accident: String, expected: String) throws {
        let seal = try PlanSeal.make(in: scratch.path).seal
        let shell = try Process.run(
            URL(fileURLWithPath: "/bin/sh"),
            arguments: ["-c", "cd \"$0\" && \(accident)", scratch.path]
        )
        shell.waitUntilExit()
        let error = #expect(throws: JournalError.self) { try seal.key(in: scratch.path, of: "site.plan") }
        #expect(error?.description.contains(expected) == true)
    }
}
