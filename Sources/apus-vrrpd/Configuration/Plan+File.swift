import CLinux
import KeepalivedConfiguration

/// The file that says what to do, and how strictly it is read.
struct ConfigurationFile {
    var path: String
    /// Whether what keepalived would leave out is left out with a warning instead of refused.
    var isLenient = false
}

extension Plan {
    /// Reads a configuration with all that it includes, and checks it against this machine.
    ///
    /// - Parameter warns: whether to log what is only a warning.
    init(file: ConfigurationFile, warns: Bool = true) throws(AgentError) {
        let sources = Sources()
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try sources.read(file.path)
        } catch {
            throw .system(error)
        }
        let configuration: Configuration
        do throws(ConfigurationErrors) {
            configuration = try Configuration(
                parsing: bytes,
                file: file.path,
                files: sources.access,
                isLenient: file.isLenient
            )
        } catch {
            throw .configuration(lines(error.errors) + sources.failures)
        }
        var planner = Planner(configuration, isLenient: file.isLenient)
        let plan = planner.plan(sources: sources.bytes)
        for warning in configuration.warnings + planner.warnings where warns {
            Log.warning("warning: \(warning.description)")
        }
        guard planner.errors.isEmpty else { throw .configuration(lines(planner.errors)) }
        if plan.startsAsRoot, linux_is_root() == 1 {
            do throws(SystemError) {
                for path in sources.paths {
                    try FileReader.requireOnlyRootChanges(path, "start programs of \(path)")
                }
            } catch {
                throw .system(error)
            }
        }
        self = plan
    }

    /// All files read, one behind the other, and what could not be read.
    private final class Sources {
        private(set) var bytes: [UInt8] = []
        private(set) var paths: [String] = []
        private(set) var failures = ""

        func read(_ path: String) throws(SystemError) -> [UInt8] {
            let content = try FileReader.read(path)
            bytes += path.terminated + content + [0]
            paths.append(path)
            return content
        }

        /// The parser reports an included file that is nil; the reason is kept here.
        var access: FileAccess {
            FileAccess(
                read: { path in
                    do throws(SystemError) {
                        return try self.read(path)
                    } catch {
                        self.failures += "\n\(error.description)"
                        return nil
                    }
                },
                glob: { pattern in
                    do throws(SystemError) {
                        return try FileReader.glob(pattern)
                    } catch {
                        self.failures += "\n\(error.description)"
                        return []
                    }
                }
            )
        }
    }
}

private func lines(_ errors: [ConfigurationError]) -> String {
    var text = ""
    for error in errors {
        if !text.utf8.isEmpty { text += "\n" }
        text += error.description
    }
    return text
}
