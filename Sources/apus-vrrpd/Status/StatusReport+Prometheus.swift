import KeepalivedConfiguration
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
        write(services, to: &writer)
        return writer.text
    }

    private func write(_ services: [Service], to writer: inout MetricWriter) {
        writer.begin("quorum", "gauge", "Whether enough real servers are up.", of: "virtual_server")
        for service in services { writer.sample(service.name, service.hasQuorum ? 1 : 0) }
        writer.begin(
            "back_end_works",
            "gauge",
            "Whether the kernel can spread its connections.",
            of: "virtual_server"
        )
        for service in services {
            guard let backEnd = service.backEnd else { continue }
            writer.sample(service.name, "back_end", backEnd, service.failure == nil ? 1 : 0)
        }
        writer.begin("sorry_server_used", "gauge", "Whether it takes all connections.", of: "virtual_server")
        for service in services { writer.sample(service.name, service.usesSorryServer ? 1 : 0) }
        writer.begin("real_server_up", "gauge", "Whether a real server is up.", of: "virtual_server")
        for service in services {
            for server in service.servers {
                writer.sample(service.name, "real_server", server.name, server.isUp ? 1 : 0)
            }
        }
        writer.begin("real_server_weight", "gauge", "Its part of new connections.", of: "virtual_server")
        for service in services {
            for server in service.servers {
                writer.sample(service.name, "real_server", server.name, server.weight)
            }
        }
    }
}

private struct MetricWriter {
    private(set) var text = ""
    private var name = ""
    /// What the samples are of.
    private var subject = ""

    @inline(never)
    mutating func begin(_ name: String, _ type: String, _ help: String, of subject: String = "instance") {
        self.name = "apus_vrrp_" + name
        self.subject = subject
        text += ("# HELP \(self.name) \(help)\n# TYPE \(self.name) \(type)\n" as Message).text
    }

    mutating func sample(_ of: String, _ value: Int) { write(of, "", value) }

    @inline(never)
    mutating func sample(_ of: String, _ label: String, _ labelled: String, _ value: Int) {
        write(of, ",\(label)=\"\(escaped(labelled))\"", value)
    }

    @inline(never)
    private mutating func write(_ of: String, _ labels: Message, _ value: Int) {
        text += ("\(name){\(subject)=\"\(escaped(of))\"\(labels.text)} \(value)\n" as Message).text
    }
}
