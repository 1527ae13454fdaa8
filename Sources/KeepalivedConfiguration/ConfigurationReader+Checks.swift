// The checks of a real server.
extension ConfigurationReader {
    private static let connectionKeywords: [Keyword] =
        checkSettings + [
            .value("connect_ip"), .value("connect_port"), .value("bindto"),
        ] + Keyword.unsupported(["bind_if", "bind_port", "fwmark", "log_all_failures"])

    private static let webCheckKeywords: [Keyword] =
        connectionKeywords + [
            .block("url"), .value("virtualhost"), .value("nb_get_retry"),
            // Each url is asked on its own, without a delay between them.
            .ignored("fast_recovery", 0...1),
        ] + Keyword.unsupported(["http_protocol"])

    private static let urlKeywords: [Keyword] =
        [.value("path"), .value("digest"), .value("status_code", 1...16), .value("virtualhost")]
        + Keyword.unsupported([
            "regex", "regex_no_match", "regex_options", "regex_stack", "regex_min_offset", "regex_max_offset",
        ])

    private static let programCheckKeywords: [Keyword] =
        checkSettings + [.value("misc_path", 1...64), .value("misc_timeout"), .value("user", 1...2)]
        + Keyword.unsupported(["misc_dynamic"])

    mutating func readConnectionCheck(
        _ block: Statement,
        of server: Endpoint,
        _ defaults: CheckSettings
    ) -> HealthCheck {
        var settings = defaults
        var connection = HealthCheck.Connection(server)
        let statements = StatementParser(keywords: Self.connectionKeywords, context: "in TCP_CHECK")
            .parse(block.block, &diagnostics)
        for statement in statements { read(statement, into: &connection, &settings) }
        requirePort(of: connection, block.keyword)
        return check(.tcp(connection), settings)
    }

    /// - Returns: a check for each `url`: all of them must pass.
    mutating func readWebCheck(
        _ block: Statement,
        of server: Endpoint,
        _ defaults: CheckSettings
    ) -> [HealthCheck] {
        var settings = defaults
        var connection = HealthCheck.Connection(server)
        let statements = StatementParser(keywords: Self.webCheckKeywords, context: "in HTTP_GET")
            .parse(block.block, &diagnostics)
        for statement in statements { read(statement, into: &connection, &settings) }
        requirePort(of: connection, block.keyword)
        var requests: [HTTPRequest] = []
        for statement in statements {
            guard case "url" = statement.keyword else { continue }
            requests.append(readRequest(statement, settings.virtualHost))
        }
        if requests.isEmpty {
            diagnostics.error("this HTTP_GET has no 'url' to ask for", at: block.keyword.location)
        }
        return requests.map { check(.http(connection, $0), settings) }
    }

    private mutating func requirePort(of connection: HealthCheck.Connection, _ keyword: Token) {
        guard connection.endpoint.port == 0 else { return }
        diagnostics.error(
            "this \(keyword.text) has no 'connect_port', and its real_server no port",
            at: keyword.location
        )
    }

    private mutating func readRequest(_ block: Statement, _ virtualHost: String?) -> HTTPRequest {
        var request = HTTPRequest("", virtualHost: virtualHost)
        var statusCodes: [ClosedRange<Int>] = []
        let statements = StatementParser(keywords: Self.urlKeywords, context: "in url")
            .parse(block.block, &diagnostics)
        for statement in statements {
            switch statement.keyword {
            case "path": request.path = requestPart(statement) ?? "/"
            case "virtualhost": request.virtualHost = requestPart(statement)
            case "digest": request.digest = digest(statement)
            default: statusCodes += statement.arguments.compactMap { self.statusCodes($0, statement.keyword) }
            }
        }
        if request.path.utf8.isEmpty {
            diagnostics.error("this url has no 'path' to ask for", at: block.keyword.location)
        }
        if !statusCodes.isEmpty { request.statusCodes = statusCodes }
        return request
    }

    mutating func readProgramCheck(_ block: Statement, _ defaults: CheckSettings) -> HealthCheck {
        var settings = defaults
        // Connecting is not what a program does.
        settings.timeout = nil
        var command: [String]?
        var user: ScriptUser?
        let statements = StatementParser(keywords: Self.programCheckKeywords, context: "in MISC_CHECK")
            .parse(block.block, &diagnostics)
        for statement in statements {
            switch statement.keyword {
            case "misc_path": command = self.command(statement)
            case "user": user = self.user(statement.arguments[...])
            default: read(statement, into: &settings)
            }
        }
        if command == nil {
            diagnostics.error("this MISC_CHECK has no 'misc_path' to run", at: block.keyword.location)
        }
        return check(.program(command ?? [], user: user), settings)
    }

    private mutating func read(
        _ statement: Statement,
        into connection: inout HealthCheck.Connection,
        _ settings: inout CheckSettings
    ) {
        let argument = statement.arguments.first
        switch statement.keyword {
        case "connect_ip": connection.endpoint.address = address(argument) ?? connection.endpoint.address
        case "connect_port":
            let port = argument.flatMap { self.port($0, statement.keyword) }
            connection.endpoint.port = port ?? connection.endpoint.port
        case "bindto": connection.source = address(argument)
        default: read(statement, into: &settings)
        }
    }

    private func check(_ kind: HealthCheck.Kind, _ settings: CheckSettings) -> HealthCheck {
        HealthCheck(
            kind,
            interval: settings.interval ?? .seconds(60),
            timeout: settings.timeout,
            retries: settings.retries,
            retryDelay: settings.retryDelay,
            initiallyFails: settings.initiallyFails
        )
    }
}
