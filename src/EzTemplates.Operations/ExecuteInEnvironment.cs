using EzTemplates.Domain;
using EzTemplates.Environments;

namespace EzTemplates.Operations;

/// <summary>A command to run, as a person gives it.</summary>
/// <param name="Command">Empty: the login shell of the user.</param>
public sealed record ExecuteRequest(string Environment, IReadOnlyList<string> Command)
{
    /// <summary><c>NAME|UID[:GROUP|GID]</c>; null: root.</summary>
    public string? User { get; init; }

    public string? WorkingDirectory { get; init; }

    /// <summary><c>NAME=VALUE</c> each.</summary>
    public IReadOnlyList<string> Variables { get; init; } = [];

    /// <summary><c>SRC:DST[:ro]</c> each.</summary>
    public IReadOnlyList<string> Binds { get; init; } = [];

    /// <summary>Else only loopback.</summary>
    public bool HasHostNetwork { get; init; } = true;

    /// <summary>Keeps every capability.</summary>
    public bool IsPrivileged { get; init; }
}

/// <param name="Status">The command's exit status; 128 + N where signal N ended it.</param>
/// <param name="NotStarted">Why the command did not start; the status is then 126 (not executable) or 127 (not found), as a shell's.</param>
public sealed record ExecuteOutcome(int Status, EzException? NotStarted = null);

/// <summary><c>ez env exec</c> and <c>ez env shell</c>.</summary>
public static class ExecuteInEnvironment
{
    /// <param name="cancel">Heeded until the command's start, where a signal does not end all of this anyway.</param>
    public static ExecuteOutcome Run(Workspace workspace, ExecuteRequest request, CancellationToken cancel = default) =>
        Outcome(() => new SandboxExec(workspace.Environments).Run(Parse(request, EnvironmentName.Parse(request.Environment)), cancel));

    internal static ExecuteOutcome Outcome(Func<int> run)
    {
        try
        {
            return new ExecuteOutcome(run());
        }
        catch (CommandNotStartedException notStarted)
        {
            return new ExecuteOutcome(notStarted.ExitCode, notStarted);
        }
    }

    internal static ExecRequest Parse(ExecuteRequest request, EnvironmentName name) => new()
    {
        Environment = name,
        Command = [.. request.Command],
        User = request.User,
        Folder = request.WorkingDirectory,
        Variables = [.. request.Variables.Select(ParseVariable)],
        Binds = [.. request.Binds.Select(BindMount.Parse)],
        Network = request.HasHostNetwork ? SandboxNetwork.Host : SandboxNetwork.None,
        Privileges = request.IsPrivileged ? SandboxPrivileges.All : SandboxPrivileges.Container,
    };

    private static KeyValuePair<string, string> ParseVariable(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        return equals > 0
            ? KeyValuePair.Create(text[..equals], text[(equals + 1)..])
            : throw new EzException(FailureKind.Usage, $"`--env {text}` is not NAME=VALUE", "--env LANG=C.UTF-8");
    }
}
