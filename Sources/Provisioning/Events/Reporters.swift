/// Several reporters as one; each hears every event, in the order in which they are listed.
public struct Reporters: Reporter {
    private let all: [any Reporter]

    public init(_ all: [any Reporter]) { self.all = all }

    public func report(_ event: Event) { for reporter in all { reporter.report(event) } }
}
