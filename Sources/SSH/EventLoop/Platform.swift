#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// What the C library says about an error number.
func systemErrorText(_ code: Int32) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
    let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self)
}

/// close(2), for types that have a `close` of their own.
func closeDescriptor(_ descriptor: Int32) {
    close(descriptor)
}

/// Repeats a system call that a signal interrupted.
func retryingInterrupts<Result: FixedWidthInteger>(_ call: () -> Result) -> Result {
    while true {
        let result = call()
        guard result == -1, errno == EINTR else { return result }
    }
}

extension Duration {
    /// Rounded up, so that a wait never ends before its deadline.
    var wholeMilliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000 + (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
    }

    /// For messages: `10 s`, `0.25 s`.
    var shortText: String {
        let milliseconds = wholeMilliseconds
        if milliseconds % 1_000 == 0 { return "\(milliseconds / 1_000) s" }
        return "\(Double(milliseconds) / 1_000) s"
    }
}
