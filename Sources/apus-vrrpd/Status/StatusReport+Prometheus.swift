import VRRP

extension StatusReport {
    /// Prometheus's text format 0.0.4.
    var prometheus: String {
        var text = ""
        metric("state", "gauge", "1 for the state that the virtual router is in.", &text) { instance in
            [VirtualRouter.State.initialize, .backup, .master, .fault].map {
                ("state=\"\($0.description)\"", $0 == instance.state ? "1" : "0")
            }
        }
        metric("state_seconds", "gauge", "How long it has been in this state.", &text) {
            [("", $0.age.decimalSeconds)]
        }
        metric("priority", "gauge", "The effective priority.", &text) { [("", "\($0.priority)")] }
        metric("tracker_passes", "gauge", "Whether a tracker passes.", &text) { instance in
            instance.trackers.compactMap { tracker in
                tracker.passes.map { ("tracker=\"\(escaped(tracker.name))\"", $0 ? "1" : "0") }
            }
        }
        metric("transitions_total", "counter", "Changes of state.", &text) { [("", "\($0.transitions)")] }
        metric("advertisements_sent_total", "counter", "Advertisements sent.", &text) { [("", "\($0.sent)")] }
        metric("advertisements_received_total", "counter", "Advertisements for it.", &text) {
            [("", "\($0.received)")]
        }
        metric("advertisements_rejected_total", "counter", "Those not acted on, by cause.", &text) {
            instance in
            instance.rejections.map { ("cause=\"\(escaped($0.cause))\"", "\($0.count)") }
        }
        return text
    }

    /// - Parameter samples: for one instance, further labels and the value.
    private func metric(
        _ name: String,
        _ type: String,
        _ help: String,
        _ text: inout String,
        samples: (Instance) -> [(labels: String, value: String)]
    ) {
        text += "# HELP apus_vrrp_\(name) \(help)\n# TYPE apus_vrrp_\(name) \(type)\n"
        for instance in instances {
            for (labels, value) in samples(instance) {
                let more = labels.utf8.isEmpty ? "" : "," + labels
                text += "apus_vrrp_\(name){instance=\"\(escaped(instance.name))\"\(more)} \(value)\n"
            }
        }
    }
}
