/// How scripts and results travel over the standard streams of one long-lived `sh`.
///
/// Each section becomes one quoted `eval` in a subshell that reads `/dev/null`: a syntax error ends only the
/// subshell, and nothing eats the shell's own input. Behind each, a mark with the session's nonce and the exchange's
/// number is written on both streams.
struct ShellFraming: Sendable {
    let nonce: String

    /// The text to send for `sections`.
    func text(of sections: [ShellSection], exchange: Int) -> [UInt8] {
        var text: [UInt8] = Array("apus_ok=1\n".utf8)
        for (index, section) in sections.enumerated() {
            if section.needsSuccess { text += Array("if [ \"$apus_ok\" = 1 ]; then ".utf8) }
            // Without the lock's descriptor, which a daemon would keep for good, and without its arguments.
            text += Array("( exec 9<&-; set --; eval ".utf8)
            // In quotes even where none were needed, so that a script that is empty or one word is an argument.
            text += Array(shellQuoted(section.script + "\n").utf8)
            text += Array(" ) </dev/null; apus_s=$?".utf8)
            if section.needsSuccess { text += Array("; else apus_s=-1; fi".utf8) }
            let mark = "\(nonce) \(exchange) \(index)"
            text += Array("\nprintf '\\n\(mark) %d\\n' \"$apus_s\"; printf '\\n\(mark) 0\\n' >&2\n".utf8)
            if section.isRequired { text += Array("[ \"$apus_s\" = 0 ] || apus_ok=0\n".utf8) }
        }
        return text
    }

    /// Takes one stream of the shell apart at the marks.
    struct StreamParser: Sendable {
        private let lead: [UInt8]
        private var pending: [UInt8] = []
        private var scanned = 0
        private let sections: [ShellSection]
        /// Bytes, status and whether something was cut off, for each section that has ended.
        private(set) var ended: [(bytes: [UInt8], status: Int32)] = []
        /// The limit that the section which runs has passed, in bytes.
        private(set) var overflow: Int?

        init(framing: ShellFraming, exchange: Int, sections: [ShellSection]) {
            lead = Array("\n\(framing.nonce) \(exchange) ".utf8)
            self.sections = sections
        }

        var isComplete: Bool { ended.count == sections.count }

        mutating func consume(_ bytes: [UInt8]) {
            pending += bytes
            while !isComplete, let mark = nextMark() {
                ended.append((Array(pending[..<mark.start]), mark.status))
                pending.removeFirst(mark.end)
                scanned = 0
            }
            limit()
        }

        /// Position of the mark, and the status in it, once its whole line is there.
        private mutating func nextMark() -> (start: Int, end: Int, status: Int32)? {
            var position = scanned
            let newline = UInt8(ascii: "\n")
            while position + lead.count <= pending.count {
                guard let start = pending[position...].firstIndex(of: newline) else {
                    position = pending.count
                    break
                }
                position = start
                guard start + lead.count <= pending.count else { break }
                guard pending[start..<(start + lead.count)].elementsEqual(lead) else {
                    position += 1
                    continue
                }
                guard let end = pending[(start + lead.count)...].firstIndex(of: newline) else { break }
                let words = String(decoding: pending[(start + lead.count)..<end], as: UTF8.self).split(
                    separator: " "
                )
                if words.count == 2, Int(words[0]) == ended.count, let status = Int32(words[1]) {
                    return (start, end + 1, status)
                }
                position += 1
            }
            scanned = max(scanned, min(position, max(0, pending.count - lead.count)))
            return nil
        }

        private mutating func limit() {
            guard !isComplete else { return }
            switch sections[ended.count].retention {
            case .all(let limit):
                if pending.count > limit { overflow = limit }
            case .last(let count):
                let excess = scanned - count
                // In large strides, since moving the rest costs its size.
                if excess > count {
                    pending.removeFirst(excess)
                    scanned -= excess
                }
            }
        }

        /// The end of what arrived since a mark.
        var tail: String { String(decoding: pending.suffix(512), as: UTF8.self) }

        /// The last line of that which says anything, for people.
        var lastLine: String? { tail.printableLines.last }
    }
}
