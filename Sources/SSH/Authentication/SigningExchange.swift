import CLibSSH2

#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// One signature that libssh2 asks for and gets later: until then its callback answers "would block".
///
/// That keeps slow signers (RSA, the agent, a person with a passphrase) off the loop's thread.
final class SigningExchange {
    /// What is to be signed, once libssh2 has asked.
    private(set) var wanted: [UInt8]?
    /// The answer.
    var signature: [UInt8]?
    var hasFailed = false

    /// Same arguments as `LIBSSH2_USERAUTH_PUBLICKEY_SIGN_FUNC`.
    static let callback:
        @convention(c) (
            OpaquePointer?, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?, UnsafeMutablePointer<Int>?,
            UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UnsafeMutableRawPointer?>?
        ) -> Int32 = { session, signature, length, bytes, count, _ in
            guard let exchange = Wire.of(libssh2_session_abstract(session)).signing, !exchange.hasFailed
            else {
                return LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED
            }
            guard let made = exchange.signature else {
                exchange.wanted = [UInt8](UnsafeBufferPointer(start: bytes, count: count))
                return LIBSSH2_ERROR_EAGAIN
            }
            // libssh2 frees it with free(3), its default.
            guard let copy = malloc(made.count)?.assumingMemoryBound(to: UInt8.self) else {
                return LIBSSH2_ERROR_ALLOC
            }
            copy.initialize(from: made, count: made.count)
            signature?.pointee = copy
            length?.pointee = made.count
            return 0
        }
}
