import Provisioning

/// What is known of one batch of a play, sorted by task although hosts go at their own pace.
///
/// A task is complete when every host of the batch that has it is through with it; complete tasks leave the board in
/// the order in which hosts have them.
struct BatchBoard {
    let hosts: [String]
    private var headings: [Key] = []
    private var plans: [String: [Key]] = [:]
    private var results: [Key: [String: [TaskResult]]] = [:]
    private var finished: Set<String> = []
    private var shown = 0

    /// A heading, and which of its kind it is where a host has it more than once.
    private struct Key: Hashable {
        let heading: String
        let occurrence: Int
    }

    struct Section: Equatable {
        let heading: String
        let results: [(host: String, result: TaskResult)]

        static func == (a: Section, b: Section) -> Bool {
            a.heading == b.heading
                && a.results.map { "\($0.host) \($0.result.outcome)" }
                    == b.results.map { "\($0.host) \($0.result.outcome)" }
        }
    }

    init(hosts: [String]) { self.hosts = hosts }

    mutating func plan(_ host: String, _ names: [String]) {
        var count: [String: Int] = [:]
        let keys = names.map { name in
            count[name, default: 0] += 1
            return Key(heading: name, occurrence: count[name, default: 0])
        }
        plans[host] = keys
        // A heading that only some hosts have comes right behind the one before it on those hosts.
        var position = 0
        for key in keys {
            if let index = headings.firstIndex(of: key) {
                position = max(position, index + 1)
            } else {
                position = max(position, shown)
                headings.insert(key, at: min(position, headings.count))
                position += 1
            }
        }
    }

    mutating func record(_ host: String, task: Int, _ result: TaskResult) {
        guard let keys = plans[host], keys.indices.contains(task) else { return }
        results[keys[task], default: [:]][host, default: []].append(result)
    }

    mutating func finish(_ host: String) { finished.insert(host) }

    func heading(_ host: String, task: Int) -> String? {
        guard let keys = plans[host], keys.indices.contains(task) else { return nil }
        return keys[task].heading
    }

    /// The sections that are complete and were not taken yet.
    mutating func takeComplete() -> [Section] {
        guard hosts.allSatisfy({ plans[$0] != nil || finished.contains($0) }) else { return [] }
        var sections: [Section] = []
        while shown < headings.count, isComplete(headings[shown]) {
            if let section = section(headings[shown]) { sections.append(section) }
            results[headings[shown]] = nil
            shown += 1
        }
        return sections
    }

    /// Results that came for tasks whose section is gone: a task that a later one undid.
    mutating func takeLate() -> [Section] {
        let late = headings[..<shown].compactMap { section($0) }
        for key in headings[..<shown] { results[key] = nil }
        return late
    }

    private func isComplete(_ key: Key) -> Bool {
        hosts.allSatisfy { host in
            finished.contains(host) || !(plans[host] ?? []).contains(key) || results[key]?[host] != nil
        }
    }

    private func section(_ key: Key) -> Section? {
        guard let byHost = results[key] else { return nil }
        return Section(
            heading: key.heading,
            results: hosts.flatMap { host in (byHost[host] ?? []).map { (host, $0) } }
        )
    }
}
