import Foundation
import Provisioning
import Synchronization

/// A run for people: headings, a line for each host and task, a recap. On a terminal one live line says what hosts
/// are busy with; elsewhere the output is plain, and a line every half minute says that it goes on.
final class TerminalReporter: Reporter {
    struct Options: Sendable {
        var isTerminal = false
        var showsDiff = false
        /// Also the differences of changed tasks in full, and connections.
        var verbose = false
        var columns = 100
    }

    private let options: Options
    private let write: @Sendable (String) -> Void
    private let state = Mutex(State())

    private struct State {
        var board = BatchBoard(hosts: [])
        var hostWidth = 0
        var busy: [String: (heading: String, line: String, since: ContinuousClock.Instant)] = [:]
        var live = ""
        var lastOutput = ContinuousClock.now
        var check = false
    }

    init(options: Options, write: @escaping @Sendable (String) -> Void) {
        self.options = options
        self.write = write
    }

    func report(_ event: Event) {
        state.withLock { state in
            let lines = lines(for: event, &state)
            show(lines, &state)
        }
    }

    /// Brings the live line up to date; called a few times a second.
    func tick() {
        state.withLock { state in
            if options.isTerminal {
                show([], &state)
            } else if state.lastOutput.duration(to: .now) > .seconds(30), let line = liveLine(state) {
                show([Style.faint(line)], &state)
            }
        }
    }

    private func show(_ lines: [String], _ state: inout State) {
        var text = ""
        let live = options.isTerminal ? liveLine(state) ?? "" : ""
        guard !lines.isEmpty || live != state.live else { return }
        if !state.live.isEmpty { text += "\r\u{1B}[K" }
        text += lines.map { $0 + "\n" }.joined()
        text += live
        state.live = live
        if !lines.isEmpty { state.lastOutput = .now }
        write(text)
    }

    private func liveLine(_ state: State) -> String? {
        guard let (host, work) = state.busy.min(by: { $0.value.since < $1.value.since }) else { return nil }
        let others = state.busy.count > 1 ? " (and \(state.busy.count - 1) more)" : ""
        let line = work.line.isEmpty ? "" : ": " + work.line
        let time = work.since.duration(to: .now).components.seconds
        let text = "… \(host)\(others) \(time) s  \(work.heading)\(line)"
        let printable = text.map { $0.unicodeScalars.allSatisfy { $0.value < 32 } ? " " : $0 }
        return String(printable.prefix(max(20, options.columns - 1)))
    }

    private func lines(for event: Event, _ state: inout State) -> [String] {
        switch event {
        case .runStarted(let playbooks, let check):
            state.check = check
            if playbooks.isEmpty { return [] }
            let mode = check ? " (check: nothing will be changed)" : ""
            return [Style.heading("Playbook \(playbooks.joined(separator: ", "))\(mode)")]
        case .playStarted(let title, let hosts, let (number, count)):
            state.board = BatchBoard(hosts: hosts)
            state.hostWidth = hosts.map(\.count).max() ?? 0
            state.busy = [:]
            for host in hosts { state.busy[host] = ("connecting", "", .now) }
            let batch = count > 1 ? ", batch \(number) of \(count): \(hosts.joined(separator: ", "))" : ""
            return ["", Style.heading("Play: \(title)") + batch]
        case .connected(let host, let duration):
            state.busy[host]?.heading = "looking"
            return options.verbose ? [Style.faint("  connected  \(host)  \(duration.brief)")] : []
        case .unreachable(let host, let reason):
            let lines = reason.split(separator: "\n").map { $0.drop(while: \.isWhitespace) }
            return ["  " + Style.bad("unreachable") + "  \(host)  \(lines.first ?? "")"]
                + lines.dropFirst().map { "      \($0)" }
        case .planned(let host, let tasks):
            state.busy[host] = ("looking", "", .now)
            state.board.plan(host, tasks.map(\.heading))
            return complete(&state)
        case .taskStarted(let host, let task):
            state.busy[host] = (state.board.heading(host, task: task) ?? "", "", .now)
            return []
        case .progress(let host, _, let line):
            state.busy[host]?.line = line
            return []
        case .taskFinished(let host, let task, let result):
            state.board.record(host, task: task, result)
            return complete(&state)
        case .changeBegun, .handlersPending: return []
        case .hostFinished(let host, _):
            state.busy[host] = nil
            state.board.finish(host)
            return complete(&state)
        case .playFinished:
            state.busy = [:]
            return state.board.takeLate().flatMap { show($0, state) }
        case .gateStarted(let gate):
            state.busy["gate"] = (gate, "", .now)
            return []
        case .gateFinished(let gate, let duration, let failure):
            state.busy["gate"] = nil
            let outcome = failure.map(TaskResult.Outcome.failed) ?? .ok
            let word = Style.colored(Style.word(for: outcome).padded(to: 8), as: outcome)
            return ["", Style.heading("Gate: \(gate)"), "  \(word)  \(duration.brief)"]
        case .notice(let host, let text):
            return [Style.bad("  ! \(host.map { $0 + " " } ?? "")\(text)")]
        case .runFinished(let recap):
            state.busy = [:]
            return RecapTable(recap: recap, check: state.check).lines
        }
    }

    private func complete(_ state: inout State) -> [String] {
        let sections = state.board.takeComplete()
        return sections.flatMap { show($0, state) }
    }

    private func show(_ section: BatchBoard.Section, _ state: State) -> [String] {
        var lines = ["", Style.heading("Task: \(section.heading)")]
        for (host, result) in section.results {
            let word = (result.pardon?.rawValue ?? Style.word(for: result.outcome)).padded(to: 8)
            var line = "  " + Style.colored(word, as: result.outcome)
            line += "  " + host.padded(to: state.hostWidth) + "  " + result.duration.brief.leftPadded(to: 7)
            line += remark(on: result)
            lines.append(line)
            lines += details(of: result)
        }
        return lines
    }

    private func remark(on result: TaskResult) -> String {
        switch result.outcome {
        case .unknown(let why), .skipped(let why): "  " + why
        case .changed where !result.difference.isEmpty: "  " + Style.faint(summary(of: result.difference))
        case .ok, .changed, .failed: ""
        }
    }

    /// All of it on request, else as much as a line holds.
    private func summary(of difference: Difference) -> String {
        let entries = difference.entries.map(\.description)
        var shown: [String] = []
        for entry in entries {
            let length = (shown + [entry]).reduce(0) { $0 + $1.count + 2 }
            if !options.verbose, !shown.isEmpty, length > Self.longestSummary { break }
            shown.append(entry)
        }
        let rest = entries.count - shown.count
        return shown.joined(separator: ", ") + (rest > 0 ? " and \(rest) more (-v shows all)" : "")
    }

    private static let longestSummary = 100

    private func details(of result: TaskResult) -> [String] {
        if case .failed(let why) = result.outcome {
            return why.split(separator: "\n").map { Style.bad("      " + $0) }
        }
        guard options.showsDiff, result.outcome == .changed else { return [] }
        return result.difference.entries.flatMap { entry -> [String] in
            guard case .content(let path, let before, let after) = entry else { return [] }
            let title = ["      --- \(path)" + (before == nil ? " (absent)" : ""), "      +++ \(path)"]
            let diff = UnifiedDiff(from: before ?? "", to: after)
            return title + diff.lines.map { "      " + Style.line($0).replacing("\n", with: "\n      ") }
        }
    }
}

extension String {
    func leftPadded(to width: Int) -> String {
        String(repeating: " ", count: max(0, width - count)) + self
    }
}

/// The last lines of a run.
struct RecapTable {
    let recap: Recap
    let check: Bool

    var lines: [String] {
        let width = recap.hosts.map(\.name.count).max() ?? 0
        let stopped = recap.wasStopped ? Style.bad("  stopped before its end") : ""
        let title = Style.heading("Recap") + "  \(recap.duration.brief)" + stopped
        return ["", title] + recap.hosts.map { "  " + $0.name.padded(to: width) + "  " + text(of: $0.line) }
    }

    private func text(of line: Recap.Line) -> String {
        if let reason = line.unreachable {
            let done = line.ok + line.changed > 0 ? "ok \(line.ok)  changed \(line.changed)  " : ""
            return done + Style.bad("unreachable: \(reason.prefix { $0 != "\n" })")
        }
        func count(_ word: String, _ number: Int, as outcome: TaskResult.Outcome) -> String {
            let text = "\(word) \(number)"
            return number > 0 ? Style.colored(text, as: outcome) : Style.faint(text)
        }
        var parts = [
            count("ok", line.ok, as: .ok),
            count(check ? "would change" : "changed", line.changed, as: .changed),
            count("failed", line.failed, as: .failed("")),
        ]
        if line.rescued > 0 { parts.append(count("rescued", line.rescued, as: .skipped(""))) }
        if line.ignored > 0 { parts.append(count("ignored", line.ignored, as: .skipped(""))) }
        if line.unknown > 0 { parts.append(count("unknown", line.unknown, as: .unknown(""))) }
        if line.skipped > 0 { parts.append(count("skipped", line.skipped, as: .skipped(""))) }
        if recap.wasStopped, line.notDone > 0 { parts.append(Style.bad("not done \(line.notDone)")) }
        return parts.joined(separator: "  ")
    }
}
