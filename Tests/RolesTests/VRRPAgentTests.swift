import Apus
import Foundation
import Testing

@testable import Roles

@Suite("The role of the VRRP agent")
struct VRRPAgentTests {
    private static let hasBuild = (try? AgentBinary.path(for: .x86_64)) != nil

    private func role(usesIPVS: Bool = true) -> VRRPAgent {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent(
                "inventories/keepalived/node01/keepalived.conf"
            )
        return VRRPAgent(configurationFile: file.path, usesIPVS: usesIPVS, architecture: .x86_64)
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
