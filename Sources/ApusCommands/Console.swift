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
    static func write(_ text: String) { put(Array(text.utf8), to: STDOUT_FILENO) }

    static func write(_ bytes: [UInt8]) { put(bytes, to: STDOUT_FILENO) }

    /// A question, apart from the output of the run.
    static func prompt(_ text: String) { put(Array(text.utf8), to: STDERR_FILENO) }

    static func error(_ text: String) { put(Array((text + "\n").utf8), to: STDERR_FILENO) }

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

    private static func put(_ bytes: [UInt8], to descriptor: Int32) {
        var bytes = bytes[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            // Nobody reads any more: there is nobody to tell either.
            if count <= 0 { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Asks on the terminal, without showing what is typed; one question at a time.
    ///
    /// - Throws: `ConsoleError` where there is no terminal.
    static func askSecret(_ prompt: String) throws -> Secret {
        try prompting.withLock {
            guard let terminal = FileHandle(forUpdatingAtPath: "/dev/tty") else {
                throw ConsoleError(description: "cannot ask «\(prompt)»: there is no terminal")
            }
            let descriptor = terminal.fileDescriptor
            var settings = termios()
            guard tcgetattr(descriptor, &settings) == 0 else {
                throw ConsoleError(description: "cannot ask «\(prompt)»: the terminal has no settings")
            }
            var silent = settings
            // Ctrl-C arrives as a byte, so that the terminal is put right before the program ends.
            silent.c_lflag &= ~tcflag_t(ECHO | ISIG)
            tcsetattr(descriptor, TCSAFLUSH, &silent)
            put(Array(prompt.utf8), to: descriptor)
            var answer: [UInt8] = []
            var byte: UInt8 = 0
            while read(descriptor, &byte, 1) == 1, byte != UInt8(ascii: "\n"), byte != interrupt {
                answer.append(byte)
            }
            put([newline], to: descriptor)
            tcsetattr(descriptor, TCSAFLUSH, &settings)
            if byte == interrupt { kill(getpid(), SIGINT) }
            return Secret(String(decoding: answer, as: UTF8.self))
        }
    }

    private static let prompting = NSLock()
    private static let interrupt: UInt8 = 3
}

struct ConsoleError: Error, CustomStringConvertible {
    let description: String
}
