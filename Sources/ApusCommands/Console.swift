import Foundation
import HostInventory
import Provisioning

/// The terminal of the person at work.
enum Console {
    static var outputIsTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

    static var columns: Int {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
        return Int(size.ws_col)
    }

    /// At once, also into a pipe, so that nothing is lost when the run is killed.
    static func write(_ text: String) { write(Array(text.utf8)) }

    static func write(_ bytes: [UInt8]) { Questions.output(bytes, to: STDOUT_FILENO) }

    /// A question, apart from the output of the run.
    static func prompt(_ text: String) { put(Array(text.utf8), to: STDERR_FILENO) }

    static func error(_ text: String) { Questions.output(Array((text + "\n").utf8), to: STDERR_FILENO) }

    /// The lines of what a program wrote, as they are, each after two spaces.
    static func writeIndented(_ output: [UInt8]) {
        var text: [UInt8] = []
        var rest = output[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: newline) ?? rest.endIndex
            if end > rest.startIndex { text += [space, space] + rest[..<end] }
            text.append(newline)
            rest = rest[end...].dropFirst()
            if text.count > largestWrite || rest.isEmpty {
                write(text)
                text.removeAll(keepingCapacity: true)
            }
        }
    }

    private static let newline = UInt8(ascii: "\n")
    private static let space = UInt8(ascii: " ")
    /// About; in bytes.
    private static let largestWrite = 64 << 10

    /// At once, past an open question.
    static func put(_ bytes: [UInt8], to descriptor: Int32) {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // Nobody reads any more: there is nobody to tell either.
            if count <= 0 { return }
            bytes = bytes.dropFirst(count)
        }
    }
}

struct ConsoleError: Error, CustomStringConvertible {
    let description: String
}
