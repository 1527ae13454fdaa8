/// All that is to be seen on one host with one privilege: a script for each kind of observation.
struct ObservationBatch {
    private var groups: [Group] = []

    private struct Group {
        let type: any Observation.Type
        var subjects: [AnyObservation]
    }

    init(_ observations: some Sequence<AnyObservation>) {
        var seen = Set<AnyObservation>()
        var index: [ObjectIdentifier: Int] = [:]
        for observation in observations where seen.insert(observation).inserted {
            if let group = index[observation.kind] {
                groups[group].subjects.append(observation)
            } else {
                index[observation.kind] = groups.count
                groups.append(Group(type: type(of: observation.base), subjects: [observation]))
            }
        }
        // What may hang comes last, so that its deadline holds up nothing else.
        groups = groups.filter { $0.type.deadline == nil } + groups.filter { $0.type.deadline != nil }
    }

    var isEmpty: Bool { groups.isEmpty }

    /// One section for each kind, in the order that `answers(from:)` expects.
    var sections: [ShellSection] {
        groups.map { group in
            var script = Self.script(of: group.type, for: group.subjects)
            var allowance = ShellSection.defaultDeadline
            if let deadline = group.type.deadline {
                script = Self.limited(script, to: deadline)
                allowance = deadline + .seconds(5)
            }
            return ShellSection(script, deadline: allowance, retention: .all(limit: 256 << 20))
        }
    }

    /// The script travels in the environment: arguments show in process lists, and a guard's may hold secrets.
    private static func limited(_ script: String, to deadline: Duration) -> String {
        """
        apus_script=\(shellQuoted(script)) timeout -s KILL \(deadline.components.seconds) \
          sh -c 'script=$apus_script; unset apus_script; eval "$script"'
        """
    }

    /// For people, what a section looks at: "look at 12 × File".
    func title(ofSection index: Int) -> String {
        let kind = "\(groups[index].type)".replacing("Observation", with: "")
        return "look at \(groups[index].subjects.count) × \(kind)"
    }

    /// - Parameter outputs: of `sections`, in their order.
    func answers(from outputs: [ShellSectionOutput]) -> Answers {
        var answers = Answers()
        for (group, output) in zip(groups, outputs) {
            Self.decode(group.type, group.subjects, output, into: &answers)
        }
        return answers
    }

    private static func script<O: Observation>(of type: O.Type, for subjects: [AnyObservation]) -> String {
        O.script(for: subjects.compactMap { $0.base as? O })
    }

    private static func decode<O: Observation>(
        _ type: O.Type,
        _ questions: [AnyObservation],
        _ output: ShellSectionOutput,
        into answers: inout Answers
    ) {
        let result: Result<[O.Answer], ObservationError> = Result {
            try O.answers(
                from: try seen(output, deadline: O.deadline),
                for: questions.compactMap { $0.base as? O }
            )
        }.mapError { $0 as? ObservationError ?? ObservationError("\($0)") }
        for (index, question) in questions.enumerated() {
            answers.set(
                question,
                result.flatMap { all in
                    index < all.count
                        ? .success(all[index])
                        : .failure(ObservationError("the look at \(question.base) answered nothing"))
                }
            )
        }
    }

    private static func seen(_ output: ShellSectionOutput, deadline: Duration?) throws -> ShellOutput {
        guard case .ran(let output) = output else { throw ObservationError("was not looked at") }
        // 137 is what `timeout -s KILL` makes of a process that it ended.
        if let deadline, output.status == 137 || output.status == 124 {
            throw ObservationError("did not answer within \(deadline.components.seconds) s")
        }
        guard output.status == 0 else {
            let said = output.errorText.trimmed
            throw ObservationError(said.isEmpty ? "the look ended with status \(output.status)" : said)
        }
        return output
    }
}
