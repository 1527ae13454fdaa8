import CLinux
import VRRP

/// CLOCK_BOOTTIME: steps of the time of day do not move any timer, and a machine that was suspended notices.
enum Clock {
    static var now: Instant { Instant(.nanoseconds(linux_monotonic())) }

    /// The time of day so long ago, in UTC; for people only.
    static func utc(before age: Duration = .zero) -> String {
        var text = [CChar](repeating: 0, count: 32)
        let length = text.withUnsafeMutableBufferPointer {
            linux_utc(age.nanoseconds, $0.baseAddress, Int32($0.count))
        }
        return String(decoding: text.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension Duration {
    var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
    }

    /// For the kernel's timeouts: rounded up, so that waiting never ends early; bounded to an hour.
    var waitNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return min(seconds, 3600) * 1_000_000_000 + (attoseconds + 999_999_999) / 1_000_000_000
    }
}
