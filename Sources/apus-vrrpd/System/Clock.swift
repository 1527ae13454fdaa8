import CLinux
import VRRP

/// CLOCK_MONOTONIC: steps of the time of day do not move any timer.
enum Clock {
    static var now: Instant { Instant(.nanoseconds(linux_monotonic())) }
}

extension Duration {
    /// For the kernel's timeouts: rounded up, so that waiting never ends early; bounded to an hour.
    var waitNanoseconds: Int64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        return min(seconds, 3600) * 1_000_000_000 + (attoseconds + 999_999_999) / 1_000_000_000
    }
}
