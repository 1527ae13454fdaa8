import Foundation
import Journal
import Provisioning

/// What is said of this process to others.
enum ThisProcess {
    /// "fabian@mac"
    static var owner: String { "\(NSUserName())@\(ProcessInfo.processInfo.hostName)" }

    /// The command line behind `verb`.
    static func arguments(behind verb: String) -> [String] {
        Array(CommandLine.arguments.drop { $0 != verb }.dropFirst())
    }
}

extension JournalHeader {
    static func ofThisProcess(
        _ verb: String,
        _ playbooks: [String],
        _ arguments: [String],
        _ options: RunOptions
    ) -> JournalHeader {
        JournalHeader(
            verb: verb,
            playbooks: playbooks,
            arguments: arguments,
            folder: FileManager.default.currentDirectoryPath,
            by: ThisProcess.owner,
            check: options.check,
            diff: options.diff,
            progress: options.resume
        )
    }
}
