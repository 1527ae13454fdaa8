import KeepalivedConfiguration

// Who wins, and whether that ever changes.
extension SharedRouter {
    var elections: [Finding] {
        members.indices.flatMap { index in
            let member = members[index]
            let rivals = members.filter { $0.host != member.host }
            let equal = members[..<index].first {
                $0.host != member.host && $0.instance.priority == member.instance.priority
            }
            return [equal.map { member.tie(with: $0) }].compactMap(\.self)
                + (member.isOwner ? member.unmovedOwner : member.idleWeights(against: rivals))
        }
    }
}

extension SharedRouter.Member {
    /// RFC 9568 §6.1: the owner of the addresses, whose priority never changes.
    fileprivate var isOwner: Bool { instance.priority == .max }

    fileprivate func tie(with other: Self) -> Finding {
        finding(
            .splits,
            "priority \(instance.priority), as on \(other.host): both become master in the same moment, until "
                + "the higher sender address wins",
            try: "give each host a priority of its own; nopreempt keeps the addresses where they are"
        )
    }

    fileprivate var unmovedOwner: [Finding] {
        trackers.map { tracker in
            finding(
                .neverMoves,
                "the weight \(tracker.weight) of '\(tracker.name)' does nothing, since priority 255 never changes",
                at: tracker.location,
                try: "use a priority below 255, or no weight: a failure is a fault then"
            )
        }
    }

    /// Weights that count in no combination of failures: the hosts that come next stay behind, or are ahead already.
    fileprivate func idleWeights(against rivals: [Self]) -> [Finding] {
        let weaker = rivals.filter { $0.bestPriority < bestPriority }
        guard let next = weaker.max(by: { $0.bestPriority < $1.bestPriority }) else { return [] }
        // With the same priority the backup stays one.
        let needed = uncappedPriority - next.bestPriority + 1
        return trackers.indices.filter { !counts($0, towards: needed) }.map { index in
            let tracker = trackers[index]
            let fall = bestPriority - max(0, tracker.weight) - Int(next.instance.priority) + 1
            return finding(
                .neverMoves,
                "when '\(tracker.name)' fails, its weight \(tracker.weight) does not bring the priority "
                    + "\(bestPriority) below the \(next.bestPriority) of \(next.host)",
                at: tracker.location,
                try: "use the weight -\(fall), or priorities that are closer together"
            )
        }
    }

    /// Whether the failing of one tracker can be what is still missing, whatever the others do.
    private func counts(_ index: Int, towards needed: Int) -> Bool {
        var sums: Set<Int> = [0]
        for (other, tracker) in trackers.enumerated() where other != index {
            sums.formUnion(sums.map { $0 + abs(tracker.weight) })
        }
        return sums.contains { $0 < needed && $0 + abs(trackers[index].weight) >= needed }
    }

    /// While all is well; at most 254 unless it is the owner's.
    private var bestPriority: Int {
        isOwner ? Int(instance.priority) : min(Int(UInt8.max) - 1, uncappedPriority)
    }

    private var uncappedPriority: Int {
        trackers.reduce(Int(instance.priority)) { $0 + max(0, $1.weight) }
    }
}
