/// Each event is one flat object, whose `event` names the case:
/// `{"event":"taskFinished","host":"pi1","outcome":"changed","seconds":0.21,"task":3}`.
extension Event: Codable {
    private enum Kind: String, Codable {
        case runStarted, playStarted, connected, unreachable, planned, taskStarted, changeBegun, progress
        case taskFinished, handlersPending, hostFinished, playFinished, gateStarted, gateFinished, notice
        case runFinished
    }

    private enum Key: String, CodingKey {
        case event, playbooks, check, title, hosts, batch, batches, host, seconds, reason, tasks, task, line
        case handlers, done, text, stopped, gate, gateFailed, choseWrongly
    }

    public func encode(to encoder: any Encoder) throws {
        var object = encoder.container(keyedBy: Key.self)
        func put(_ kind: Kind, host: String? = nil) throws {
            try object.encode(kind, forKey: .event)
            try object.encodeIfPresent(host, forKey: .host)
        }
        switch self {
        case .runStarted(let playbooks, let check):
            try put(.runStarted)
            try object.encode(playbooks, forKey: .playbooks)
            try object.encode(check, forKey: .check)
        case .playStarted(let title, let hosts, let (number, count)):
            try put(.playStarted)
            try object.encode(title, forKey: .title)
            try object.encode(hosts, forKey: .hosts)
            try object.encode(number, forKey: .batch)
            try object.encode(count, forKey: .batches)
        case .connected(let host, let duration):
            try put(.connected, host: host)
            try object.encode(duration.seconds, forKey: .seconds)
        case .unreachable(let host, let reason):
            try put(.unreachable, host: host)
            try object.encode(reason, forKey: .reason)
        case .planned(let host, let tasks):
            try put(.planned, host: host)
            try object.encode(tasks, forKey: .tasks)
        case .taskStarted(let host, let task):
            try put(.taskStarted, host: host)
            try object.encode(task, forKey: .task)
        case .changeBegun(let host, let task):
            try put(.changeBegun, host: host)
            try object.encode(task, forKey: .task)
        case .progress(let host, let task, let line):
            try put(.progress, host: host)
            try object.encode(task, forKey: .task)
            try object.encode(line, forKey: .line)
        case .taskFinished(let host, let task, let result):
            try put(.taskFinished, host: host)
            try object.encode(task, forKey: .task)
            try result.encode(to: encoder)
        case .handlersPending(let host, let handlers):
            try put(.handlersPending, host: host)
            try object.encode(handlers, forKey: .handlers)
        case .hostFinished(let host, let isDone):
            try put(.hostFinished, host: host)
            try object.encode(isDone, forKey: .done)
        case .playFinished: try put(.playFinished)
        case .gateStarted(let gate):
            try put(.gateStarted)
            try object.encode(gate, forKey: .gate)
        case .gateFinished(let gate, let duration, let failure):
            try put(.gateFinished)
            try object.encode(gate, forKey: .gate)
            try object.encode(duration.seconds, forKey: .seconds)
            try object.encodeIfPresent(failure, forKey: .reason)
        case .notice(let host, let text):
            try put(.notice, host: host)
            try object.encode(text, forKey: .text)
        case .runFinished(let recap):
            try put(.runFinished)
            try object.encode(recap.hosts.map { NamedLine(host: $0.name, line: $0.line) }, forKey: .hosts)
            try object.encode(recap.duration.seconds, forKey: .seconds)
            try object.encode(recap.wasStopped, forKey: .stopped)
            if recap.gateFailed { try object.encode(true, forKey: .gateFailed) }
            if recap.choseWrongly { try object.encode(true, forKey: .choseWrongly) }
        }
    }

    public init(from decoder: any Decoder) throws {
        let object = try decoder.container(keyedBy: Key.self)
        func text(_ key: Key) throws -> String { try object.decode(String.self, forKey: key) }
        func number(_ key: Key) throws -> Int { try object.decode(Int.self, forKey: key) }
        func duration() throws -> Duration { .seconds(try object.decode(Double.self, forKey: .seconds)) }
        switch try object.decode(Kind.self, forKey: .event) {
        case .runStarted:
            let playbooks = try object.decode([String].self, forKey: .playbooks)
            self = .runStarted(playbooks: playbooks, check: try object.decode(Bool.self, forKey: .check))
        case .playStarted:
            let hosts = try object.decode([String].self, forKey: .hosts)
            let batch = (try number(.batch), of: try number(.batches))
            self = .playStarted(title: try text(.title), hosts: hosts, batch: batch)
        case .connected: self = .connected(host: try text(.host), after: try duration())
        case .unreachable: self = .unreachable(host: try text(.host), reason: try text(.reason))
        case .planned:
            let tasks = try object.decode([PlannedTask].self, forKey: .tasks)
            self = .planned(host: try text(.host), tasks: tasks)
        case .taskStarted: self = .taskStarted(host: try text(.host), task: try number(.task))
        case .changeBegun: self = .changeBegun(host: try text(.host), task: try number(.task))
        case .progress:
            self = .progress(host: try text(.host), task: try number(.task), line: try text(.line))
        case .taskFinished:
            let result = try TaskResult(from: decoder)
            self = .taskFinished(host: try text(.host), task: try number(.task), result)
        case .handlersPending:
            let handlers = try object.decode([String].self, forKey: .handlers)
            self = .handlersPending(host: try text(.host), handlers: handlers)
        case .hostFinished:
            let isDone = try object.decode(Bool.self, forKey: .done)
            self = .hostFinished(host: try text(.host), isDone: isDone)
        case .playFinished: self = .playFinished
        case .gateStarted: self = .gateStarted(try text(.gate))
        case .gateFinished:
            let failure = try object.decodeIfPresent(String.self, forKey: .reason)
            self = .gateFinished(try text(.gate), after: try duration(), failure: failure)
        case .notice:
            self = .notice(host: try object.decodeIfPresent(String.self, forKey: .host), try text(.text))
        case .runFinished:
            let lines = try object.decode([NamedLine].self, forKey: .hosts)
            var recap = Recap(hosts: lines.map { ($0.host, $0.line) }, duration: try duration())
            recap.wasStopped = try object.decode(Bool.self, forKey: .stopped)
            recap.gateFailed = try object.decodeIfPresent(Bool.self, forKey: .gateFailed) ?? false
            recap.choseWrongly = try object.decodeIfPresent(Bool.self, forKey: .choseWrongly) ?? false
            self = .runFinished(recap)
        }
    }

    private struct NamedLine: Codable {
        let host: String
        let line: Recap.Line
    }
}

extension Duration {
    /// To the millisecond.
    var seconds: Double {
        let milliseconds = self / .milliseconds(1)
        return milliseconds.rounded() / 1000
    }
}
