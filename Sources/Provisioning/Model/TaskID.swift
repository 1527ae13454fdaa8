/// What tells a task from all others of a run: the same on every host that has it, and the same in the next run.
public struct TaskID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The play's title, with its number behind it where an earlier play of the run has the same: `Reboot #2`.
    public let play: String
    /// The handler that it belongs to.
    public let handler: String?
    public let role: String?
    /// Of a deferred task `Deferred[TITLE]`.
    public let resource: ResourceID
    /// From 1: which it is of those that agree in everything else.
    public let occurrence: Int

    public init(play: String, handler: String?, role: String?, resource: ResourceID, occurrence: Int) {
        self.play = play
        self.handler = handler
        self.role = role
        self.resource = resource
        self.occurrence = occurrence
    }

    public var description: String {
        let path = [play, handler, role, "\(resource)"].compactMap(\.self).joined(separator: " / ")
        return occurrence == 1 ? path : path + " #\(occurrence)"
    }
}

/// A task that a host will come to, as events and listings show it.
public struct PlannedTask: Sendable, Codable, Equatable {
    public let id: TaskID
    public let heading: String
    /// Sorted.
    public let tags: [String]

    public init(id: TaskID, heading: String, tags: [String] = []) {
        self.id = id
        self.heading = heading
        self.tags = tags
    }
}
