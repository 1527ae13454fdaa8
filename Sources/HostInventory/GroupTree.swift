/// How groups lie inside each other: depths, cycles, and which variables win.
struct GroupTree {
    /// Why the groups are no tree: a group contains itself, or its priority is no number.
    struct Failure: Error {
        var problem: InventoryError.Problem
    }

    static let priorityVariable = "ansible_group_priority"

    let groups: [InventoryDraft.Group]
    let depths: [Int]
    let priorities: [Int]

    init(_ groups: [InventoryDraft.Group]) throws(Failure) {
        self.groups = groups
        var priorities: [Int] = []
        for group in groups {
            guard let variable = group.variables[Self.priorityVariable] else {
                priorities.append(1)
                continue
            }
            guard let priority = Int.reading(variable.value, text: variable.text) else {
                let message = "\(Self.priorityVariable) must be a number, found \(variable.shown)"
                throw Failure(problem: .init(message, at: variable.location))
            }
            priorities.append(priority)
        }
        self.priorities = priorities
        depths = try Self.depths(of: groups)
    }

    /// Longest ways down from `all`, by removing groups whose parents are all done.
    private static func depths(of groups: [InventoryDraft.Group]) throws(Failure) -> [Int] {
        var depths = [Int](repeating: 0, count: groups.count)
        var waitingFor = groups.map(\.parents.count)
        var ready = groups.indices.filter { waitingFor[$0] == 0 }
        var done = 0
        while done < ready.count {
            let group = ready[done]
            done += 1
            for child in groups[group].children.map(\.index) {
                depths[child] = max(depths[child], depths[group] + 1)
                waitingFor[child] -= 1
                if waitingFor[child] == 0 { ready.append(child) }
            }
        }
        guard done == groups.count else { throw cycle(in: groups, among: waitingFor.map { $0 > 0 }) }
        return depths
    }

    /// Every group left over has a parent that is left over, so going up comes round to a group again.
    private static func cycle(in groups: [InventoryDraft.Group], among left: [Bool]) -> Failure {
        var path: [Int] = []
        var seen: [Int: Int] = [:]
        var group = left.firstIndex(of: true) ?? 0
        while seen[group] == nil {
            seen[group] = path.count
            path.append(group)
            group = groups[group].parents.first { left[$0] } ?? group
        }
        let ring = Array((path[(seen[group] ?? 0)...] + [group]).reversed())
        let names = ring.map { groups[$0].name }.joined(separator: " → ")
        // The last line of the ring in the file is the one that closed it.
        let location = zip(ring, ring.dropFirst())
            .compactMap { parent, child in groups[parent].children.first { $0.index == child }?.location }
            .max { $0.line < $1.line }
        return Failure(
            problem: .init("group '\(groups[group].name)' contains itself: \(names)", at: location)
        )
    }

    /// The groups and all that contain them, in the order in which their variables override each other.
    func ancestry(of direct: [Int]) -> [Int] {
        var found = Set(direct)
        found.insert(InventoryDraft.all)
        var pending = direct
        while let group = pending.popLast() {
            for parent in groups[group].parents where found.insert(parent).inserted { pending.append(parent) }
        }
        return found.sorted {
            (depths[$0], priorities[$0], groups[$0].name) < (depths[$1], priorities[$1], groups[$1].name)
        }
    }

    /// The group's own hosts, then its children's, level by level.
    func members(of group: Int) -> [Int] {
        guard !groups[group].children.isEmpty else { return groups[group].hosts }
        var order = [group]
        var seen: Set<Int> = [group]
        var next = 0
        while next < order.count {
            for child in groups[order[next]].children where seen.insert(child.index).inserted {
                order.append(child.index)
            }
            next += 1
        }
        var hosts: Set<Int> = []
        return order.flatMap { groups[$0].hosts }.filter { hosts.insert($0).inserted }
    }
}
