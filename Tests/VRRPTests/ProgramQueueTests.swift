import Testing
import VRRP

@Suite("Program queue")
struct ProgramQueueTests {
    private func at(_ seconds: Int) -> Instant { Instant(.seconds(seconds)) }

    private func actions(_ queue: inout ProgramQueue<String>) -> [String] {
        var seen: [String] = []
        while let action = queue.nextAction() {
            switch action {
            case .run(let program): seen.append("run \(program)")
            case .terminate: seen.append("terminate")
            case .kill: seen.append("kill")
            case .dropped(let program): seen.append("dropped \(program)")
            }
        }
        return seen
    }

    @Test("a program waits until the one before has ended")
    func order() {
        var queue = ProgramQueue<String>()
        for name in ["a", "b", "c"] { queue.add(name, at: at(0)) }
        #expect(actions(&queue) == ["run a"])
        queue.ended(at: at(1))
        #expect(actions(&queue) == ["run b"])
        queue.ended(at: at(2))
        #expect(actions(&queue) == ["run c"])
        #expect(!queue.isIdle)
        queue.ended(at: at(3))
        #expect(queue.isIdle && queue.deadline == nil)
    }

    @Test("a program that takes too long is asked to end, then ended, and the next one runs")
    func deadline() {
        var queue = ProgramQueue<String>(limit: .seconds(10))
        queue.add("a", at: at(0))
        queue.add("b", at: at(1))
        _ = actions(&queue)
        #expect(queue.deadline == at(10))
        queue.timer(at: at(9))
        #expect(actions(&queue).isEmpty)
        queue.timer(at: at(10))
        #expect(actions(&queue) == ["terminate"])
        queue.timer(at: at(12))
        #expect(actions(&queue) == ["kill"])
        queue.ended(at: at(12))
        #expect(actions(&queue) == ["run b"])
        #expect(queue.deadline == at(22))
    }

    @Test("a full queue leaves out the oldest that waits")
    func bound() {
        var queue = ProgramQueue<String>(capacity: 2)
        for name in ["a", "b", "c", "d"] { queue.add(name, at: at(0)) }
        #expect(actions(&queue) == ["run a", "dropped b"])
        queue.ended(at: at(1))
        #expect(actions(&queue) == ["run c"])
    }
}
