import Apus
import Foundation

/// Where the builds of the agent are on this machine: what `make agents` made.
enum AgentBinary {
    /// - Parameter folders: with a folder for each architecture; the first that has the build counts.
    /// - Throws: which build is missing, and how to get it.
    static func path(
        for architecture: Facts.Architecture,
        in folders: [String] = AgentBinary.folders
    ) throws -> String {
        let places = folders.map { "\($0)/\(architecture.rawValue)/apus-vrrpd" }
        guard let path = places.first(where: FileManager.default.fileExists(atPath:)) else {
            throw VRRPAgentError(
                "there is no VRRP agent for \(architecture.rawValue); looked for \(places.joined(separator: ", ")). "
                    + "Build it with: make agents"
            )
        }
        return path
    }

    /// `$APUS_AGENTS`, then beside the running `apus`, then in the checkout that it was built from.
    static var folders: [String] {
        let program = URL(fileURLWithPath: CommandLine.arguments[0]).resolvingSymlinksInPath()
        let installed = program.deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("lib/apus/agents").path
        let checkout = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent(".build/agents").path
        let named = ProcessInfo.processInfo.environment["APUS_AGENTS"]
        return [named, installed, checkout].compactMap(\.self)
    }
}
