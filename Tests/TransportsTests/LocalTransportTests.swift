import ApusTesting
import Testing
import Transports

@Test func thisMachineAsAHostKeepsTheContractOfTransports() async throws {
    try await TransportContract(LocalTransport()).check()
}
