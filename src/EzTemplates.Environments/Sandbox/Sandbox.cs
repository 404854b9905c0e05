using System.Runtime.InteropServices;
using EzTemplates.Domain;
using EzTemplates.Environments.Native;
using EzTemplates.Store;

namespace EzTemplates.Environments;

/// <summary>One sandbox: namespaces around a view, from its making to its end. When `ez` ends, however, all in it is killed.</summary>
internal sealed class Sandbox : IDisposable
{
    private readonly SandboxThread _thread = new();
    private readonly SandboxCredentials _credentials;
    private readonly SandboxSpawn _spawn;
    private int _init;
    private int _lifeline = -1;

    private Sandbox()
    {
        _credentials = new SandboxCredentials(_thread);
        _spawn = new SandboxSpawn(_thread);
    }

    /// <param name="view">The mounted view.</param>
    /// <param name="stage">A folder of the host that nothing inside needs; it is covered in the sandbox's own namespace only.</param>
    /// <param name="lockMounts">Taken while the sandbox has copies of other environments' mounts.</param>
    public static Sandbox Make(ExecRequest request, string view, string stage, Func<FileLock> lockMounts)
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            throw new EzException(FailureKind.Environment, $"ez cannot run commands in environments on {RuntimeInformation.ProcessArchitecture} yet", "use the path that ez env path prints");
        }

        var sandbox = new Sandbox();
        try
        {
            using (lockMounts())
            {
                sandbox.Build(request, view, stage);
            }

            return sandbox;
        }
        catch
        {
            sandbox.Dispose();
            throw;
        }
    }

    /// <summary>Starts the command, hands signals on to it, and waits for its end.</summary>
    public int Run(ExecRequest request)
    {
        var account = InsideAccount.Resolve(request.User, _thread.TryReadFile("/etc/passwd") ?? "", _thread.TryReadFile("/etc/group") ?? "");
        var terminal = new SandboxTerminal(request.Streams);
        using var signals = new SignalForwarding(terminal);
        _thread.ChangeFolder(request.Folder);
        _credentials.Take(account, request.Privileges);
        var pid = _spawn.StartCommand(request.Command, Variables(request, account), request.Streams);
        signals.StartFor(pid);
        var status = signals.WaitForEnd(pid);
        terminal.TakeBack();
        return status;
    }

    /// <summary>Ends process 1, which ends all others, and gives the view back.</summary>
    public void Dispose()
    {
        if (_init > 0)
        {
            _ = Linux.Close(_lifeline);
            _ = WaitStatus.Of(_init);
        }

        _credentials.Regain();
        _thread.Dispose();
    }

    private void Build(ExecRequest request, string view, string stage)
    {
        var folders = new SandboxFolders(_thread);
        _thread.EnterNamespaces(request.Network, request.Environment.ToString());
        folders.Stage(stage, request);
        _thread.EnterView(view, stage);
        folders.FinishDevices();
        folders.MakeSys();
        _thread.MakePlace("/proc");
        _spawn.KeepDescriptorsOut();
        TerminalFilter.Install(_thread);
        (_init, _lifeline) = _spawn.StartInit();
        if (request.Privileges == SandboxPrivileges.Container)
        {
            folders.HideHost();
        }

        if (request.Network == SandboxNetwork.None)
        {
            folders.RaiseLoopback();
        }

        folders.Bind();
    }

    private static List<string> Variables(ExecRequest request, InsideAccount account)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            ["HOME"] = account.Home,
            ["USER"] = account.Name,
            ["LOGNAME"] = account.Name,
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

        return [.. variables.Select(variable => $"{variable.Key}={variable.Value}")];
    }
}
