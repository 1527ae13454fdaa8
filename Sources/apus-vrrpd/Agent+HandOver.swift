import VRRP

// A planned hand-over: this node stands back until it is told to resume.
extension Agent {
    /// The last tracker of every virtual router. While it fails, any backup is better.
    static let handOver = VirtualRouter.Tracker(name: "hand-over", weight: -253)

    /// How long the addresses stay after another router took over on request: until all neighbours have heard its
    /// announcements, so that no packet finds nobody.
    private static let overlap = Duration.milliseconds(200)

    mutating func handOver(_ isHandingOver: Bool) {
        guard isHandingOver != self.isHandingOver else { return }
        self.isHandingOver = isHandingOver
        Log.info(isHandingOver ? "hands over on request" : "resumes on request")
        reportHandOver()
    }

    mutating func reportHandOver() {
        for index in instances.indices {
            let tracker = instances[index].plan.settings.trackers.count - 1
            handle(.tracker(tracker, passes: !isHandingOver), instance: index)
        }
    }

    /// - Returns: whether the addresses are removed later.
    mutating func removesLater(instance index: Int) -> Bool {
        guard isHandingOver, !isEnding, instances[index].router.state == .backup else { return false }
        instances[index].removal = Clock.now + Self.overlap
        return true
    }

    /// Removes the addresses whose overlap is over.
    ///
    /// - Parameter now: nil for all, at the end of the agent.
    mutating func finishRemovals(at now: Instant?) {
        for index in instances.indices {
            guard let due = instances[index].removal, now.map({ due <= $0 }) ?? true else { continue }
            release(instance: index)
        }
    }

    /// Removes what is there while an instance is master.
    mutating func release(instance index: Int) {
        instances[index].removal = nil
        removeRoutes(instance: index)
        removeAddresses(instance: index)
        setVirtualInterface(of: index, isUp: false)
    }
}
