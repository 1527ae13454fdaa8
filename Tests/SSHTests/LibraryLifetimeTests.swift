import Foundation
import Testing

@testable import SSH

@Suite("libcrypto")
struct LibraryLifetimeTests {
    @Test("serves the connections that still close while the process exits")
    func atExit() async {
        await #expect(processExitsWith: .success) {
            // Registered before the first use, it runs after all that libcrypto would do at the end.
            atexit { if Digest.sha256([]).first != 0xE3 { _exit(1) } }
            _ = Digest.sha256([])
            exit(0)
        }
    }
}
