import KeepalivedConfiguration

extension Plan {
    /// Reads a configuration with all that it includes, and checks it against this machine.
    init(file: String) throws(AgentError) {
        let sources = Sources()
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try sources.read(file)
        } catch {
            throw .system(error)
        }
        let configuration: Configuration
        do throws(ConfigurationErrors) {
            configuration = try Configuration(parsing: bytes, file: file, files: sources.access)
        } catch {
            throw .configuration(lines(error.errors) + sources.failures)
        }
        for warning in configuration.warnings { Log.warning("warning: \(warning.description)") }
        var planner = Planner(configuration)
        let plan = planner.plan(sources: sources.bytes)
        guard planner.errors.isEmpty else { throw .configuration(lines(planner.errors)) }
        self = plan
    }

    /// All files read, one behind the other, and what could not be read.
    private final class Sources {
        private(set) var bytes: [UInt8] = []
        private(set) var failures = ""

        func read(_ path: String) throws(SystemError) -> [UInt8] {
            let content = try FileReader.read(path)
            bytes += path.terminated + content + [0]
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
