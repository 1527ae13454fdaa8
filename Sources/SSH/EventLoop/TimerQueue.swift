/// Actions in the order of their deadlines: a binary heap, whose cancelled entries fall out at their turn.
struct TimerQueue {
    typealias Action = () -> Void
    typealias Instant = ContinuousClock.Instant

    struct Identifier: Hashable, Sendable {
        fileprivate let number: UInt64
    }

    private struct Entry {
        let deadline: Instant
        let identifier: Identifier
    }

    private var heap: [Entry] = []
    private var actions: [Identifier: Action] = [:]
    private var lastNumber: UInt64 = 0

    /// The number of actions still to come.
    var count: Int { actions.count }

    mutating func insert(at deadline: Instant, _ action: @escaping Action) -> Identifier {
        lastNumber += 1
        let identifier = Identifier(number: lastNumber)
        actions[identifier] = action
        heap.append(Entry(deadline: deadline, identifier: identifier))
        siftUp(from: heap.count - 1)
        return identifier
    }

    mutating func cancel(_ identifier: Identifier) {
        actions[identifier] = nil
        // A deadline is mostly cancelled long before it is due: keep the heap from filling up with such.
        if heap.count > 64, heap.count > 2 * actions.count {
            heap = heap.filter { actions[$0.identifier] != nil }
            for index in stride(from: heap.count / 2 - 1, through: 0, by: -1) { siftDown(from: index) }
        }
    }

    /// The next deadline, if there is one.
    mutating func next() -> Instant? {
        while let first = heap.first {
            if actions[first.identifier] != nil { return first.deadline }
            removeFirst()
        }
        return nil
    }

    /// Takes the first action that is due at `now`.
    mutating func popDue(at now: Instant) -> Action? {
        guard let deadline = next(), deadline <= now else { return nil }
        let entry = heap[0]
        removeFirst()
        return actions.removeValue(forKey: entry.identifier)
    }

    private mutating func removeFirst() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        siftDown(from: 0)
    }

    private mutating func siftUp(from start: Int) {
        var child = start
        while child > 0 {
            let parent = (child - 1) / 2
            guard precedes(child, parent) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func siftDown(from start: Int) {
        var parent = start
        while true {
            var first = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && precedes(child, first) {
                first = child
            }
            guard first != parent else { return }
            heap.swapAt(parent, first)
            parent = first
        }
    }

    /// Equal deadlines keep the order in which they were set.
    private func precedes(_ left: Int, _ right: Int) -> Bool {
        let (a, b) = (heap[left], heap[right])
        return a.deadline == b.deadline
            ? a.identifier.number < b.identifier.number : a.deadline < b.deadline
    }
}
