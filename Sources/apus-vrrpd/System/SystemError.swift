import CLinux

/// A system call that failed: what was wanted, what the kernel said, what to do.
struct SystemError: Error {
    var operation: String
    /// A positive errno value.
    var code: Int32
    var remedy: String?

    var description: String { remedy.map { "\(problem)\n  try: \($0)" } ?? problem }

    /// The same without the remedy.
    var problem: String { "cannot \(operation): \(Self.text(of: code))" }

    /// What a positive errno value means.
    static func text(of code: Int32) -> String { String(cString: linux_error_text(code)) }
}

/// Why the agent does not start, or ended.
enum AgentError: Error {
    case system(SystemError)
    case configuration(String)

    var description: String {
        switch self {
        case .system(let error): error.description
        case .configuration(let text): text
        }
    }
}

/// The result of a call, or its error.
func check(
    _ result: some SignedInteger,
    _ operation: @autoclosure () -> String,
    remedy: String? = nil
) throws(SystemError) -> Int {
    guard result >= 0 else {
        throw SystemError(operation: operation(), code: Int32(-result), remedy: remedy)
    }
    return Int(result)
}
