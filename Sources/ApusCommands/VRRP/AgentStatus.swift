import Foundation

/// What `apus-vrrpd status --json` says; docs/vrrp.md has the keys.
struct AgentStatus: Decodable, Equatable {
    var handingOver: Bool
    var instances: [Instance]
    /// nil from agents that do not tell of them.
    var virtualServers: [VirtualServer]?

    struct Instance: Decodable, Equatable {
        var name: String
        var interface: String
        var virtualRouterId: Int
        var state: String
        var seconds: Double
        var reason: String
        var priority: Int
        var basePriority: Int
        var trackers: [Tracker]
        var addresses: [String]
    }

    struct Tracker: Decodable, Equatable {
        var name: String
        var passes: Bool?
        var part: Int
    }

    struct VirtualServer: Decodable, Equatable {
        var name: String
        /// Whether its host spreads its connections.
        var active: Bool
        /// The part of its kernel that does it, or would; nil: none, and from agents that do not tell.
        var backEnd: String?
        /// Why that does not, or would not.
        var failure: String?
        var hasQuorum: Bool
        var usesSorryServer: Bool
        var realServers: [RealServer]
    }

    struct RealServer: Decodable, Equatable {
        var name: String
        var up: Bool
        /// Why it is down.
        var reason: String?
    }

    /// - Throws: `DecodingError`
    init(json: [UInt8]) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        self = try decoder.decode(AgentStatus.self, from: Data(json))
    }
}

/// What a host answered.
enum AgentReply: Equatable {
    case status(AgentStatus)
    /// No agent is installed there.
    case absent
    case failed(String)
}
