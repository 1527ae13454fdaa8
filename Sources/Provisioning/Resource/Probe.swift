/// How to see a state: the observations it needs, and how to read them.
///
/// Probes compose without talking to a host; the engine collects what all probes of a host ask for, and asks once.
public struct Probe<State: Sendable>: Sendable {
    public let observations: [AnyObservation]
    let read: @Sendable (Answers) throws -> State

    init(observations: [AnyObservation], read: @escaping @Sendable (Answers) throws -> State) {
        self.observations = observations
        self.read = read
    }

    /// What one observation answers.
    public init<O: Observation>(_ observation: O) where O.Answer == State {
        let question = AnyObservation(observation)
        self.init(observations: [question]) { answers in
            guard let answer = try answers[question] as? O.Answer else {
                throw ObservationError("nothing was observed of \(observation)")
            }
            return answer
        }
    }

    /// Needs no look at the host.
    public static func constant(_ state: State) -> Probe {
        Probe(observations: []) { _ in state }
    }

    public func map<Other>(_ transform: @escaping @Sendable (State) throws -> Other) -> Probe<Other> {
        Probe<Other>(observations: observations) { try transform(try read($0)) }
    }

    /// Both states, seen in one look.
    public func and<Other>(_ other: Probe<Other>) -> Probe<(State, Other)> {
        Probe<(State, Other)>(observations: observations + other.observations) { answers in
            (try read(answers), try other.read(answers))
        }
    }

    /// All states, in their order, seen in one look.
    public static func all<Element>(_ probes: [Probe<Element>]) -> Probe<[Element]> where State == [Element] {
        Probe<[Element]>(observations: probes.flatMap(\.observations)) { answers in
            try probes.map { try $0.read(answers) }
        }
    }

    /// The state that the answers show.
    ///
    /// - Throws: `ObservationError`, or what an observation's decoding threw.
    public func state(in answers: Answers) throws -> State { try read(answers) }
}

/// What was seen on one host in one look.
public struct Answers: Sendable {
    private var results: [AnyObservation: Result<any Sendable, ObservationError>] = [:]

    public init() {}

    subscript(_ question: AnyObservation) -> (any Sendable)? {
        get throws { try results[question]?.get() }
    }

    mutating func set(_ question: AnyObservation, _ result: Result<any Sendable, ObservationError>) {
        results[question] = result
    }

    /// Newer answers replace older ones.
    mutating func merge(_ newer: Answers) {
        results.merge(newer.results) { $1 }
    }
}
