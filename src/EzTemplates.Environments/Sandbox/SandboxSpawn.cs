using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Environments.Native;

namespace EzTemplates.Environments;

/// <summary>
/// Starts programs from the sandbox's thread with posix_spawn(3), which shares no code with us after its clone: nothing managed runs
/// in a forked process. The child has the thread's namespaces, root, folder and ids.
/// </summary>
internal sealed unsafe class SandboxSpawn(SandboxThread thread)
{
    private const int OpaqueSize = 512;
    private const int SetDefaultSignals = 4;
    private const int SetSignalMask = 8;
    private const int SetSession = 0x80;
    private const int SetGroup = 2;
    private const int BrokenPipe = 13;
    private const int CloseOnExec = 4;
    private const int FirstOther = 3;
    private const string Shell = "/bin/sh";

    private static readonly nint AttributesInit = NativeThread.Function("posix_spawnattr_init");
    private static readonly nint AttributesSetFlags = NativeThread.Function("posix_spawnattr_setflags");
    private static readonly nint AttributesSetDefault = NativeThread.Function("posix_spawnattr_setsigdefault");
    private static readonly nint AttributesSetMask = NativeThread.Function("posix_spawnattr_setsigmask");
    private static readonly nint ActionsInit = NativeThread.Function("posix_spawn_file_actions_init");
    private static readonly nint ActionsDuplicate = NativeThread.Function("posix_spawn_file_actions_adddup2");
    private static readonly nint ActionsClose = NativeThread.Function("posix_spawn_file_actions_addclose");
    private static readonly nint? ActionsComeToFront = NativeThread.TryFunction("posix_spawn_file_actions_addtcsetpgrp_np");
    private static readonly nint Spawn = NativeThread.Function("posix_spawn");

    private nint _gate = -1;

    /// <summary>Keeps the program that holds others back (<see cref="GateProgram"/>), before anything of the view has run.</summary>
    public void KeepGate()
    {
        const string program = "/dev/.ez-gate";
        const int placeOnly = 0x200000 | 0x80000;
        thread.WriteNewFile(program, GateProgram.Executable(), 0b101_000_000);
        thread.WaitForWriters(program);
        _gate = SandboxThread.Must($"open `{program}`", thread.Native.System(SystemCallNumber.OpenAt, -100, thread.Text.Of(program), placeOnly));
        thread.RemoveFile(program);
    }

    /// <summary>Marks every descriptor above 2 so that no program inherits it; ours are so already, those that we inherited may not be.</summary>
    public void KeepDescriptorsOut()
    {
        if (thread.Native.System(SystemCallNumber.CloseRange, FirstOther, unchecked((nint)uint.MaxValue), CloseOnExec).Failed)
        {
            foreach (var descriptor in Directory.EnumerateFileSystemEntries("/proc/self/fd").Select(Path.GetFileName))
            {
                const int setFlags = 2;
                if (int.TryParse(descriptor, out var number) && number >= FirstOther)
                {
                    thread.Native.System(SystemCallNumber.Control, number, setFlags, 1);
                }
            }
        }
    }

    /// <summary>Starts process 1 and waits until /proc is mounted.</summary>
    /// <returns>Its pid, as seen here, and the descriptor that keeps it alive.</returns>
    public (int Pid, int Lifeline) StartInit()
    {
        const string program = "/dev/.ez-init";
        thread.WriteNewFile(program, InitProgram.Executable(), 0b101_000_000);
        thread.WaitForWriters(program);
        using var ready = new NativePipe();
        using var life = new NativePipe();
        var error = Try(program, ["ez-init"], [], [life.Reader, ready.Writer, -1], out var pid);
        life.CloseReader();
        ready.CloseWriter();
        thread.RemoveFile(program);
        if (error != 0)
        {
            throw new EzException(FailureKind.Environment, $"cannot start process 1 of the sandbox: {Linux.Message(error)}");
        }

        // A failed mount is told after the pid is known to the caller's clean-up: the lifeline's end is process 1's end.
        var answer = -1;
        var got = Linux.Read(ready.Reader, &answer, sizeof(int));
        if (got != sizeof(int) || answer != 0)
        {
            life.CloseWriter();
            WaitStatus.Of(pid);
            throw new EzException(FailureKind.Environment, $"cannot mount `/proc` in the sandbox: {(got == sizeof(int) ? Linux.Message(answer) : "process 1 ended")}");
        }

        return (pid, life.GiveWriter());
    }

    /// <summary>Looks the program up on PATH as execvp(3) does, and starts it.</summary>
    /// <exception cref="CommandNotStartedException">127 where there is none, 126 where it cannot be executed.</exception>
    /// <param name="admit">Called with the process before it runs anything of the view; needs <see cref="KeepGate"/>.</param>
    public int StartCommand(
        string program, IReadOnlyList<string> arguments, IReadOnlyList<string> variables, SandboxStreams streams, SpawnSession session = SpawnSession.Callers, Action<int>? admit = null)
    {
        var denied = 0;
        foreach (var file in Candidates(program, variables))
        {
            // Most folders of PATH do not have it, and a look is far cheaper than a process that finds that out.
            if (thread.IsAbsent(file))
            {
                continue;
            }

            int[] descriptors = [streams.Input, streams.Output, streams.Error, .. streams.Status is { } status ? [status] : (int[])[]];
            var error = Start(file, arguments, out var pid);
            if (error == Errno.BadFormat && IsText(file))
            {
                error = Start(Shell, [Shell, file, .. arguments.Skip(1)], out pid);
            }

            int Start(string path, IReadOnlyList<string> own, out int started) => admit is null
                ? Try(path, own, variables, descriptors, out started, session)
                : TryHeld(path, own, variables, descriptors, out started, session, admit);

            if (error == 0)
            {
                return pid;
            }

            denied = error is Errno.NoEntry or Errno.NotFolder ? denied : error;
        }

        throw denied == 0
            ? new CommandNotStartedException(127, $"cannot run `{program}`: there is no such program in the environment", "check its name, or add its package to the recipe: ez up RECIPE")
            : new CommandNotStartedException(126, $"cannot run `{program}`: {Linux.Message(denied)}", null);
    }

    /// <summary>As shells tell a script without an interpreter line from a program for another machine: that has zeros.</summary>
    private bool IsText(string file) => thread.TryReadFile(file, 128)?.Contains('\0', StringComparison.Ordinal) == false;

    private static IEnumerable<string> Candidates(string program, IReadOnlyList<string> variables)
    {
        if (program.Contains('/', StringComparison.Ordinal))
        {
            return [program];
        }

        var path = variables.LastOrDefault(variable => variable.StartsWith("PATH=", StringComparison.Ordinal))?["PATH=".Length..] ?? "";
        return program.Length == 0 ? [] : path.Split(':').Select(folder => folder.Length == 0 ? "./" + program : folder + "/" + program);
    }

    /// <summary>As <see cref="Try"/>, through the gate.</summary>
    private int TryHeld(string file, IReadOnlyList<string> arguments, IReadOnlyList<string> variables, ReadOnlySpan<int> streams, out int pid, SpawnSession session, Action<int> admit)
    {
        var (gate, errors) = (new NativePipe(), new NativePipe());
        using (gate)
        using (errors)
        {
            var descriptors = new int[GateProgram.Errors + 1];
            Array.Fill(descriptors, -1);
            streams.CopyTo(descriptors);
            (descriptors[GateProgram.Gate], descriptors[GateProgram.Errors]) = (gate.Reader, errors.Writer);
            var error = Try(string.Create(CultureInfo.InvariantCulture, $"/proc/self/fd/{_gate}"), [file, .. arguments], variables, descriptors, out pid, session);
            if (error != 0)
            {
                return error;
            }

            admit(pid);
            gate.CloseReader();
            errors.CloseWriter();
            byte open = 1;
            var answer = 0;
            _ = Linux.Write(gate.Writer, &open, 1);
            if (Linux.Read(errors.Reader, &answer, sizeof(int)) != sizeof(int))
            {
                return 0;
            }

            _ = WaitStatus.Of(pid);
            return answer;
        }
    }

    /// <param name="streams">Descriptors for 0, 1, 2 and so on; -1 is closed.</param>
    private int Try(string file, IReadOnlyList<string> arguments, IReadOnlyList<string> variables, ReadOnlySpan<int> streams, out int pid, SpawnSession session = SpawnSession.Callers)
    {
        var (attributes, actions, signals) = (thread.Text.Block(OpaqueSize), thread.Text.Block(OpaqueSize), thread.Text.Block(OpaqueSize));
        Prepare(AttributesInit, attributes);
        Prepare(AttributesSetMask, attributes, thread.Text.Block(OpaqueSize));

        // The runtime ignores SIGPIPE, and what is ignored stays so through execve(2).
        *(ulong*)signals = 1UL << (BrokenPipe - 1);
        Prepare(AttributesSetDefault, attributes, signals);
        Prepare(AttributesSetFlags, attributes, SetDefaultSignals | SetSignalMask | OfSession(session));
        Prepare(ActionsInit, actions);
        AddStreams(actions, streams);

        // Since glibc 2.35. Elsewhere the caller does it a moment later, and a program that wants the terminal before is stopped until then.
        if (session == SpawnSession.Front && ActionsComeToFront is { } comeToFront)
        {
            Prepare(comeToFront, actions, 0);
        }

        var started = thread.Text.Block(sizeof(int));
        var error = thread.Native.Call(Spawn, started, thread.Text.Of(file), actions, attributes, thread.Text.Of(arguments), thread.Text.Of(variables));
        pid = *(int*)started;
        return (int)error;
    }

    private static int OfSession(SpawnSession session) => session switch
    {
        SpawnSession.Own => SetSession,
        SpawnSession.Group or SpawnSession.Front => SetGroup,
        _ => 0,
    };

    private void Prepare(nint function, nint a, nint b = 0, nint c = 0) =>
        thread.Native.Queue("", new NativeCall(function, a, b, c), NativeOutcome.Ignored);

    /// <summary>First to numbers above the streams' own where one would be overwritten before its turn.</summary>
    private void AddStreams(nint actions, ReadOnlySpan<int> streams)
    {
        var taken = streams.ToArray();
        var parking = Enumerable.Range(taken.Length, 2 * taken.Length).Where(number => !taken.Contains(number)).Take(taken.Length).ToArray();
        for (var i = 0; i < streams.Length; i++)
        {
            if (streams[i] >= 0 && streams[i] != i)
            {
                Prepare(ActionsDuplicate, actions, streams[i], parking[i]);
            }
        }

        for (var i = 0; i < streams.Length; i++)
        {
            if (streams[i] < 0)
            {
                Prepare(ActionsClose, actions, i);
            }
            else
            {
                Prepare(ActionsDuplicate, actions, streams[i] == i ? i : parking[i], i);
                if (streams[i] != i)
                {
                    Prepare(ActionsClose, actions, parking[i]);
                }
            }
        }
    }
}
