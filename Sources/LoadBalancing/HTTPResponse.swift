/// The answer to a request of HTTP/1.0, judged while it comes in; nothing of it is kept.
///
/// The content goes on until the other side closes the connection (RFC 1945 §7.2.2).
public struct HTTPResponse: Sendable {
    public struct Expectation: Hashable, Sendable {
        /// Any of them will do.
        public var statusCodes: [ClosedRange<Int>]
        /// The MD5 digest of the content as 32 hexadecimal digits in lower case; nil: any content will do.
        public var digest: [UInt8]?

        public init(statusCodes: [ClosedRange<Int>], digest: [UInt8]? = nil) {
            self.statusCodes = statusCodes
            self.digest = digest
        }
    }

    public enum Failure: Hashable, Sendable {
        /// It is not HTTP, or ends before its content.
        case malformed
        case status(Int)
        /// The digest that its content has.
        case digest([UInt8])
    }

    private enum Part { case statusLine, headers, content }

    /// `HTTP/1.0 200` and the byte behind it (§6.1).
    private static let statusSize = 13
    private static let version = Array("HTTP/1.".utf8)

    public let wanted: Expectation
    private var part = Part.statusLine
    /// The beginning of the status line.
    private var status: [UInt8] = []
    private var isLineEmpty = false
    private var content: MD5?

    public init(wanted: Expectation) {
        self.wanted = wanted
        content = wanted.digest == nil ? nil : MD5()
    }

    /// Takes in what has come.
    ///
    /// - Returns: why it fails, where that is known before its end.
    public mutating func receive(_ bytes: ArraySlice<UInt8>) -> Failure? {
        for byte in bytes {
            switch part {
            case .statusLine:
                status.append(byte)
                guard status.count == Self.statusSize else { continue }
                guard let code = statusCode else { return .malformed }
                guard wanted.statusCodes.contains(where: { $0.contains(code) }) else {
                    return .status(code)
                }
                part = .headers
                isLineEmpty = byte == UInt8(ascii: "\n")
            case .headers:
                guard byte != UInt8(ascii: "\r") else { continue }
                let isEnd = byte == UInt8(ascii: "\n")
                if isEnd, isLineEmpty { part = .content }
                isLineEmpty = isEnd
            case .content:
                // Nobody asks what it is.
                if content == nil { return nil }
                content?.append(byte)
            }
        }
        return nil
    }

    /// Judges what has come when the other side has closed the connection.
    public mutating func end() -> Failure? {
        guard case .content = part else { return .malformed }
        guard let wanted = wanted.digest, let digest = content?.finish(), digest != wanted else { return nil }
        return .digest(digest)
    }

    private var statusCode: Int? {
        let blank = UInt8(ascii: " ")
        guard Array(status.prefix(7)) == Self.version, status[8] == blank, status[12] <= blank else {
            return nil
        }
        var code = 0
        for digit in status[9..<12] {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            code = code * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return code
    }
}
