import Foundation
import Testing

/// When addresses came and went in a namespace, as the kernel said so and not as somebody noticed.
final class AddressMonitor {
    private let monitor: AgentProcess
    private var seen = 0

    init(in namespace: String) throws {
        monitor = try AgentProcess(in: namespace, command: ["ip", "-ts", "monitor", "address"])
        // It watches from the first change on that it shows.
        let probe = ["ip", "-n", namespace, "address"]
        let isWatching = try eventually(within: 10) {
            try run(probe + ["add", "127.9.9.9/32", "dev", "lo"])
            try run(probe + ["delete", "127.9.9.9/32", "dev", "lo"])
            return monitor.lines.contains { $0.contains("Deleted") }
        }
        guard isWatching else { throw CommandFailure(description: "ip monitor says nothing") }
        forget()
    }

    /// What was is of no interest any longer.
    func forget() { seen = monitor.lines.count }

    /// Waits until an address has come, or gone.
    func wait(for address: String, gone: Bool) throws -> Date {
        let deadline = Date(timeIntervalSinceNow: 10)
        while Date() < deadline {
            for line in monitor.lines.dropFirst(seen) where line.contains(" \(address)/") {
                guard line.contains("Deleted") == gone, let time = Self.time(of: line) else { continue }
                return time
            }
            Thread.sleep(forTimeInterval: 0.005)
        }
        throw CommandFailure(description: "\(address): no change: \(monitor.lines)")
    }

    /// Of "[2026-11-21T16:00:01.123456] …"; the time zone is that of the machine.
    private static func time(of line: String) -> Date? {
        guard let start = line.firstIndex(of: "["), let end = line.firstIndex(of: "]") else { return nil }
        let parts = line[line.index(after: start)..<end].split(separator: ".")
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.dateFormat = "yyyy-MM-dd'T'HH:mm:ss"
        guard parts.count == 2, let seconds = formatter.date(from: String(parts[0])),
            let fraction = Double("0.\(parts[1])")
        else { return nil }
        return seconds.addingTimeInterval(fraction)
    }
}

/// Tries until one takes no longer than the limit. A machine that does something else beside may be late now and then, so
/// the fastest of some tries counts; a design that waits for something longer is late in each of them.
func expectOnce(
    within limit: TimeInterval,
    tries: Int = 8,
    _ location: SourceLocation = #_sourceLocation,
    _ measure: () throws -> TimeInterval
) throws {
    var times: [TimeInterval] = []
    while times.count < tries, times.min() ?? .infinity > limit { times.append(try measure()) }
    #expect(times.min() ?? .infinity <= limit, "\(times)", sourceLocation: location)
}
