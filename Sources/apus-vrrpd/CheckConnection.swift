import CLinux
import KeepalivedConfiguration
import LoadBalancing
import VRRP

/// A check's connection to a server: while it is being made, and while the answer to a question comes in.
final class CheckConnection {
    enum Outcome {
        case passed
        /// And why.
        case failed(String)
    }

    let descriptor: Int32
    /// Whether it is not made yet, and becomes writable when it is.
    private(set) var isOpening = true
    private let request: [UInt8]
    private var response: HTTPResponse?

    private static let pieceSize = 4096
    /// Taken in before others get their turn: a long answer must not starve them.
    private static let piecesAtOnce = 16

    /// - Parameter question: nil where it is enough that the connection is accepted.
    init(to target: Plan.Connection, asking question: Plan.Question?) throws(SystemError) {
        let result = linux_connect(
            target.address.family.number,
            target.address.bytes,
            target.port,
            target.source?.bytes
        )
        descriptor = Int32(try check(result, "connect"))
        request = question?.request ?? []
        response = question.map { HTTPResponse(wanted: $0.wanted) }
    }

    deinit { linux_close(descriptor) }

    /// Goes on after something happened; nil while it is not decided.
    func proceed() -> Outcome? {
        isOpening ? open() : receive()
    }

    private func open() -> Outcome? {
        isOpening = false
        let result = linux_connected(descriptor)
        guard result == 0 else { return .failed(SystemError.text(of: -result)) }
        guard response != nil else { return .passed }
        // It is shorter than the smallest buffer for sending.
        let sent = linux_send(descriptor, request, Int64(request.count))
        return sent < 0 ? .failed(SystemError.text(of: Int32(-sent))) : nil
    }

    private func receive() -> Outcome? {
        var buffer = [UInt8](repeating: 0, count: Self.pieceSize)
        for _ in 0..<Self.piecesAtOnce {
            let got = linux_receive(descriptor, &buffer, Int64(buffer.count))
            if got == -Int64(LINUX_EAGAIN) || got == -Int64(LINUX_EINTR) { return nil }
            guard got >= 0 else { return .failed(SystemError.text(of: Int32(-got))) }
            let failure = got == 0 ? response?.end() : response?.receive(buffer.prefix(Int(got)))
            if let failure { return .failed(text(of: failure)) }
            if got == 0 { return .passed }
        }
        return nil
    }

    private func text(of failure: HTTPResponse.Failure) -> String {
        let text: Message
        switch failure {
        case .malformed: text = "it does not answer as HTTP does"
        case .status(let code): text = "HTTP \(code), wanted\(wantedCodes.text)"
        case .digest(let digest):
            let wanted = response?.wanted.digest ?? []
            text = "its content has the digest \(characters(digest)), wanted \(characters(wanted))"
        }
        return text.text
    }

    private var wantedCodes: Message {
        var text: Message = ""
        for codes in response?.wanted.statusCodes ?? [] {
            text = text + " \(codes.lowerBound)"
            if codes.count > 1 { text = text + "-\(codes.upperBound)" }
        }
        return text
    }

    private func characters(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
