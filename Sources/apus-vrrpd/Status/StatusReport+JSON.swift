import VRRP

extension StatusReport {
    /// One object; durations in seconds. The keys are documented in docs/vrrp.md and stay.
    var json: String {
        var writer = JSONWriter()
        writer.object {
            $0.field("version", agentVersion)
            $0.field("handing_over", isHandingOver)
            $0.array("instances") { list in
                for instance in instances { instance.write(to: &list) }
            }
            $0.array("virtual_servers") { list in
                for service in services { service.write(to: &list) }
            }
        }
        return writer.text + "\n"
    }
}

extension StatusReport.Instance {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("name", name)
            $0.field("interface", interface)
            $0.field("virtual_router_id", Int(virtualRouter))
            $0.field("vrrp_version", Int(version))
            $0.field("advert_int", interval)
            $0.field("state", state.description)
            $0.field("since", since)
            $0.field("seconds", age)
            $0.field("reason", reason)
            $0.field("base_priority", Int(basePriority))
            $0.field("priority", Int(priority))
            $0.array("trackers") { list in
                for tracker in trackers {
                    list.object {
                        $0.field("name", tracker.name)
                        $0.field("weight", tracker.weight)
                        $0.field("passes", tracker.passes)
                        $0.field("part", tracker.part)
                    }
                }
            }
            $0.array("addresses") { list in
                for address in addresses { list.element(address) }
            }
            $0.array("peers") { list in
                for peer in peers {
                    list.object {
                        $0.field("address", peer.address)
                        $0.field("priority", Int(peer.priority))
                        $0.field("seconds_ago", peer.age)
                    }
                }
            }
            if let next { $0.field("next_seconds", next) }
            $0.field("transitions", transitions)
            $0.field("sent", sent)
            $0.field("received", received)
            $0.object("rejected") { object in
                for (cause, count) in rejections { object.field(cause, count) }
            }
        }
    }
}

extension StatusReport.Service {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("name", name)
            if let instance { $0.field("instance", instance) }
            $0.field("active", isActive)
            if let backEnd { $0.field("back_end", backEnd) }
            if let failure { $0.field("failure", failure.problem) }
            if let remedy = failure?.remedy { $0.field("remedy", remedy) }
            $0.field("quorum", quorum)
            $0.field("has_quorum", hasQuorum)
            $0.field("weight", weight)
            if let sorryServer { $0.field("sorry_server", sorryServer) }
            $0.field("uses_sorry_server", usesSorryServer)
            $0.array("real_servers") { list in
                for server in servers { server.write(to: &list) }
            }
        }
    }
}

extension StatusReport.Server {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object {
            $0.field("name", name)
            $0.field("up", isUp)
            $0.field("since", since)
            $0.field("seconds", age)
            if let reason { $0.field("reason", reason) }
            $0.field("weight", weight)
            $0.array("checks") { list in
                for check in checks {
                    list.object {
                        $0.field("name", check.name)
                        $0.field("passes", check.passes)
                        if let failure = check.failure { $0.field("failure", failure) }
                    }
                }
            }
        }
    }
}
