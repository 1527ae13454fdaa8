/// What a run would do, task by task, as the events of a check tell it.
public struct RunPlan: Sendable {
    private var hosts: [Place: [TaskID]] = [:]
    private var results: [Place: [TaskID: TaskResult]] = [:]
    /// In the order in which hosts came to plays.
    private var places: [Place] = []
    private var current: [String: Place] = [:]
    /// Why it is not whole: hosts that were not reached, or failed.
    public private(set) var problems: [String] = []

    private struct Place: Hashable {
        let play: String
        let host: String
    }

    public init() {}

    /// Takes the events of a check in their order.
    public mutating func note(_ event: Event) {
        switch event {
        case .planned(let host, let tasks):
            guard let play = tasks.first?.id.play else { return }
            let place = Place(play: play, host: host)
            if hosts[place] == nil { places.append(place) }
            current[host] = place
            hosts[place] = tasks.map(\.id)
        case .taskFinished(let host, let task, let result):
            guard let place = current[host], let tasks = hosts[place], tasks.indices.contains(task) else {
                return
            }
            results[place, default: [:]][tasks[task]] = result
            if case .failed(let why) = result.outcome { problems.append("\(host): \(tasks[task]): \(why)") }
        case .unreachable(let host, let reason): problems.append("\(host): \(reason)")
        case .hostFinished(let host, _): current[host] = nil
        default: break
        }
    }

    /// How many tasks would change something, or cannot be told yet.
    public var changes: (certain: Int, unknown: Int) {
        results.values.flatMap(\.values).reduce(into: (0, 0)) { counts, result in
            switch result.outcome {
            case .changed: counts.0 += 1
            case .unknown: counts.1 += 1
            case .ok, .failed, .skipped: break
            }
        }
    }

    /// Where the present plan is another than this one, for people; empty where it is the same.
    public func differences(from now: RunPlan) -> [String] {
        var differences = now.problems
        for place in places {
            guard let tasks = now.hosts[place] else {
                differences.append("\(place.host): has no part in the play «\(place.play)» any more")
                continue
            }
            if let task = Self.firstDifference(hosts[place] ?? [], tasks) {
                differences.append("\(place.host): its tasks are not those of the plan, from \(task) on")
                continue
            }
            differences += tasks.compactMap { task -> String? in
                let change = Self.difference(results[place]?[task], now.results[place]?[task])
                return change.map { "\(place.host): \(task): \($0)" }
            }
        }
        let added = now.places.filter { hosts[$0] == nil }
        return differences + added.map { "\($0.host): the plan knows nothing of the play «\($0.play)» on it" }
    }

    private static func firstDifference(_ then: [TaskID], _ now: [TaskID]) -> TaskID? {
        let common = zip(then, now).prefix { $0 == $1 }.count
        return now.dropFirst(common).first ?? then.dropFirst(common).first
    }

    private static func difference(_ then: TaskResult?, _ now: TaskResult?) -> String? {
        let (before, after) = (word(then), word(now))
        if before != after { return "the plan says that it \(before), and now it \(after)" }
        guard then?.outcome == .changed, let then = then?.preview, let now = now?.preview else { return nil }
        if then.state != now.state { return "its state has moved since the plan was made" }
        return then.change == now.change ? nil : "it would now be changed in another way than the plan says"
    }

    private static func word(_ result: TaskResult?) -> String {
        switch result?.outcome {
        case nil: "has no turn"
        case .ok: "stays as it is"
        case .changed: "would change"
        case .unknown: "cannot be told yet"
        case .failed: "fails"
        case .skipped: "is left out"
        }
    }

    /// Why a task may not do what follows from the state that the host is in; `nil` where it may.
    ///
    /// - Parameters:
    ///   - preview: what it is about to do; `nil` is nothing.
    ///   - isFirst: nothing was changed on the host in this run yet, so its state is that of the plan.
    func refusal(of task: TaskID, on host: String, _ preview: Preview?, isFirst: Bool) -> String? {
        let planned = results[Place(play: task.play, host: host)]?[task]
        switch planned?.outcome {
        case .ok where preview != nil: return "the plan says that it stays as it is, and it would change"
        case .changed where isFirst && planned?.preview?.isSame(as: preview) != true:
            return "its state has moved since the plan was looked at"
        default: return nil
        }
    }
}
