/// Shell that tells a process from a later one with the same number, which another boot may have too.
public enum ProcessBirth {
    /// Defines `born PID`, which sets `$since` to when the process began, in ticks since the boot (proc_pid_stat(5), field
    /// 22); to 0 where there is no such process, or no /proc.
    public static let function = """
        born() {
          since=0; read -r life 2>/dev/null <"/proc/$1/stat" || return 0
          set -- ${life##*) }; since=${20}
        }
        """
}
