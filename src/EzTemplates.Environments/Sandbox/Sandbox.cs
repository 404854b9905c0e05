using System.Collections.Immutable;
using System.Runtime.InteropServices;
using EzTemplates.Domain;
using EzTemplates.Environments.Native;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>One sandbox: namespaces around a view, from its making to its end. When `ez` ends, however, all in it is killed.</summary>
internal sealed class Sandbox : IDisposable
{
    private const int KillSignal = 9;

    private readonly SandboxThread _thread = new();
    private readonly SandboxCredentials _credentials;
    private readonly SandboxSpawn _spawn;
    private int _init;
    private int _lifeline = -1;

    private Sandbox(StoreIds ids)
    {
        Folders = new SandboxFolders(_thread, ids);
        _credentials = new SandboxCredentials(_thread, ids);
        _spawn = new SandboxSpawn(_thread);
    }

    /// <param name="ids">Those that there are here.</param>
    /// <param name="lockMounts">Taken while the sandbox has copies of other environments' mounts.</param>
    public static Sandbox Make(ExecRequest request, SandboxRoot root, StoreIds ids, Func<FileLock> lockMounts)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            throw new EzException(FailureKind.Environment, $"ez cannot run commands in environments on {RuntimeInformation.ProcessArchitecture} yet", "use the path that ez env path prints");
        }

        var sandbox = new Sandbox(ids);
        try
        {
            using (lockMounts())
            {
                sandbox.Build(request, root);
            }

            root.Prepare?.Invoke(sandbox);
            sandbox.Folders.Bind();
            return sandbox;
        }
        catch
        {
            sandbox.Dispose();
            throw;
        }
    }

    /// <summary>Starts the command, hands signals on to it, and waits for its end.</summary>
    /// <returns>Null where it was cancelled before the start.</returns>
    public int? Run(ExecRequest request, CancellationToken cancellation = default)
    {
        var account = InsideAccount.Resolve(request.User, _thread.TryReadFile("/etc/passwd") ?? "", _thread.TryReadFile("/etc/group") ?? "");
        var terminal = new SandboxTerminal(request.Streams);
        using var signals = new SignalForwarding(terminal);
        var (program, arguments) = request.Command.IsDefaultOrEmpty ? LoginShell(account) : (request.Command[0], request.Command);
        EnterFolder(request, account);
        _credentials.Take(account, request.Privileges);

        // From here on a signal is handed on to the command; one that came before ended the whole.
        if (cancellation.IsCancellationRequested)
        {
            return null;
        }

        var pid = _spawn.StartCommand(program, arguments, Variables(request, account), request.Streams, terminal.Session);
        signals.StartFor(pid);
        var status = signals.WaitForEnd(pid);
        terminal.TakeBack();
        return status;
    }

    /// <summary>
    /// Starts a command that no user waits at, and waits for its end, until the limit or a cancellation: then all that is in the sandbox is
    /// killed, and nothing can be started in it any more.
    /// </summary>
    /// <returns>As <see cref="Run"/>; null where it was killed.</returns>
    /// <param name="admit">Called with the command's process before that runs anything; null: nobody waits for it.</param>
    public int? RunBounded(ExecRequest request, TimeSpan limit, Action<int>? admit, CancellationToken cancellation)
    {
        var account = InsideAccount.Resolve(request.User, "", "");
        EnterFolder(request, account);
        _credentials.Take(account, request.Privileges);
        var pid = _spawn.StartCommand(request.Command[0], request.Command, Variables(request, account), request.Streams, SpawnSession.Own, admit);
        using var watch = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        watch.CancelAfter(limit);
        using (watch.Token.Register(() => Linux.Kill(_init, KillSignal)))
        {
            Linux.WaitWithoutReaping(pid);
        }

        var status = WaitStatus.Of(pid);
        return watch.IsCancellationRequested ? null : status;
    }

    /// <summary>Before the first command that is to be admitted.</summary>
    internal void KeepGate() => _spawn.KeepGate();

    /// <summary>What is done in the view between two commands.</summary>
    internal SandboxThread Thread => _thread;

    internal SandboxFolders Folders { get; }

    /// <summary>Ends process 1, which ends all others, and gives the view back.</summary>
    public void Dispose()
    {
        _thread.Native.DropQueue();
        if (_init > 0)
        {
            _ = Linux.Close(_lifeline);
            _ = WaitStatus.Of(_init);
        }

        _credentials.Regain();
        _thread.Dispose();
    }

    private void Build(ExecRequest request, SandboxRoot root)
    {
        _thread.EnterNamespaces(request.Network, request.Environment.ToString());
        root.Show(_thread);
        Folders.Stage(root.Stage, request);
        _thread.EnterView(root.View, root.Stage);
        Folders.FinishDevices();
        Folders.MakeSys();
        _thread.MakePlace("/proc");
        _spawn.KeepDescriptorsOut();
        TerminalFilter.Install(_thread);
        (_init, _lifeline) = _spawn.StartInit();
        Folders.ForgetProc();
        if (request.Privileges == SandboxPrivileges.Container)
        {
            Folders.HideHost();
        }

        if (request.Network == SandboxNetwork.None)
        {
            Folders.RaiseLoopback();
        }
    }

    /// <summary>Its name with a dash before it tells a shell that it is a login shell (login(1)).</summary>
    private static (string Program, ImmutableArray<string> Arguments) LoginShell(InsideAccount account) =>
        (account.Shell, ["-" + account.Shell[(account.Shell.LastIndexOf('/') + 1)..]]);

    /// <summary>A login shell starts at home, if that is there.</summary>
    private void EnterFolder(ExecRequest request, InsideAccount account)
    {
        if (request.Folder is not null || !request.Command.IsDefaultOrEmpty || !_thread.TryChangeFolder(account.Home))
        {
            _thread.ChangeFolder(request.Folder ?? "/");
        }
    }

    private static List<string> Variables(ExecRequest request, InsideAccount account)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["HOME"] = account.Home,
            ["USER"] = account.Name,
            ["LOGNAME"] = account.Name,
            ["SHELL"] = account.Shell,
            ["LANG"] = "C.UTF-8",
            ["HOSTNAME"] = request.Environment.ToString(),
            ["container"] = "ez",
        };
        if (System.Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } terminal)
        {
            variables["TERM"] = terminal;
        }

        foreach (var (name, value) in request.Variables)
        {
            variables[name] = value;
        }

        var texts = new List<string>(variables.Count);
        foreach (var (name, value) in variables)
        {
            texts.Add($"{name}={value}");
        }

        return texts;
    }
}
