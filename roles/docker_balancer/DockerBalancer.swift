public import Apus

/// Spreads requests over web servers with HAProxy in a container.
public struct DockerBalancer: Role {
    public static let name = "docker_balancer"

    public struct Backend: Sendable, Hashable, Encodable {
        /// In HAProxy's logs.
        public let name: String
        public let address: String
        public let port: UInt16

        public init(name: String, address: String, port: UInt16 = 80) {
            self.name = name
            self.address = address
            self.port = port
        }
    }

    /// Take turns; one that does not answer is left out until it does.
    public var backends: [Backend]
    /// Of the host, on all of its addresses, and so on a virtual one too.
    public var port: UInt16

    public init(backends: [Backend], port: UInt16 = 80) {
        self.backends = backends
        self.port = port
    }

    @TaskBuilder public var tasks: [Play.Task] {
        get throws {
            let context = BuildContext("image", adding: ["haproxy.cfg": try configuration])
            DockerImage("haproxy", builtFrom: context).named("Build haproxy image")
            DockerContainer("haproxy", image: "haproxy", ports: [PortMapping(port, to: 80)])
                .named("Run haproxy container")
        }
    }

    /// Defines `ask COMMAND` for scripts on the balancer's host: puts it to the runtime API, on the socket that the
    /// configuration names.
    static let ask =
        "ask() { printf '%s\\n' \"$1\" | docker exec -i haproxy socat -t 5 stdio /run/haproxy.sock; }"

    /// It is part of the image, whose build checks it: a wrong one never replaces one that runs.
    var configuration: String {
        get throws { try rendered(source: "haproxy.cfg.stencil", context: ["backends": backends]) }
    }
}
