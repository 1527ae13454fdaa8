import LoadBalancing
import Testing

@Suite("Server pool")
struct ServerPoolTests {
    private typealias Server = ServerPool.Server

    @Test("a server is up while all of its checks pass")
    func checks() {
        var pool = ServerPool(.init(servers: [Server(checks: [false, false]), Server()]))
        #expect(pool.isUp(0) && pool.isUp(1))
        #expect(pool.report(check: 0, of: 0, passes: false) == [.server(0, isUp: false)])
        #expect(pool.report(check: 1, of: 0, passes: false).isEmpty)
        #expect(pool.report(check: 0, of: 0, passes: true).isEmpty)
        #expect(pool.report(check: 1, of: 0, passes: true) == [.server(0, isUp: true)])
    }

    @Test("a server whose check fails until it first passes gets nothing before")
    func initiallyFails() {
        var pool = ServerPool(.init(servers: [Server(checks: [true])]))
        #expect(!pool.hasQuorum && pool.members.isEmpty)
        #expect(
            pool.report(check: 0, of: 0, passes: true) == [.server(0, isUp: true), .quorum(isReached: true)]
        )
        #expect(pool.members.map(\.member) == [.server(0)])
    }

    /// Three servers of weight 2 go down and come back; the weights at which the quorum changes.
    @Test(
        "the quorum changes beyond the hysteresis",
        arguments: [
            (quorum: 1, hysteresis: 0, lost: 0, reached: 2), (3, 0, 2, 4), (4, 0, 2, 4), (4, 1, 2, 6),
            (4, 2, 0, 6), (3, 3, 0, 6),
        ]
    )
    func quorum(quorum: Int, hysteresis: Int, lost: Int, reached: Int) {
        let servers = (0..<3).map { _ in Server(weight: 2, checks: [false]) }
        var pool = ServerPool(.init(servers: servers, quorum: quorum, hysteresis: hysteresis))
        #expect(pool.hasQuorum)
        var changes: [String] = []
        for (server, passes, weight) in [
            (0, false, 4), (1, false, 2), (2, false, 0), (0, true, 2), (1, true, 4), (2, true, 6),
        ] {
            for case .quorum(let isReached) in pool.report(check: 0, of: server, passes: passes) {
                changes.append("\(isReached ? "reached" : "lost") at \(weight)")
            }
        }
        #expect(changes == ["lost at \(lost)", "reached at \(reached)"])
    }

    @Test("without a quorum the sorry server takes all connections, and those of the others end")
    func sorryServer() {
        let servers = [Server(checks: [false]), Server(checks: [false])]
        var pool = ServerPool(.init(servers: servers, quorum: 2, hasSorryServer: true))
        #expect(pool.lasting == [.server(0), .server(1)])
        _ = pool.report(check: 0, of: 0, passes: false)
        #expect(pool.members.map(\.member) == [.sorryServer] && pool.lasting == [.sorryServer])
        _ = pool.report(check: 0, of: 0, passes: true)
        #expect(pool.members.map(\.member) == [.server(0), .server(1)])
    }

    @Test("without a sorry server those that are up go on")
    func noSorryServer() {
        var pool = ServerPool(.init(servers: [Server(checks: [false]), Server()], quorum: 2))
        _ = pool.report(check: 0, of: 0, passes: false)
        #expect(!pool.hasQuorum && pool.members.map(\.member) == [.server(1)])
    }

    @Test("connections go on with a server of weight 0, and with one that is only inhibited")
    func lasting() {
        let servers = [Server(weight: 0), Server(checks: [false], isOnlyInhibited: true), Server()]
        var pool = ServerPool(.init(servers: servers))
        _ = pool.report(check: 0, of: 1, passes: false)
        #expect(pool.members.map(\.member) == [.server(2)])
        #expect(pool.lasting == [.server(0), .server(1), .server(2)])
    }
}
