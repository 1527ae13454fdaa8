extension ConfigurationReader {
    private static let routeOptions = [
        "to", "via", "gw", "dev", "src", "scope", "table", "metric", "preference",
    ]

    /// `[to] DESTINATION [via GATEWAY] [dev INTERFACE] [src ADDRESS] [scope S] [table T] [metric N]` a line.
    mutating func virtualRoutes(_ items: [Item]) -> [VirtualRoute] {
        var routes: [VirtualRoute] = []
        for entry in entries(items, options: Self.routeOptions, isHead: { Self.isDestination($0) }) {
            if let route = virtualRoute(entry) { routes.append(route) }
        }
        return routes
    }

    private static func isDestination(_ token: Token) -> Bool {
        if case "default" = token { return true }
        return isPrefix(token)
    }

    private mutating func virtualRoute(_ entry: [Token]) -> VirtualRoute? {
        let errors = diagnostics.errors.count + diagnostics.warnings.count
        let start = entry[0].location
        guard let anywhere = Address(bytes: [0, 0, 0, 0]) else { return nil }
        var route = VirtualRoute(to: anywhere, prefixLength: 0, location: start)
        var destination: Token?
        var rest = entry[...]
        while let word = rest.popFirst() {
            guard Self.routeOptions.contains(where: { isSame($0, word.bytes) }) else {
                if destination == nil, Self.isDestination(word) {
                    destination = word
                    continue
                }
                diagnostics.error(
                    "'\(word.text)' of a route is not supported by this agent",
                    at: word.location,
                    suggestion: nearest(to: word.bytes, among: Self.routeOptions)
                )
                return nil
            }
            guard let value = rest.popFirst() else {
                diagnostics.error("'\(word.text)' wants a value", at: word.location)
                return nil
            }
            guard case "to" = word else {
                readRouteOption(word, value, into: &route)
                continue
            }
            guard destination == nil else {
                diagnostics.error("a second destination: begin a new line for each route", at: word.location)
                return nil
            }
            destination = value
        }
        guard let destination else {
            diagnostics.error("this route has no destination", at: start)
            return nil
        }
        read(destination, into: &route)
        let isSound = diagnostics.errors.count + diagnostics.warnings.count == errors
        return isSound ? route : nil
    }

    private mutating func read(_ destination: Token, into route: inout VirtualRoute) {
        if case "default" = destination {
            if route.gateway?.isIPv6 == true {
                route.destination = Address(bytes: [UInt8](repeating: 0, count: 16)) ?? route.destination
            }
        } else if let (address, length) = prefix(destination, wanted: "a destination such as 10.0.0.0/8") {
            route.destination = address
            route.prefixLength = length ?? (address.isIPv6 ? 128 : 32)
        }
    }

    private mutating func readRouteOption(_ option: Token, _ value: Token, into route: inout VirtualRoute) {
        switch option {
        case "via", "gw": route.gateway = address(value)
        case "dev": route.device = value.text
        case "src": route.source = address(value)
        case "scope": route.scope = scope(value)
        case "table":
            switch value {
            case "main": route.table = nil
            case "local": route.table = 255
            case "default": route.table = 253
            default: route.table = integer(value, 1...999_999_999, of: option).map { UInt32($0) }
            }
        default: route.metric = integer(value, 0...999_999_999, of: option).map { UInt32($0) }
        }
    }
}
