import CLinux
import VRRP

/// The service manager's watchdog (sd_watchdog_enabled(3)): it restarts an agent whose loop hangs.
struct Watchdog {
    private let limit: Duration
    private var last: Instant

    /// nil where the service manager watches nobody, or another process.
    init?(at now: Instant) {
        let microseconds = linux_watchdog()
        guard microseconds > 0 else { return nil }
        limit = .microseconds(microseconds)
        last = now
    }

    var deadline: Instant { last + limit / 2 }

    /// Says that the loop runs. A loop that is awake anyway says so earlier than it must, so that it need not wake up
    /// for that.
    mutating func feed(at now: Instant) {
        guard now - last >= limit / 4 else { return }
        last = now
        ServiceManager.tell("WATCHDOG=1")
    }
}
