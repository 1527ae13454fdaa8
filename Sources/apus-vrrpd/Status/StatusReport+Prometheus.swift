import VRRP

extension StatusReport {
    /// Prometheus's text format 0.0.4.
    var prometheus: String {
        var writer = MetricWriter()
        writer.begin("state", "gauge", "1 for the state that the virtual router is in.")
        for instance in instances {
            for state in [VirtualRouter.State.initialize, .backup, .master, .fault] {
                writer.sample(instance.name, "state", state.description, state == instance.state ? 1 : 0)
            }
        }
        writer.begin("priority", "gauge", "The effective priority.")
        for instance in instances { writer.sample(instance.name, Int(instance.priority)) }
        writer.begin("tracker_passes", "gauge", "Whether a tracker passes.")
        for instance in instances {
            for tracker in instance.trackers {
                guard let passes = tracker.passes else { continue }
                writer.sample(instance.name, "tracker", tracker.name, passes ? 1 : 0)
            }
        }
        writer.begin("transitions_total", "counter", "Changes of state.")
        for instance in instances { writer.sample(instance.name, instance.transitions) }
        writer.begin("advertisements_sent_total", "counter", "Advertisements sent.")
        for instance in instances { writer.sample(instance.name, instance.sent) }
        writer.begin("advertisements_received_total", "counter", "Advertisements for it.")
        for instance in instances { writer.sample(instance.name, instance.received) }
        writer.begin("advertisements_rejected_total", "counter", "Those not acted on, by cause.")
        for instance in instances {
            for (cause, count) in instance.rejections { writer.sample(instance.name, "cause", cause, count) }
        }
        return writer.text
    }
}

private struct MetricWriter {
    private(set) var text = ""
    private var name = ""

    @inline(never)
    mutating func begin(_ name: String, _ type: String, _ help: String) {
        self.name = "apus_vrrp_" + name
        text += "# HELP \(self.name) \(help)\n# TYPE \(self.name) \(type)\n"
    }

    @inline(never)
    mutating func sample(_ instance: String, _ value: Int) {
        text += "\(name){instance=\"\(escaped(instance))\"} \(value)\n"
    }

    @inline(never)
    mutating func sample(_ instance: String, _ label: String, _ of: String, _ value: Int) {
        text += "\(name){instance=\"\(escaped(instance))\",\(label)=\"\(escaped(of))\"} \(value)\n"
    }
}
