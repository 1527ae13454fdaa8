import Apus
import Foundation
import Testing

@testable import Provisioning
@testable import Roles

@Suite("The role of the VRRP agent")
struct VRRPRoleTests {
    private static let hasBuild = (try? AgentBinary.path(for: .x86_64)) != nil

    private func role(usesIPVS: Bool = true) -> VRRPAgent {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent(
                "inventories/keepalived/node01/keepalived.conf"
            )
        return VRRPAgent(configurationFile: file.path, usesIPVS: usesIPVS, architecture: .x86_64)
    }

    @Test("each architecture gets its own build, from the first place that has one")
    func builds() throws {
        let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: root) }
        for place in ["first/aarch64", "second/aarch64", "second/armv6l"] {
            let folder = root.appendingPathComponent(place)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try Data().write(to: folder.appendingPathComponent("apus-vrrpd"))
        }
        let folders = ["first", "second"].map { root.appendingPathComponent($0).path }
        func path(_ machine: String) throws -> String {
            let said = ShellOutput("machine \(machine)\n")
            let facts = try FactsObservation.answers(from: said, for: [FactsObservation()])
            return try AgentBinary.path(for: facts[0].supportedArchitecture, in: folders)
        }
        #expect(try path("aarch64") == "\(folders[0])/aarch64/apus-vrrpd")
        #expect(try path("armv6l") == "\(folders[1])/armv6l/apus-vrrpd")
        let missing = #expect(throws: VRRPAgentError.self) { try path("riscv64") }
        #expect(missing?.description.contains("\(folders[1])/riscv64/apus-vrrpd") == true)
        let unknown = #expect(throws: (any Error).self) { try path("mips") }
        #expect(unknown.map { "\($0)" }?.contains("«mips»") == true)
    }

    @Test("the unit says whether ip_vs may be used", arguments: [(true, ""), (false, "--no-ipvs ")])
    func unit(usesIPVS: Bool, option: String) {
        let start = role(usesIPVS: usesIPVS).unitFile.split(separator: "\n").filter {
            $0.hasPrefix("ExecStart=")
        }
        let program = "/usr/local/sbin/apus-vrrpd"
        #expect(start == ["ExecStart=\(program) \(option)-f /etc/keepalived/keepalived.conf"])
    }

    @Test(
        "another unit or build restarts it, another configuration does not",
        .enabled(if: hasBuild, "make agents")
    )
    func handlers() throws {
        let told = try role().tasks.filter { !$0.handlers.isEmpty }
            .map { "\($0.title): \($0.handlers.map(\.name))" }
        #expect(
            told == [
                #"Upload the VRRP agent: ["Restart the VRRP agent"]"#,
                #"Configure the VRRP agent: ["Reload the VRRP agent"]"#,
                #"Install its unit: ["Restart the VRRP agent"]"#,
            ]
        )
    }
}
