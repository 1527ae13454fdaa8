public import Foundation
public import Provisioning

/// An event and when it came: `{"at":"2026-11-21T06:15:00.250Z","event":"playFinished"}`.
public struct TimedEvent: Codable, Sendable {
    public let event: Event
    public let at: Date

    private enum Key: String, CodingKey { case at }

    init(_ event: Event, at: Date = .now) {
        self.event = event
        self.at = at
    }

    public func encode(to encoder: any Encoder) throws {
        try event.encode(to: encoder)
        var object = encoder.container(keyedBy: Key.self)
        try object.encode(at, forKey: .at)
    }

    public init(from decoder: any Decoder) throws {
        event = try Event(from: decoder)
        at = try decoder.container(keyedBy: Key.self).decode(Date.self, forKey: .at)
    }
}
