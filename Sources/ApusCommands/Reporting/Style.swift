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
        case .kept(let text): " " + text
        case .removed(let text): ("-" + text).red
        case .added(let text): ("+" + text).green
        }
    }
}

extension String {
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
