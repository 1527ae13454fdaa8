extension HostSession {
    /// Ends a shell of this session and everything that it started and that stayed in its process group.
    ///
    /// Also where this task is cancelled: what was started is not left behind. Takes at most some 20 s.
    func end(_ process: Int32, as privilege: Privilege) async {
        let ending = Task { await self.kill(process, as: privilege) }
        await ending.value
    }

    private func kill(_ process: Int32, as privilege: Privilege) async {
        guard let opened = try? await open(privilege) else { return }
        let killer = Shell(opened, privilege: privilege)
        // Whether it worked is not known to anybody who could act on it: the step has failed either way.
        _ = try? await killer.exchange([ShellSection(Self.endingScript(process), deadline: .seconds(10))])
        await killer.close()
    }

    /// Asks, and after two seconds insists. Under sudo the group is not led by the shell itself.
    static func endingScript(_ process: Int32) -> String {
        """
        p=\(process); g=$p
        if read -r s 2>/dev/null <"/proc/$p/stat"; then s=${s##*) }; set -- $s; g=$3; fi
        kill -s TERM -- "-$g" "$p" 2>/dev/null; n=0
        while kill -s 0 -- "-$g" 2>/dev/null && [ $n -lt 20 ]; do sleep 0.1; n=$((n+1)); done
        kill -s KILL -- "-$g" "$p" 2>/dev/null; :
        """
    }
}
