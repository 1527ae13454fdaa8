import Foundation
import HostInventory
import Synchronization

/// Questions at the terminal: one at a time, and nothing else is written there while one waits for its answer.
enum Questions {
    /// Their own thread: people are slow, and the threads of tasks are few.
    private static let queue = DispatchQueue(label: "apus.questions")
    private static let state = Mutex(State())
    /// In bytes: beyond it, output is shown although a question is open.
    private static let mostHeld = 1 << 20
    private static let interrupt: UInt8 = 3

    private struct State {
        var isOpen = false
        var held: [(bytes: [UInt8], descriptor: Int32)] = []
        var heldBytes = 0
        var wasInterrupted = false

        mutating func release() {
            for (bytes, descriptor) in held { Console.put(bytes, to: descriptor) }
            (held, heldBytes) = ([], 0)
        }
    }

    /// Asks without showing what is typed. Blocks.
    ///
    /// - Throws: `ConsoleError` where there is no terminal, or Ctrl-C was the answer to this question or an earlier one.
    static func askSecret(_ question: String) throws -> Secret {
        try queue.sync { try ask(question, echoes: false) }
    }

    /// The same for those who must not block.
    ///
    /// - Returns: `nil` where nobody answers, or with nothing.
    static func answer(to question: String, echoes: Bool = false) async -> Secret? {
        await withCheckedContinuation { answered in
            queue.async {
                // Who asked tells what could not be done without the answer.
                let answer = try? ask(question, echoes: echoes)
                answered.resume(returning: answer.flatMap { $0.revealed.isEmpty ? nil : $0 })
            }
        }
    }

    /// Writes it; what is for the terminal waits for the end of the open question.
    static func output(_ bytes: [UInt8], to descriptor: Int32) {
        state.withLock { state in
            if state.isOpen, state.heldBytes < mostHeld, isatty(descriptor) == 1 {
                state.held.append((bytes, descriptor))
                state.heldBytes += bytes.count
            } else {
                state.release()
                Console.put(bytes, to: descriptor)
            }
        }
    }

    private static func ask(_ question: String, echoes: Bool) throws -> Secret {
        // Hosts word some of them.
        let question = String(question.map { $0.unicodeScalars.contains(where: \.isControl) ? " " : $0 })
        guard let terminal = FileHandle(forUpdatingAtPath: "/dev/tty") else {
            throw ConsoleError(description: "cannot ask «\(question)»: there is no terminal")
        }
        let descriptor = terminal.fileDescriptor
        var settings = termios()
        guard tcgetattr(descriptor, &settings) == 0 else {
            throw ConsoleError(description: "cannot ask «\(question)»: the terminal has no settings")
        }
        let mayAsk = state.withLock { state in
            state.isOpen = !state.wasInterrupted
            return state.isOpen
        }
        guard mayAsk else { throw ConsoleError(description: "«\(question)» was interrupted") }
        defer {
            state.withLock { state in
                state.isOpen = false
                state.release()
            }
        }
        var silent = settings
        // Ctrl-C arrives as a byte, so that the terminal is put right before the program ends.
        silent.c_lflag &= ~tcflag_t(ISIG | (echoes ? 0 : ECHO))
        tcsetattr(descriptor, TCSAFLUSH, &silent)
        // The line of what goes on may stand there.
        Console.put(Array(((Console.outputIsTerminal ? "\r\u{1B}[K" : "") + question).utf8), to: descriptor)
        var answer: [UInt8] = []
        var byte: UInt8 = 0
        while read(descriptor, &byte, 1) == 1, byte != UInt8(ascii: "\n"), byte != interrupt {
            answer.append(byte)
        }
        if !echoes { Console.put([UInt8(ascii: "\n")], to: descriptor) }
        tcsetattr(descriptor, TCSAFLUSH, &settings)
        if byte == interrupt {
            state.withLock { $0.wasInterrupted = true }
            kill(getpid(), SIGINT)
            throw ConsoleError(description: "«\(question)» was interrupted")
        }
        return Secret(String(decoding: answer, as: UTF8.self))
    }
}

extension Unicode.Scalar {
    fileprivate var isControl: Bool { properties.generalCategory == .control }
}
