using System.Runtime.InteropServices;
using EzTemplates.Environments.Native;

namespace EzTemplates.Environments;

/// <summary>
/// Hands on to the command what is sent to `ez`: to its whole group what a terminal would send to one, else to the command alone. Where the
/// command is in `ez`'s own group, what a terminal sends reaches both, and is not handed on a second time. A command of a group of its own
/// that stops, stops `ez` with it, so that the shell outside sees its job stop; and goes on with it.
/// </summary>
internal sealed class SignalForwarding : IDisposable
{
    private const int User1 = 10;
    private const int User2 = 12;
    private const int Continue = 18;
    private const int Stop = 20;
    private const int BackgroundInput = 21;
    private const int BackgroundOutput = 22;

    // A stop that the kernel does not carry out (of an orphaned group) is not waited for any longer.
    private static readonly TimeSpan StopTime = TimeSpan.FromMilliseconds(100);

    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly ManualResetEventSlim _continued = new();
    private readonly Lock _alive = new();
    private readonly SandboxTerminal _terminal;
    private readonly List<(int Number, bool ToAll)> _early = [];
    private PosixSignalRegistration? _stopping;
    private int _pid;

    public SignalForwarding(SandboxTerminal terminal)
    {
        _terminal = terminal;
        Register(PosixSignal.SIGINT, 2, byTerminal: true);
        Register(PosixSignal.SIGQUIT, 3, byTerminal: true);
        Register(PosixSignal.SIGWINCH, 28, byTerminal: true);
        Register(PosixSignal.SIGTERM, 15, byTerminal: false);
        Register(PosixSignal.SIGHUP, 1, byTerminal: false);
        Register((PosixSignal)User1, User1, byTerminal: false);
        Register((PosixSignal)User2, User2, byTerminal: false);
        if (HasGroup)
        {
            RegisterStop();
            _registrations.Add(PosixSignalRegistration.Create(PosixSignal.SIGCONT, GoOn));
        }
    }

    private bool HasGroup => _terminal.Session != SpawnSession.Callers;

    /// <summary>Hands on what came meanwhile, too.</summary>
    public void StartFor(int pid)
    {
        lock (_alive)
        {
            _pid = pid;
            _terminal.TryGive(pid);
            _early.ForEach(signal => Send(signal.Number, signal.ToAll));
        }
    }

    /// <summary>After this the pid may be another's.</summary>
    public int WaitForEnd(int pid)
    {
        // Waits without reaping, so that the pid stays the command's until nobody will signal it any more.
        while (Linux.WaitForStopOrEnd(pid) is { } signal)
        {
            if (HasGroup && !(signal is BackgroundInput or BackgroundOutput && TryBringToFront()))
            {
                StopWith(signal);
            }
        }

        lock (_alive)
        {
            _pid = 0;
        }

        return WaitStatus.Of(pid);
    }

    public void Dispose()
    {
        _registrations.ForEach(registration => registration.Dispose());
        _stopping?.Dispose();
    }

    /// <summary>It wanted the terminal before it had it.</summary>
    private bool TryBringToFront()
    {
        lock (_alive)
        {
            var given = _terminal.TryGive(_pid);
            if (given)
            {
                Send(Continue, toAll: true);
            }

            return given;
        }
    }

    private void StopWith(int signal)
    {
        _continued.Reset();
        _stopping?.Dispose();

        // The whole group, as the terminal would have done: a script that has started `ez` stops too.
        _ = Linux.Kill(0, signal is BackgroundInput or BackgroundOutput ? signal : Stop);
        _continued.Wait(StopTime);
        RegisterStop();
        Resume();
    }

    /// <summary>
    /// Cancelled, as the runtime would then write the terminal settings that it found at its start: over the command's, and from behind the
    /// command, for which the kernel signals the whole of `ez`'s group (SIGTTOU). Whoever started `ez` stops for that, and so may `ez`: the
    /// runtime takes one such signal, on any thread, and its thread that writes may ask a second time.
    /// </summary>
    private void GoOn(PosixSignalContext context)
    {
        context.Cancel = true;
        Resume();
    }

    private void Resume()
    {
        lock (_alive)
        {
            if (_pid != 0)
            {
                _terminal.TryGive(_pid);
                Send(Continue, toAll: true);
            }
        }

        _continued.Set();
    }

    private void RegisterStop() => _stopping = PosixSignalRegistration.Create(PosixSignal.SIGTSTP, context => Forward(context, Stop, byTerminal: true));

    private void Register(PosixSignal signal, int number, bool byTerminal) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, context => Forward(context, number, byTerminal)));

    private void Forward(PosixSignalContext context, int number, bool byTerminal)
    {
        context.Cancel = true;
        lock (_alive)
        {
            if (_pid == 0)
            {
                _early.Add((number, byTerminal));
            }
            else if (!(byTerminal && _terminal.SentItToAll))
            {
                Send(number, byTerminal);
            }
        }
    }

    private void Send(int number, bool toAll) => _ = Linux.Kill(toAll && HasGroup ? -_pid : _pid, number);
}
