/// All that is to be seen on one host with one privilege: a script for each kind of observation.
struct ObservationBatch {
    private var groups: [Group] = []
    /// What hung, even when nothing else was looked at.
    private var hanging: [AnyObservation] = []
    /// For a look at all of a kind that has no deadline of its own.
    private let patience: Duration

    private struct Group {
        let type: any Observation.Type
        var subjects: [AnyObservation]
        /// What takes longer is ended on the host, and the other groups keep their answers; `nil` trusts it to end.
        var deadline: Duration?
    }

    init(_ observations: some Sequence<AnyObservation>, patience: Duration) {
        self.patience = patience
        var seen = Set<AnyObservation>()
        var index: [ObjectIdentifier: Int] = [:]
        for observation in observations where seen.insert(observation).inserted {
            if let group = index[observation.kind] {
                groups[group].subjects.append(observation)
            } else {
                index[observation.kind] = groups.count
                let type = type(of: observation.base)
                groups.append(Group(type: type, subjects: [observation], deadline: type.deadline))
            }
        }
        // What may hang comes last, so that its deadline holds up nothing else.
        groups = groups.filter { $0.deadline == nil } + groups.filter { $0.deadline != nil }
    }

    /// The same without the look of `section`, which hung: each of its subjects is looked at alone, and one that was
    /// alone is given up.
    func avoiding(_ section: Int) -> ObservationBatch {
        var batch = self
        let group = batch.groups.remove(at: section)
        if group.deadline == nil, group.subjects.count > 1 {
            // All together they take no longer than the look that hung, but for the least.
            let deadline = max(Self.leastPatience, patience / group.subjects.count)
            batch.groups += group.subjects.map {
                Group(type: group.type, subjects: [$0], deadline: deadline + $0.base.allowance)
            }
        } else {
            batch.hanging += group.subjects
        }
        return batch
    }

    /// For a look at one thing.
    private static let leastPatience: Duration = .seconds(5)

    /// One section for each kind, in the order that `answers(from:)` expects.
    var sections: [ShellSection] {
        groups.map { group in
            var script = Self.script(of: group.type, for: group.subjects)
            var allowance = group.subjects.reduce(patience) { $0 + $1.base.allowance }
            if let deadline = group.deadline {
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

    /// - Parameter outputs: of `sections`, in their order.
    func answers(from outputs: [ShellSectionOutput]) -> Answers {
        var answers = Answers()
        for (group, output) in zip(groups, outputs) {
            Self.decode(group.type, group, output, into: &answers)
        }
        for question in hanging {
            let kind = "\(type(of: question.base))".replacing("Observation", with: "")
            answers.set(question, .failure(ObservationError("the look at \(kind) hangs, and was ended")))
        }
        return answers
    }

    private static func script<O: Observation>(of type: O.Type, for subjects: [AnyObservation]) -> String {
        O.script(for: subjects.compactMap { $0.base as? O })
    }

    private static func decode<O: Observation>(
        _ type: O.Type,
        _ group: Group,
        _ output: ShellSectionOutput,
        into answers: inout Answers
    ) {
        let questions = group.subjects
        let result: Result<[O.Answer], ObservationError> = Result {
            try O.answers(
                from: try seen(output, deadline: group.deadline),
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
