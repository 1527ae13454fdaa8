import ArgumentParser
import Foundation
import HostInventory
import Provisioning

/// Which playbooks run on which hosts, and how.
struct PlaybookOptions: ParsableArguments {
    @Argument(help: "Names of playbooks; `apus list` shows them.")
    var playbooks: [String] = []

    @OptionGroup var hosts: HostOptions

    @Option(name: [.short, .long], help: "Only these hosts of the inventory: a pattern such as web:!web3.")
    var limit: String?

    @OptionGroup var tasks: TaskOptions

    @Option(
        name: .customLong("lock-timeout"),
        help: ArgumentHelp("How long to wait for another run on the same host.", valueName: "seconds")
    )
    var lockTimeout = 60

    @Option(
        name: .customLong("host-folder"),
        help: ArgumentHelp("Where hosts keep locks and jobs, for tests.", visibility: .hidden)
    )
    var hostFolder: String?

    func validate() throws {
        guard lockTimeout >= 0 else {
            throw ValidationError("--lock-timeout must be 0 seconds or more, not \(lockTimeout)")
        }
    }

    func requirePlaybooks() throws {
        if playbooks.isEmpty { throw ValidationError("which playbook? `apus list` shows them") }
    }

    /// - Throws: `ValidationError` where the catalog has not all of them.
    func selected() throws -> [Playbook] {
        try CommandContext.playbooks(named: playbooks)
    }

    func runOptions() throws -> RunOptions {
        var options = try hosts.runOptions()
        options.lock = .ofThisProcess(playbooks: playbooks, timeout: .seconds(lockTimeout))
        options.lock?.folder = hostFolder
        options.jobFolder = hostFolder.map { $0 + "/jobs" }
        options.limit = try limit.map { try Pattern.limit($0) }
        options.otherPlaybooks = CommandContext.catalog.playbooks
        tasks.apply(to: &options)
        return options
    }
}

extension HostLock {
    /// Says who works on a host: the user, this machine, this process, the playbooks.
    static func ofThisProcess(playbooks: [String], timeout: Duration) -> HostLock {
        let who = "\(ThisProcess.owner), process \(ProcessInfo.processInfo.processIdentifier)"
        let since = ISO8601DateFormatter().string(from: Date())
        return HostLock(
            holder: "\(who), playbook \(playbooks.joined(separator: "+"))",
            since: since,
            timeout: timeout
        )
    }
}
