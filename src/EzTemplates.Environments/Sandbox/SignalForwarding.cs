using System.Runtime.InteropServices;
using EzTemplates.Environments.Native;

namespace EzTemplates.Environments;

/// <summary>
/// Hands on to the command what is sent to `ez`. The command is in `ez`'s process group, so what a terminal sends (interrupt, quit,
/// stop, a new size) reaches both: that is not handed on a second time, and stopping and going on need nothing from us.
/// </summary>
internal sealed class SignalForwarding : IDisposable
{
    private const int User1 = 10;
    private const int User2 = 12;

    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly Lock _alive = new();
    private readonly SandboxTerminal _terminal;
    private readonly List<int> _early = [];
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
    }

    /// <summary>Hands on what came meanwhile, too.</summary>
    public void StartFor(int pid)
    {
        lock (_alive)
        {
            _pid = pid;
            _early.ForEach(signal => _ = Linux.Kill(pid, signal));
        }
    }

    /// <summary>After this the pid may be another's.</summary>
    public int WaitForEnd(int pid)
    {
        // Waits without reaping, so that the pid stays the command's until nobody will signal it any more.
        Linux.WaitWithoutReaping(pid);
        lock (_alive)
        {
            _pid = 0;
        }

        return WaitStatus.Of(pid);
    }

    public void Dispose() => _registrations.ForEach(registration => registration.Dispose());

    private void Register(PosixSignal signal, int number, bool byTerminal) =>
        _registrations.Add(PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            lock (_alive)
            {
                if (_pid == 0)
                {
                    _early.Add(number);
                }
                else if (!(byTerminal && _terminal.SentItToAll))
                {
                    _ = Linux.Kill(_pid, number);
                }
            }
        }));
}
