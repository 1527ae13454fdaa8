import Foundation
import Synchronization

/// Tells of Ctrl-C and SIGTERM instead of being ended by them. After the third, or after `end()`, they end this
/// process again, as they would any other.
final class SignalWatch: Sendable {
    private static let watched = [SIGINT, SIGTERM]
    /// The last of the watched signals, 0 where there was none.
    private let last = Mutex<Int32>(0)
    private let reading: Int32

    /// Keeps signals from now on, until somebody hears of them.
    init() {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            reading = -1
            return
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        reading = ends[0]
        signalPipe = ends[1]
        // Handlers, not SIG_IGN: programs that this one starts get the usual effect back.
        for number in Self.watched {
            signal(number) { number in
                var byte = UInt8(truncatingIfNeeded: number)
                _ = write(signalPipe, &byte, 1)
            }
        }
    }

    /// - Parameter each: takes the signal and how many there were, from 1; on a thread of its own, one after the other.
    func tell(_ each: @escaping @Sendable (_ signal: Int32, _ count: Int) -> Void) {
        Thread.detachNewThread {
            var count = 0
            var byte: UInt8 = 0
            while read(self.reading, &byte, 1) == 1 {
                count += 1
                let number = Int32(byte)
                self.last.withLock { $0 = number }
                // Should all else fail, the next one ends the process.
                if count >= 2 || number == SIGTERM { Self.restore() }
                each(number, count)
            }
        }
    }

    /// - Returns: the last signal that came, 0 where none did.
    func end() -> Int32 {
        Self.restore()
        return last.withLock { $0 }
    }

    private static func restore() {
        for number in watched { signal(number, SIG_DFL) }
    }
}

/// Where the handler of signals writes: a handler can reach nothing else.
private nonisolated(unsafe) var signalPipe: Int32 = -1
