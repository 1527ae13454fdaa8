extension ConfigurationReader {
    /// Holds an instance to the RFCs (`vrrp_strict`, `strict_mode`), as far as keepalived 2.2 does.
    mutating func applyStrictMode(to instance: inout Instance, _ draft: inout InstanceDraft) {
        if let place = draft.authentication, instance.version == .v2 {
            diagnostics.tolerable("strict mode has no 'authentication' (RFC 3768 §5.3.6)", at: place)
            instance.authentication = .none
        }
        if let place = draft.preemptDelay {
            diagnostics.tolerable("strict mode has no 'preempt_delay' (RFC 9568 §6.1)", at: place)
            instance.preemptDelay = .zero
            draft.preemptDelay = nil
        }
        if let place = draft.advertisesFromBase {
            diagnostics.tolerable("strict mode has no 'vmac_xmit_base' (RFC 9568 §7.3)", at: place)
            draft.advertisesFromBase = nil
        }
        let isOwner = instance.priority == 255
        if isOwner != (instance.initialState == .master) {
            let message: Message = "strict mode has 'state MASTER' with priority 255, and only there"
            diagnostics.tolerable(message, at: instance.location)
            instance.initialState = isOwner ? .master : .backup
        }
        if let first = instance.virtualAddresses.first, first.address.isIPv6, !first.address.isLinkLocal {
            let message: Message = "strict mode wants a link-local address first (RFC 9568 §5.2.9)"
            diagnostics.tolerable(message, at: first.location)
        }
        if let place = draft.accept, instance.version == .v2, instance.accepts {
            diagnostics.tolerable("strict mode has no 'accept' in version 2 (RFC 3768 §6.4.3)", at: place)
            instance.accepts = isOwner
        } else if draft.accept == nil {
            instance.accepts = isOwner
            guard !isOwner else { return }
            diagnostics.warning(
                "strict mode drops what comes for the virtual addresses themselves; version 3 has 'accept' against that",
                at: instance.location
            )
        }
    }
}
