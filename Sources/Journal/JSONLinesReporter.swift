public import Provisioning
import Synchronization

/// Writes the events of a run as JSON, one object a line, each as it comes.
public final class JSONLinesReporter: Reporter {
    private let select: @Sendable (Event) -> Event?
    private let write: @Sendable ([UInt8]) throws -> Void
    private let warn: @Sendable (any Error) -> Void
    private let failed = Mutex(false)

    /// - Parameters:
    ///   - select: what is written of an event; `nil` leaves it out. All of it by default.
    ///   - write: takes whole lines, one at a time.
    ///   - warn: hears of the first line that could not be written; nothing is written after it.
    public init(
        select: @escaping @Sendable (Event) -> Event? = { $0 },
        write: @escaping @Sendable ([UInt8]) throws -> Void,
        warn: @escaping @Sendable (any Error) -> Void
    ) {
        self.select = select
        self.write = write
        self.warn = warn
    }

    /// Whether a line could not be written.
    public var hasFailed: Bool { failed.withLock { $0 } }

    public func report(_ event: Event) {
        guard let event = select(event) else { return }
        failed.withLock { failed in
            if failed { return }
            do {
                try write(try JSONLines.encode(TimedEvent(event)))
            } catch {
                failed = true
                warn(error)
            }
        }
    }
}
