import Foundation

/// The input that a parser has at the moment: shown where the program dies of it, or comes to no end with it.
enum LastInput {
    private static let mostBytes = 1 << 16
    private static let secondsForOne: UInt32 = 60
    nonisolated(unsafe) private static let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(
        capacity: mostBytes
    )
    nonisolated(unsafe) private static var count = 0

    static func keep(_ input: [UInt8]) {
        count = min(input.count, mostBytes)
        _ = bytes.update(fromContentsOf: input.prefix(count))
        alarm(secondsForOne)
    }

    static func showWhenEnding() {
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGALRM] {
            signal(number) { number in
                _ = write(STDERR_FILENO, LastInput.bytes.baseAddress, LastInput.count)
                _exit(128 + number)
            }
        }
    }
}
