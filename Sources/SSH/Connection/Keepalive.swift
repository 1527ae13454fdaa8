/// How a peer that vanished is noticed.
public struct Keepalive: Sendable, Equatable {
    /// After this much silence the peer is asked for a sign of life; zero asks never.
    public var interval: Duration
    /// After this many intervals of silence the connection counts as lost.
    public var countMax: Int

    public static let usual = Keepalive(interval: .seconds(15), countMax: 3)

    public init(interval: Duration = usual.interval, countMax: Int = usual.countMax) {
        self.interval = interval
        self.countMax = countMax
    }

    var silenceLimit: Duration { interval * countMax }
}
