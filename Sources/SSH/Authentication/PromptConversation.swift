import CLibSSH2
import Dispatch

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// A keyboard-interactive login (RFC 4256), in which a person may have to be asked.
///
/// libssh2 wants the answers from its callback, in the midst of a call, and people are slow. So its calls run on a thread
/// of their own, but never at the same time as the loop's: the loop hands over and waits, until the call has returned or
/// asks. While it asks, the thread is stopped inside of libssh2, and nobody else may use the session.
final class PromptConversation: @unchecked Sendable {
    enum Step {
        case returned(Int32)
        case asks([Authentication.Prompt])
    }

    private let toThread = DispatchSemaphore(value: 0)
    private let toLoop = DispatchSemaphore(value: 0)
    // Each side has its turn to use these.
    private var call: (() -> Int32)?
    private var step = Step.returned(LIBSSH2_ERROR_EAGAIN)
    private var answers: [String] = []
    /// Given to the first prompt that shows nothing of what is typed.
    private var password: String?
    private var isAbandoned = false
    /// Whether the thread is stopped, and waits for `answer`.
    private(set) var isAsking = false

    init(password: String?) {
        self.password = password
        startThread { [self] in
            toThread.wait()
            while let call {
                step = .returned(call())
                toLoop.signal()
                toThread.wait()
            }
        }
    }

    /// Makes the call on the thread, until it returns or asks.
    func run(_ call: @escaping () -> Int32) -> Step {
        self.call = call
        return handOver()
    }

    /// Goes on with the call that asked.
    func answer(_ answers: [String]) -> Step {
        self.answers = answers
        isAsking = false
        return handOver()
    }

    /// Lets a call that asks return, and ends the thread. The wire must not want anything of it any more.
    func end() {
        isAbandoned = true
        if isAsking { _ = answer([]) }
        call = nil
        toThread.signal()
    }

    private func handOver() -> Step {
        toThread.signal()
        toLoop.wait()
        return step
    }

    // MARK: On the thread

    private func answers(to prompts: [Authentication.Prompt]) -> [String] {
        if prompts.count == 1, !prompts[0].echoes, let password {
            self.password = nil
            return [password]
        }
        if prompts.isEmpty || isAbandoned { return [] }
        isAsking = true
        step = .asks(prompts)
        toLoop.signal()
        toThread.wait()
        return answers
    }

    /// Same arguments as `LIBSSH2_USERAUTH_KBDINT_RESPONSE_FUNC`.
    static let callback:
        @convention(c) (
            UnsafePointer<CChar>?, Int32, UnsafePointer<CChar>?, Int32, Int32,
            UnsafePointer<LIBSSH2_USERAUTH_KBDINT_PROMPT>?,
            UnsafeMutablePointer<LIBSSH2_USERAUTH_KBDINT_RESPONSE>?,
            UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        ) -> Void = { _, _, _, _, count, prompts, responses, abstract in
            guard let prompts, let responses, count > 0 else { return }
            let asked = (0..<Int(count)).map { index in
                let prompt = prompts[index]
                let bytes = UnsafeRawBufferPointer(start: prompt.text, count: Int(prompt.length))
                return Authentication.Prompt(
                    text: String(decoding: bytes, as: UTF8.self),
                    echoes: prompt.echo != 0
                )
            }
            let answers = Wire.of(abstract).conversation?.answers(to: asked) ?? []
            for index in asked.indices {
                let text = index < answers.count ? answers[index] : ""
                // libssh2 frees it with free(3), its default.
                responses[index].text = strdup(text)
                responses[index].length = UInt32(text.utf8.count)
            }
        }
}
