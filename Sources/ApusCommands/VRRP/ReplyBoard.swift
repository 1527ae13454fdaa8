import Provisioning
import Synchronization

/// The last answer of each host, for as long as it can be believed.
final class ReplyBoard: Sendable {
    private let hosts: [String]
    private let validity: Duration
    private let start = ContinuousClock.now
    private let answers = Mutex<[String: (reply: AgentReply, time: ContinuousClock.Instant)]>([:])

    /// - Parameter validity: a host that is silent for longer is shown as such.
    init(hosts: [String], validity: Duration) {
        self.hosts = hosts
        self.validity = validity
    }

    func note(_ reply: AgentReply, of host: String, at now: ContinuousClock.Instant = .now) {
        answers.withLock { $0[host] = (reply, now) }
    }

    /// In the order of the hosts.
    var replies: [(host: String, reply: AgentReply)] { replies(at: .now) }

    func replies(at now: ContinuousClock.Instant) -> [(host: String, reply: AgentReply)] {
        let answers = answers.withLock { $0 }
        return hosts.map { host in
            let age = (answers[host]?.time ?? start).duration(to: now)
            if let reply = answers[host]?.reply, age <= validity { return (host, reply) }
            return (host, .failed("no answer for \(age.brief)"))
        }
    }
}
