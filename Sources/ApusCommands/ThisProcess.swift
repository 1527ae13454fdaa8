import Foundation
import Journal
import Provisioning

/// What is said of this process to others.
enum ThisProcess {
    /// "fabian@mac"
    static var owner: String { "\(NSUserName())@\(ProcessInfo.processInfo.hostName)" }
}

extension JournalHeader {
    /// - Parameter verb: as on the command line; what stands behind it is what it was given.
    static func ofThisProcess(_ verb: String, _ playbooks: [String], _ options: RunOptions) -> JournalHeader {
        JournalHeader(
            verb: verb,
            playbooks: playbooks,
            arguments: Array(CommandLine.arguments.drop { $0 != verb }.dropFirst()),
            folder: FileManager.default.currentDirectoryPath,
            by: ThisProcess.owner,
            check: options.check,
            diff: options.diff
        )
    }
}
