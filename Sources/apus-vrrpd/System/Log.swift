import CLinux

/// One line an event, to stderr. For the journal each begins with its level (sd-daemon(3)), for people with
/// the time.
enum Log {
    static func info(_ text: String) { line(level: 6, text) }
    static func warning(_ text: String) { line(level: 4, text) }
    static func error(_ text: String) { line(level: 3, text) }

    private static func line(level: Int, _ text: String) {
        let prefix = environment("JOURNAL_STREAM") == nil ? "\(Clock.utc()) " : "<\(level)>"
        Output.write("\(prefix)\(text)\n", to: Output.error)
    }
}

/// A variable of the environment; nil when unset or empty.
func environment(_ name: String) -> String? {
    guard let value = linux_environment(name), value.pointee != 0 else { return nil }
    return String(cString: value)
}
