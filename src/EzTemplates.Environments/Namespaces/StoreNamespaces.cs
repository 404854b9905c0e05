using System.Diagnostics;
using System.Globalization;
using EzTemplates.Domain;
using EzTemplates.Environments.Native;
using EzTemplates.Store;
using Microsoft.Win32.SafeHandles;

namespace EzTemplates.Environments;

/// <summary>
/// The user and mount namespace in which an ordinary user's store is used: in it he is root over the ids that the store has. They are
/// made by the command that finds none, and live for as long as a command is inside: no process holds them, so that none can be left
/// behind, and with the last command, however it ends, the kernel takes back all that was mounted. Whoever has the lock
/// <see cref="StoreLayout.NamespacesLock"/> is inside.
/// </summary>
public sealed class StoreNamespaces(StoreLayout layout, StoreIds ids, LockPatience patience)
{
    /// <summary>
    /// Whether a query must be asked inside: only there the mounts show that commands inside have made, and only there what a killed
    /// command left of other ids can be mended.
    /// </summary>
    public bool HaveNews => AreAlive
        || (Directory.Exists(layout.Environments) && Directory.EnumerateDirectories(layout.Environments).Any(folder => File.Exists(Path.Combine(folder, "unsettled"))));

    /// <summary>
    /// Turns this process into the same command inside the namespaces: it keeps its number, its terminal and who waits for it. Returns
    /// only by an exception.
    /// </summary>
    /// <exception cref="EzException">Environment: the machine does not allow it.</exception>
    public void Enter(IReadOnlyList<string> command) => Join(command, Execute);

    /// <summary>Runs the command inside, and waits for it.</summary>
    /// <returns>Its exit status.</returns>
    public int Run(IReadOnlyList<string> command)
    {
        var status = 0;
        Join(command, (program, arguments, variables) => status = Start(program, arguments, variables));
        return status;
    }

    private void Join(IReadOnlyList<string> command, Action<string, IReadOnlyList<string>, IReadOnlyList<string>> act)
    {
        var nsenter = UserNamespaces.RequireTool("nsenter");
        Directory.CreateDirectory(layout.Locks);

        // One at a time, until it is inside: of two that find no namespaces, the second finds the first's.
        using var entering = FileLock.Acquire(layout.EnteringLock, FileLockMode.Exclusive, "entering the namespaces of this store", patience);
        using var member = FileLock.Acquire(layout.NamespacesLock, FileLockMode.Shared, "the namespaces of this store", patience);
        using var pair = Members().FirstOrDefault() ?? NewNamespaces.Make(ids);
        var mark = new NamespaceMark(Keep(entering.Handle), Keep(member.Handle), Environment.UserName, layout.Root, Directory.GetCurrentDirectory());
        string[] arguments =
        [
            "nsenter", "--preserve-credentials", string.Create(CultureInfo.InvariantCulture, $"--user=/proc/self/fd/{Keep(pair.User)}"),
            string.Create(CultureInfo.InvariantCulture, $"--mount=/proc/self/fd/{Keep(pair.Mounts)}"), "--", .. command,
        ];
        act(nsenter, arguments, Variables(mark));
    }

    private bool AreAlive
    {
        get
        {
            using var pair = Members().FirstOrDefault();
            return pair is not null;
        }
    }

    /// <summary>The namespaces of each process that is inside; there is one pair, seen through several.</summary>
    private IEnumerable<NamespacePair> Members() => FileLock.HoldersOf(layout.NamespacesLock)
        .Where(holder => holder.ProcessId != Environment.ProcessId)
        .Select(holder => NamespacePair.TryOpenOf(holder.ProcessId, layout.Root))
        .OfType<NamespacePair>();

    /// <summary>The store's own place, since inside the default is root's.</summary>
    private List<string> Variables(NamespaceMark mark)
    {
        var variables = Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .ToDictionary(variable => (string)variable.Key, variable => (string?)variable.Value, StringComparer.Ordinal);
        variables[NamespaceMark.Variable] = mark.ToString();
        variables["EZ_STORE"] = layout.Root;
        return [.. variables.Select(variable => $"{variable.Key}={variable.Value}")];
    }

    private static int Keep(SafeFileHandle file)
    {
        var descriptor = (int)file.DangerousGetHandle();
        _ = Linux.CloseOnExec(descriptor, false);
        return descriptor;
    }

    private static int Start(string program, IReadOnlyList<string> arguments, IReadOnlyList<string> variables)
    {
        var start = new ProcessStartInfo(program, arguments.Skip(1));
        start.Environment.Clear();
        foreach (var variable in variables)
        {
            var equals = variable.IndexOf('=', StringComparison.Ordinal);
            start.Environment[variable[..equals]] = variable[(equals + 1)..];
        }

        using var process = Process.Start(start)!;
        process.WaitForExit();
        return process.ExitCode;
    }

    private static void Execute(string program, IReadOnlyList<string> arguments, IReadOnlyList<string> variables)
    {
        using var text = new NativeText();
        _ = Linux.Execute(text.Of(program), text.Of(arguments), text.Of(variables));
        var errno = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
        throw new EzException(FailureKind.Environment, $"cannot run `{program}`: {Linux.Message(errno)}");
    }
}
