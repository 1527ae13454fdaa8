import Apus
import KeepalivedConfiguration

/// The parameters of a virtual router with one address, as `VRRPAgent` takes them.
struct RouterParameters: Sendable {
    let virtualAddress: String
    let priority: UInt8
    let interface: String
    let virtualRouterID: UInt8
    let advertisementInterval: Duration
    let password: Secret?
    let tracking: [VRRPAgent.Tracking]

    /// Checked by the rules that the agent itself has.
    ///
    /// - Throws: what is wrong with the parameters.
    var configuration: Configuration {
        get throws {
            let words = virtualAddress.split(separator: "/", maxSplits: 1)
            guard let text = words.first, let address = Address(String(text)),
                words.count == 1 || UInt8(words[1]) != nil
            else {
                throw VRRPAgentError(
                    "«\(virtualAddress)» is not an IP address, with or without a prefix length"
                )
            }
            let scripts = tracking.compactMap(\.script)
            let processes = tracking.compactMap(\.process)
            let instance = Instance(
                name: "virtual_address",
                interface: interface,
                virtualRouterID: virtualRouterID,
                priority: priority,
                advertisementInterval: advertisementInterval,
                authentication: try authentication,
                virtualAddresses: [
                    VirtualAddress(address, prefixLength: words.count == 2 ? UInt8(words[1]) : nil)
                ],
                trackedScripts: scripts.map { Tracked($0.name) },
                trackedProcesses: processes.map { Tracked($0.name) }
            )
            return try Configuration(
                globals: Globals(scriptUser: scripts.isEmpty ? nil : ScriptUser(user: "root")),
                scripts: scripts,
                processes: processes,
                instances: [instance]
            )
        }
    }

    private var authentication: Instance.Authentication {
        get throws {
            guard let password else { return .none }
            guard password.revealed.utf8.count <= 8, let pass = Password(password.revealed) else {
                throw VRRPAgentError("the VRRP password must have 1 to 8 bytes (RFC 2338 §5.3.10)")
            }
            return .pass(pass)
        }
    }
}

/// What is wrong with a role's parameters.
struct VRRPAgentError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
