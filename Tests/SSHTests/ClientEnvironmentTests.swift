import Foundation
import Testing

@testable import SSH

@Suite("The client's environment")
struct ClientEnvironmentTests {
    @Test("~ is the home directory of the account, as with ssh, whatever HOME says")
    func home() async {
        await #expect(processExitsWith: .success) {
            setenv("HOME", "/nonexistent", 1)
            let account = getpwuid(getuid()).map { String(cString: $0.pointee.pw_dir) }
            exit(ClientEnvironment.system.home == account ? 0 : 1)
        }
    }
}
