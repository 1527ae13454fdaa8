import KeepalivedConfiguration
import LoadBalancing
import VRRP

extension Plan {
    /// What a check does.
    indirect enum Probe: Equatable {
        case program(Program)
        /// Whether something accepts TCP connections.
        case connection(Connection)
        /// Whether something answers a request as wanted.
        case web(Connection, Question)
    }

    struct Connection: Equatable {
        var address: IPAddress
        var port: UInt16
        /// This machine's address; nil: as the route says.
        var source: IPAddress?
    }

    /// A request of HTTP/1.0, and the answer that is wanted.
    struct Question: Equatable {
        @Bytewise var path: String
        var request: [UInt8]
        var wanted: HTTPResponse.Expectation
    }
}

extension Plan.Probe {
    /// For people; without the arguments of a program, which may be secret.
    var description: String {
        switch self {
        case .program(let program): program.arguments[0]
        case .connection(let target): "TCP \(target.description)"
        case .web(let target, let question): "HTTP \(target.description)\(question.path)"
        }
    }
}

extension Plan.Connection {
    var description: String {
        let text: Message =
            address.family == .v6
            ? "[\(address.description)]:\(Int(port))" : "\(address.description):\(Int(port))"
        return text.text
    }
}

extension Plan.Question {
    private static let usualPort: UInt16 = 80

    init(_ request: HTTPRequest, to endpoint: Endpoint) {
        path = request.path
        let text: Message = """
            GET \(request.path) HTTP/1.0\r
            Host: \(request.virtualHost ?? Self.host(endpoint).text)\r
            User-Agent: apus-vrrpd\r
            Connection: close\r
            \r

            """
        self.request = Array(text.text.utf8)
        wanted = HTTPResponse.Expectation(
            statusCodes: request.statusCodes,
            digest: request.digest.map { Array($0.utf8) }
        )
    }

    /// As in a URL (RFC 3986 §3.2.2).
    private static func host(_ endpoint: Endpoint) -> Message {
        let address = endpoint.address
        let name: Message = address.isIPv6 ? "[\(address)]" : "\(address)"
        return endpoint.port == usualPort ? name : name + ":\(Int(endpoint.port))"
    }
}
