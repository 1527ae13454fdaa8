import HostInventory
import Provisioning
import Synchronization
import Transports

/// A controller that is killed after so many events: nothing is journaled after them, and nothing more reaches a host.
final class MortalController: Reporter, Connector {
    private let lifetime: Int
    private let diesMidStep: Bool
    private let state = Mutex(State())

    private struct State {
        var events: [Event] = []
        var lastWords = false
    }

    /// - Parameter midStep: what was about to be sent still is, and runs; nobody hears how it ended.
    init(after events: Int = .max, midStep: Bool = false) {
        lifetime = events
        diesMidStep = midStep
    }

    /// Those that were journaled.
    var events: [Event] { state.withLock { $0.events } }

    func report(_ event: Event) {
        state.withLock { state in
            if state.events.count < lifetime {
                state.events.append(event)
            } else {
                // What comes after the death is not done either.
                state.lastWords = true
            }
        }
    }

    func connect(to host: Inventory.Host, deadline: Duration) async throws -> any Transport {
        try requireLife()
        return MortalTransport(base: LocalTransport(), controller: self)
    }

    fileprivate var isDead: Bool { state.withLock { $0.events.count >= lifetime } }

    fileprivate func requireLife() throws {
        if isDead { throw TransportError(.lost, "the controller is dead") }
    }

    /// Whether something may still be sent.
    fileprivate func mayWrite() -> Bool {
        guard isDead else { return true }
        return state.withLock { state in
            defer { state.lastWords = true }
            return diesMidStep && !state.lastWords
        }
    }
}

private struct MortalTransport: Transport {
    let base: LocalTransport
    let controller: MortalController
    var loginUser: String { base.loginUser }

    func open(_ command: String) async throws -> any TransportChannel {
        try controller.requireLife()
        return MortalChannel(base: try await base.open(command), controller: controller)
    }

    func close() async { await base.close() }
}

private struct MortalChannel: TransportChannel {
    let base: any TransportChannel
    let controller: MortalController

    func write(_ bytes: [UInt8]) async throws {
        if !controller.mayWrite() { await base.close() }
        try await base.write(bytes)
    }

    func read() async throws -> TransportChunk {
        let chunk = try await base.read()
        if controller.isDead { await base.close() }
        try controller.requireLife()
        return chunk
    }

    func finishWriting() async throws { try await base.finishWriting() }
    func close() async { await base.close() }
}
