/// Whether something is to be there.
public enum Presence: Sendable, Hashable {
    case present, absent
}
