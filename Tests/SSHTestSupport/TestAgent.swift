import Foundation

package import SSH

/// A private ssh-agent.
package final class TestAgent: Sendable {
    package let client: SSHAgent
    private let child: Child
    private let folder: String

    package init(keys: [String]) throws {
        folder = try TestFolder.make("agent")
        let socket = "\(folder)/socket"
        child = try Child(["/usr/bin/ssh-agent", "-D", "-a", socket])
        // It says where it listens once it does.
        _ = child.read()
        client = SSHAgent(socketPath: socket)
        for key in keys {
            try run("/usr/bin/ssh-add", ["-q", key], environment: ["SSH_AUTH_SOCK": socket])
        }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: folder)
    }
}
