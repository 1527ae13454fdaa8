import CLinux
import VRRP

/// Answers questions about the agent: one datagram in, one out.
///
/// The socket's name is abstract: it exists once in a network namespace, needs no file, and ends with the agent.
struct StatusSocket {
    static let name = "apus-vrrpd"

    /// How the answer to a question begins that was not carried out.
    static let refusal = "error: "

    let descriptor: Int32

    /// What can be asked.
    enum Question {
        case text
        case json
        case prometheus
        case handOver
        case resume
        case reload

        init?(_ bytes: ArraySlice<UInt8>) {
            let known: [(String, Question)] = [
                ("status", .text), ("json", .json), ("prometheus", .prometheus), ("handover", .handOver),
                ("resume", .resume), ("reload", .reload),
            ]
            guard let found = known.first(where: { $0.0.utf8.elementsEqual(bytes) }) else { return nil }
            self = found.1
        }
    }

    init() throws(SystemError) {
        descriptor = Int32(
            try check(
                linux_local_socket(Self.name),
                "open the status socket @\(Self.name)",
                remedy: "end the other agent of this network namespace"
            )
        )
    }

    /// The next question and who asked; nil when none is waiting.
    func receive() throws(SystemError) -> (bytes: [UInt8], sender: linux_local_sender)? {
        var sender = linux_local_sender()
        var buffer = [UInt8](repeating: 0, count: 64)
        let result = buffer.withUnsafeMutableBytes {
            linux_local_receive(descriptor, $0.baseAddress, Int64($0.count), &sender)
        }
        if result == -Int64(LINUX_EAGAIN) || result == -Int64(LINUX_EINTR) { return nil }
        return (Array(buffer.prefix(try check(result, "read a question"))), sender)
    }

    /// Who asks and does not wait for the answer misses it.
    func answer(_ text: String, to sender: linux_local_sender) throws(SystemError) {
        var sender = sender
        let bytes = Array(text.utf8)
        let result = bytes.withUnsafeBytes {
            linux_local_answer(descriptor, &sender, $0.baseAddress, Int64($0.count))
        }
        _ = try check(result, "answer a question")
    }

    /// In another process: asks the running agent.
    static func ask(_ question: String) throws(SystemError) -> String {
        let bytes = Array(question.utf8)
        // As much as a datagram can hold.
        var answer = [UInt8](repeating: 0, count: 256 << 10)
        let result = bytes.withUnsafeBytes { question in
            answer.withUnsafeMutableBytes {
                linux_local_ask(
                    name,
                    question.baseAddress,
                    Int64(question.count),
                    $0.baseAddress,
                    Int64($0.count)
                )
            }
        }
        let count = try check(
            result,
            "ask the agent at @\(name)",
            remedy: "is it running, in this network namespace? systemctl status apus-vrrpd"
        )
        return String(decoding: answer.prefix(count), as: UTF8.self)
    }
}

extension Agent {
    /// Questions taken at once: a flood must not starve the protocol.
    private static let questionsAtOnce = 16

    /// Does without where it cannot be had: the addresses matter more.
    mutating func openStatus() {
        do throws(SystemError) {
            status = try StatusSocket()
        } catch {
            Log.warning(error.description)
        }
    }

    mutating func answerQuestions() throws(SystemError) {
        guard let status else { return }
        for _ in 0..<Self.questionsAtOnce {
            guard let (bytes, sender) = question(status) else { return }
            let text = try answer(bytes[...], from: sender.user)
            do throws(SystemError) {
                try status.answer(text, to: sender)
            } catch {
                Log.warning(error.description)
            }
        }
    }

    private func question(_ status: StatusSocket) -> (bytes: [UInt8], sender: linux_local_sender)? {
        do throws(SystemError) {
            return try status.receive()
        } catch {
            Log.warning(error.description)
            return nil
        }
    }

    private mutating func answer(
        _ bytes: ArraySlice<UInt8>,
        from user: Int64
    ) throws(SystemError) -> String {
        guard let question = StatusSocket.Question(bytes) else {
            return StatusSocket.refusal + "unknown question\n"
        }
        switch question {
        case .text: return StatusReport(self, at: Clock.now).text
        case .json: return StatusReport(self, at: Clock.now).json
        case .prometheus: return StatusReport(self, at: Clock.now).prometheus
        case .handOver, .resume, .reload:
            guard user == 0 else { return StatusSocket.refusal + "only root may ask for that\n" }
            if question == .reload {
                return try reload().map { StatusSocket.refusal + $0 + "\n" } ?? "\(plan.summary)\n"
            }
            if let owner = instances.first(where: { $0.plan.settings.priority == .owner }) {
                let why = "\(owner.plan.name) has priority 255, which owns its addresses\n"
                return StatusSocket.refusal + why
            }
            handOver(question == .handOver)
            return StatusReport(self, at: Clock.now).text
        }
    }
}
