import Testing
import VRRP

@Suite("Announcements")
struct AnnouncementQueueTests {
    /// All that can be sent at one time: owner and address.
    private func sent(_ queue: inout AnnouncementQueue, at second: Double) -> [[Int]] {
        var sent: [[Int]] = []
        while let (owner, address) = queue.next(at: seconds(second)) { sent.append([owner, address]) }
        return sent
    }

    @Test("without an interval all go at once, address by address")
    func atOnce() {
        var queue = AnnouncementQueue()
        queue.add(times: 2, of: 7, addresses: 2)
        #expect(sent(&queue, at: 1) == [[7, 0], [7, 1], [7, 0], [7, 1]])
        #expect(queue.deadline == nil)
    }

    @Test("with one, each waits for the one before it, and owners take turns")
    func paced() {
        var queue = AnnouncementQueue(interval: .milliseconds(500))
        queue.add(times: 1, of: 0, addresses: 2)
        queue.add(times: 1, of: 1, addresses: 1)
        #expect(sent(&queue, at: 1) == [[0, 0]])
        #expect(queue.deadline == seconds(1.5))
        #expect(sent(&queue, at: 1.4) == [])
        #expect(sent(&queue, at: 1.5) == [[1, 0]])
        #expect(sent(&queue, at: 2) == [[0, 1]])
        #expect(queue.deadline == nil)
        // The next one keeps its distance from the last.
        queue.add(times: 1, of: 0, addresses: 1)
        #expect(queue.deadline == seconds(2.5))
    }

    @Test("a burst replaces what waits of the one before it, and none outlives its owner's mastership")
    func bounded() {
        var queue = AnnouncementQueue(interval: .seconds(1))
        for _ in 0..<100 { queue.add(times: 5, of: 0, addresses: 2) }
        var count = 0
        for second in 1...100 { count += sent(&queue, at: Double(second)).count }
        #expect(count == 10)
        queue.add(times: 5, of: 0, addresses: 2)
        queue.cancel(0)
        #expect(queue.deadline == nil)
    }

    @Test("a smaller burst ends none that has more to say")
    func smaller() {
        var queue = AnnouncementQueue()
        queue.add(times: 3, of: 0, addresses: 1)
        queue.add(times: 1, of: 0, addresses: 1)
        #expect(sent(&queue, at: 1).count == 3)
    }

    @Test("what waits goes on at another pace under the owners' new numbers; of those that are gone, nothing")
    func continuation() {
        var queue = AnnouncementQueue(interval: .seconds(1))
        for owner in 0...2 { queue.add(times: 1, of: owner, addresses: 1) }
        queue.continue(at: .zero) { [0: 1, 2: 0][$0] }
        #expect(sent(&queue, at: 1) == [[1, 0], [0, 0]])
    }
}
