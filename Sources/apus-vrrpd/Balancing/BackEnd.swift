import CLinux
import KeepalivedConfiguration
import VRRP

/// A part of the kernel that can spread connections.
enum BackEnd: Equatable {
    /// Rules of nf_tables, in a table of that family.
    case netfilter(family: Int32)
    case ipvs

    static let all: [BackEnd] = [
        .netfilter(family: LINUX_NFPROTO_IPV4), .netfilter(family: LINUX_NFPROTO_IPV6),
        .netfilter(family: LINUX_NFPROTO_NETDEV), .ipvs,
    ]

    /// For people.
    var name: String { self == .ipvs ? "ip_vs" : "nf_tables" }
}

extension VirtualService {
    /// The one that does it.
    ///
    /// - Parameter prefersIPVS: whether ip_vs does what both can.
    func backEnd(prefersIPVS: Bool) -> BackEnd {
        switch way {
        case .answering: .netfilter(family: key.family.number)
        case _ where prefersIPVS || needsIPVS: .ipvs
        case .directRouting: .netfilter(family: LINUX_NFPROTO_NETDEV)
        case .translation, .tunneling: .netfilter(family: key.family.number)
        }
    }

    /// Whether nf_tables has no words for it.
    var needsIPVS: Bool {
        // Where packets are routed directly, they have no mark yet.
        if way == .tunneling || way == .directRouting(device: nil) || !flags.isEmpty { return true }
        switch scheduler {
        case .roundRobin, .weightedRoundRobin, .sourceHashing: return false
        default: return true
        }
    }
}
