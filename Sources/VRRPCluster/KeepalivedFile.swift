import Foundation
public import KeepalivedConfiguration

/// A keepalived.conf on this machine that is to be `/etc/keepalived/keepalived.conf` on hosts.
///
/// What it names in that folder, the files that it includes and the programs that it runs, lies beside it.
public struct KeepalivedFile: Sendable {
    /// Where it goes, with what lies beside it.
    public static let folder = "/etc/keepalived"
    public let path: String

    public init(_ path: String) { self.path = path }

    /// - Parameter isLenient: as `Configuration` has it.
    /// - Throws: `ConfigurationErrors`, `KeepalivedFileError`.
    public func configuration(isLenient: Bool = false) throws -> Configuration {
        try Configuration(parsing: bytes, file: path, files: files, isLenient: isLenient)
    }

    /// The same as one file: what it includes is in the place of the statement that includes it.
    ///
    /// - Throws: `ConfigurationErrors`, `KeepalivedFileError`.
    public var text: String {
        get throws {
            let text = try Configuration.text(including: files, bytes, file: path)
            return String(decoding: text, as: UTF8.self)
        }
    }

    /// A file that commands name in `folder`, and where it is on this machine.
    public struct Companion: Sendable, Hashable {
        public let path: String
        public let source: String
        public let isProgram: Bool
    }

    /// The programs in `folder`, and the files there that are among their arguments, sorted by path.
    ///
    /// - Throws: `KeepalivedFileError` where a program is not beside the file; `ConfigurationErrors`.
    public var companions: [Companion] {
        get throws {
            var found: [String: Companion] = [:]
            for command in try configuration().commands {
                for (index, word) in command.enumerated() where word.hasPrefix(Self.folder + "/") {
                    let (source, isProgram) = (beside(word), index == 0)
                    if FileManager.default.isReadableFile(atPath: source) {
                        let isAny = isProgram || found[word]?.isProgram ?? false
                        found[word] = Companion(path: word, source: source, isProgram: isAny)
                    } else if isProgram {
                        throw KeepalivedFileError(
                            "\(path): it runs \(word), and there is no \(source) to put there; "
                                + "programs in \(Self.folder) must lie beside the file"
                        )
                    }
                }
            }
            return found.values.sorted { $0.path < $1.path }
        }
    }

    private var bytes: [UInt8] {
        get throws {
            do {
                return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
            } catch {
                throw KeepalivedFileError("cannot read \(path): \(error.localizedDescription)")
            }
        }
    }

    private var files: FileAccess {
        FileAccess(
            read: { path in FileManager.default.contents(atPath: path).map(Array.init) },
            glob: { Self.matches(of: beside($0)) }
        )
    }

    /// Where on this machine lies what is at `path` on hosts.
    private func beside(_ path: String) -> String {
        guard path.hasPrefix(Self.folder + "/") else { return path }
        return URL(fileURLWithPath: self.path).deletingLastPathComponent()
            .appendingPathComponent(String(path.dropFirst(Self.folder.count + 1))).path
    }

    private static func matches(of pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0, let paths = found.gl_pathv else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { paths[$0].map { String(cString: $0) } }
    }
}

public struct KeepalivedFileError: Error, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

extension Configuration {
    /// All that the agent ever runs: checks and notifications, with their arguments.
    var commands: [[String]] {
        let notifications = instances.map(\.notifications) + syncGroups.map(\.notifications)
        let notifying = notifications.flatMap { [$0.master, $0.backup, $0.fault, $0.stop, $0.any] }
        let serving = virtualServers.flatMap { server in
            [server.quorumUp, server.quorumDown]
                + server.realServers.flatMap { [$0.notifyUp, $0.notifyDown] }
        }
        let checks = virtualServers.flatMap(\.realServers).flatMap(\.checks).compactMap { check in
            if case .program(let command, _) = check.kind { command } else { nil }
        }
        return scripts.map(\.command) + checks + (notifying + serving).compactMap { $0?.command }
    }
}
