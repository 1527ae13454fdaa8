import KeepalivedConfiguration
import VRRP

/// Which packets a virtual service takes; there is one service for each key.
enum ServiceKey: Equatable {
    /// - transport: IP's number.
    case endpoint(Plan.Target, transport: UInt8)
    /// Those that the packet filter gave this mark, whatever they are for.
    case mark(UInt32, IPAddress.Family)

    // IP's numbers.
    static let (tcp, udp): (UInt8, UInt8) = (6, 17)

    var family: IPAddress.Family {
        switch self {
        case .endpoint(let target, _): target.address.family
        case .mark(_, let family): family
        }
    }

    var transports: [UInt8] {
        switch self {
        case .endpoint(_, let transport): [transport]
        case .mark: [Self.tcp, Self.udp]
        }
    }

    /// For people, and of chains and maps.
    var name: String {
        let name: Message =
            switch self {
            case .endpoint(let target, Self.tcp): "\(target.description)"
            case .endpoint(let target, _): "\(target.description)/udp"
            case .mark(let mark, .v4): "fwmark \(String(mark))"
            case .mark(let mark, .v6): "fwmark \(String(mark)) over IPv6"
            }
        return name.text
    }
}
