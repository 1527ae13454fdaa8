import Provisioning
import Rainbow

/// How outcomes look. Without a terminal, or with NO_COLOR set, Rainbow leaves the text plain.
enum Style {
    static func heading(_ text: String) -> String { text.bold }
    static func faint(_ text: String) -> String { text.lightBlack }
    static func bad(_ text: String) -> String { text.red }

    static func word(for outcome: TaskResult.Outcome) -> String {
        switch outcome {
        case .ok: "ok"
        case .changed: "changed"
        case .unknown: "unknown"
        case .failed: "failed"
        case .skipped: "skipped"
        }
    }

    static func colored(_ text: String, as outcome: TaskResult.Outcome) -> String {
        switch outcome {
        case .ok: text.green
        case .changed: text.yellow
        case .unknown: text.magenta
        case .failed: text.red.bold
        case .skipped: text.cyan
        }
    }

    static func line(_ line: UnifiedDiff.Line) -> String {
        switch line {
        case .hunk(let text): text.cyan
        case .kept(let text): " " + text.withVisibleControls
        case .removed(let text): ("-" + text.withVisibleControls).red
        case .added(let text): ("+" + text.withVisibleControls).green
        }
    }
}

extension String {
    /// As `cat -v` shows them, so that no file plays with the terminal; tabs and line ends stay.
    fileprivate var withVisibleControls: String {
        var shown = String.UnicodeScalarView()
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0x09, 0x0a: shown.append(scalar)
            case 0x00..<0x20: shown.append(contentsOf: ["^", Unicode.Scalar(UInt8(scalar.value + 0x40))])
            case 0x7f: shown.append(contentsOf: "^?".unicodeScalars)
            case 0x80..<0xa0: shown.append("\u{fffd}")
            default: shown.append(scalar)
            }
        }
        return String(shown)
    }

    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
