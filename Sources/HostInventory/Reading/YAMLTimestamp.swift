/// Dates with a time, as YAML 1.1 has them (https://yaml.org/type/timestamp.html).
enum YAMLTimestamp {
    /// The same moment in the form in which Ansible shows it (ISO 8601, as Python writes it); nil where it is none.
    ///
    /// A date without a time has that form already.
    static func normalized(_ text: String) -> String? {
        let pattern =
            /(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|[-+]\d\d?(?::\d\d)?))?/
        guard text.utf8.count >= 14, text.utf8.dropFirst(4).first == UInt8(ascii: "-"),
            let match = text.wholeMatch(of: pattern)
        else { return nil }
        let date = "\(match.1)-\(padded(match.2))-\(padded(match.3))"
        let time = "\(padded(match.4)):\(match.5):\(match.6)"
        return "\(date)T\(time)\(fraction(match.7))\(match.8.map(zone) ?? "")"
    }

    private static func padded(_ digits: Substring) -> String {
        digits.count == 1 ? "0\(digits)" : "\(digits)"
    }

    /// Microseconds, where there are any.
    private static func fraction(_ digits: Substring?) -> String {
        let digits = (digits ?? "").prefix(6)
        guard digits.contains(where: { $0 != "0" }) else { return "" }
        return "." + digits + String(repeating: "0", count: 6 - digits.count)
    }

    private static func zone(_ text: Substring) -> String {
        guard let sign = text.first, sign != "Z" else { return "+00:00" }
        let parts = text.dropFirst().split(separator: ":")
        return "\(sign)\(padded(parts[0])):\(parts.count > 1 ? parts[1] : "00")"
    }
}
