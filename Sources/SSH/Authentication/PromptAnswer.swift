import CLibSSH2

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Answers keyboard-interactive prompts (RFC 4256): the password where nothing is echoed, else nothing.
enum PromptAnswer {
    /// Same arguments as `LIBSSH2_USERAUTH_KBDINT_RESPONSE_FUNC`.
    static let callback:
        @convention(c) (
            UnsafePointer<CChar>?, Int32, UnsafePointer<CChar>?, Int32, Int32,
            UnsafePointer<LIBSSH2_USERAUTH_KBDINT_PROMPT>?,
            UnsafeMutablePointer<LIBSSH2_USERAUTH_KBDINT_RESPONSE>?,
            UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        ) -> Void = { _, _, _, _, count, prompts, responses, abstract in
            guard let prompts, let responses, count > 0 else { return }
            let answer = Wire.of(abstract).promptAnswer ?? ""
            for index in 0..<Int(count) {
                let text = prompts[index].echo == 0 ? answer : ""
                // libssh2 frees it with free(3), its default.
                responses[index].text = strdup(text)
                responses[index].length = UInt32(text.utf8.count)
            }
        }
}
