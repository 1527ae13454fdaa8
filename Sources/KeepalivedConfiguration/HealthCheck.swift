/// How a real server is looked at.
public struct HealthCheck: Sendable {
    public indirect enum Kind: Sendable {
        /// `TCP_CHECK`: it accepts a connection.
        case tcp(Connection)
        /// One `url` of `HTTP_GET`: it answers a request as wanted.
        case http(Connection, HTTPRequest)
        /// `MISC_CHECK`: a program ends with status 0.
        case program([String], user: ScriptUser?)
    }

    public var kind: Kind
    /// From one start to the next (`delay_loop`). Default 60 s.
    public var interval: Duration
    /// After this it has failed. Default 5 s; of a program, the interval.
    public var timeout: Duration
    /// Further attempts before a server that is up counts as failed. Default 1; of a program 0.
    public var retries: Int
    /// From one attempt to the next. Default 1 s; of HTTP 3 s.
    public var retryDelay: Duration
    /// Whether the server is down until it first passes (`alpha`).
    public var initiallyFails: Bool

    public init(
        _ kind: Kind,
        interval: Duration = .seconds(60),
        timeout: Duration? = nil,
        retries: Int? = nil,
        retryDelay: Duration? = nil,
        initiallyFails: Bool = false
    ) {
        self.kind = kind
        self.interval = interval
        self.initiallyFails = initiallyFails
        switch kind {
        case .tcp, .http:
            self.timeout = timeout ?? .seconds(5)
            self.retries = retries ?? 1
        case .program:
            self.timeout = timeout ?? interval
            self.retries = retries ?? 0
        }
        if case .http = kind {
            self.retryDelay = retryDelay ?? .seconds(3)
        } else {
            self.retryDelay = retryDelay ?? .seconds(1)
        }
    }

    /// Where a check connects to, and from where.
    public struct Connection: Sendable {
        public var endpoint: Endpoint
        /// This machine's address to use (`bindto`); nil: as the route says.
        public var source: Address?

        public init(_ endpoint: Endpoint, source: Address? = nil) {
            self.endpoint = endpoint
            self.source = source
        }
    }
}

/// What a server is asked, and what it has to answer (`url` in `HTTP_GET`).
public struct HTTPRequest: Sendable {
    /// Begins with a slash, and has no blanks.
    public var path: String
    /// The name in the request's `Host`; nil: the address and port that are connected to.
    public var virtualHost: String?
    /// Any of these is well. Default 200 to 299.
    public var statusCodes: [ClosedRange<Int>]
    /// The MD5 digest of the answer's content in lower case, as `genhash` shows it; nil: any content is well.
    public var digest: String?

    public init(
        _ path: String,
        virtualHost: String? = nil,
        statusCodes: [ClosedRange<Int>] = [200...299],
        digest: String? = nil
    ) {
        self.path = path
        self.virtualHost = virtualHost
        self.statusCodes = statusCodes
        self.digest = digest
    }
}
