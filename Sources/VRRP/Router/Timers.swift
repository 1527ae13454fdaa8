/// The protocol's timers. All of them are exact: a 256th of a second, or of a centisecond, fits into Duration.
public enum Timers {
    /// How much longer than three intervals a backup waits: the weaker the longer, so that the strongest
    /// backup acts first. RFC 3768 §6.1 `(256 − priority) / 256` s; RFC 9568 §6.1 the same share of the
    /// master's interval.
    public static func skew(
        _ version: Advertisement.Version,
        priority: Priority,
        masterInterval: Duration
    ) -> Duration {
        unit(version, masterInterval: masterInterval) * (256 - Int(priority.rawValue))
    }

    /// The silence after which a backup takes the master's place: three intervals and the skew.
    /// Version 2, priority 100 and 1 s give 3.609375 s.
    public static func masterDown(
        _ version: Advertisement.Version,
        priority: Priority,
        masterInterval: Duration
    ) -> Duration {
        masterInterval * 3 + skew(version, priority: priority, masterInterval: masterInterval)
    }

    /// How long a master that offers its place (see `VirtualRouter+Standing`) waits for a better one: half a
    /// priority's share before its own skew ends, so half a share after that of the next better backup.
    static func standing(
        _ version: Advertisement.Version,
        priority: Priority,
        interval: Duration
    ) -> Duration {
        skew(version, priority: priority, masterInterval: interval)
            - unit(version, masterInterval: interval) / 2
    }

    /// By how much the skews of two neighbouring priorities differ.
    private static func unit(_ version: Advertisement.Version, masterInterval: Duration) -> Duration {
        switch version {
        case .v2: .seconds(1) / 256
        case .v3: masterInterval / 256
        }
    }
}
