using System.Collections;
using System.Collections.Immutable;
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
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // What is killed ends within milliseconds, unless it waits for a disk.
    private static readonly TimeSpan PatienceWithTheLast = TimeSpan.FromSeconds(5);

    // Commands that name one store by several paths, through links, are to meet.
    private readonly string _store = Linux.RealPath(layout.Root) ?? layout.Root;

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
    public void Enter(IReadOnlyList<string> command) => Join(command, (entry, _) => Execute(entry));

    /// <summary>Runs the command inside, and waits for it.</summary>
    /// <returns>Its exit status.</returns>
    public int Run(IReadOnlyList<string> command)
    {
        var status = 0;
        Join(command, (entry, started) => status = Start(entry, started));
        return status;
    }

    /// <param name="act">What it is told to call closes this process's descriptors of what the other one has.</param>
    private void Join(IReadOnlyList<string> command, Action<NamespaceEntry, Action> act)
    {
        var nsenter = UserNamespaces.RequireTool("nsenter");
        var folder = WorkingFolder();
        Directory.CreateDirectory(layout.Locks);

        // One at a time, until it is inside: of two that find no namespaces, the second finds the first's.
        using var entering = FileLock.Acquire(layout.EnteringLock, FileLockMode.Exclusive, "entering the namespaces of this store", patience);
        using var pair = FindOrMake();
        using var member = FileLock.Acquire(layout.NamespacesLock, FileLockMode.Shared, "the namespaces of this store", patience);
        SafeFileHandle[] kept = [entering.Handle, member.Handle, pair.User, pair.Mounts];
        var mark = new NamespaceMark([.. kept.Select(Keep)], Environment.UserName, _store, folder);
        string[] arguments =
        [
            "nsenter", "--preserve-credentials", string.Create(CultureInfo.InvariantCulture, $"--user=/proc/self/fd/{mark.Descriptors[2]}"),
            string.Create(CultureInfo.InvariantCulture, $"--mount=/proc/self/fd/{mark.Descriptors[3]}"), "--", .. command,
        ];

        // Closed, not unlocked: the other process has the locks by the same open files.
        act(new NamespaceEntry(nsenter, arguments, Variables(mark)), () => Array.ForEach(kept, file => file.Dispose()));
    }

    private bool AreAlive
    {
        get
        {
            using var pair = Members().FirstOrDefault();
            return pair is not null;
        }
    }

    /// <summary>
    /// New ones only where nobody can be in others: one member that is not seen, in another pid namespace perhaps, or a process that a
    /// killed command left, and two overlays would write to one private area.
    /// </summary>
    private NamespacePair FindOrMake()
    {
        var last = new LastNamespaces(layout);
        for (var since = Stopwatch.StartNew(); ; patience.Cancellation.WaitHandle.WaitOne(Pause))
        {
            patience.Cancellation.ThrowIfCancellationRequested();
            if (Members().FirstOrDefault() is { } found)
            {
                return found;
            }

            using var alone = FileLock.TryAcquire(layout.NamespacesLock, FileLockMode.Exclusive);
            var left = last.Processes(_store);
            if (alone is not null && left.IsEmpty)
            {
                var made = NewNamespaces.Make(ids);
                last.Write(made);
                return made;
            }

            if (since.Elapsed > PatienceWithTheLast)
            {
                throw Occupied(alone is null, left);
            }
        }
    }

    /// <param name="isLocked">Whether somebody has the members' lock, who is no member that can be told to be one.</param>
    private EzException Occupied(bool isLocked, ImmutableArray<int> left)
    {
        var processes = left.IsEmpty ? "" : $": process {string.Join(", ", left.Select(ViewUsers.Describe))}";
        return isLocked
            ? new EzException(
                FailureKind.Environment,
                $"the store `{layout.Root}` is in use by a command that cannot be joined from here{processes}",
                "wait until it has ended, or run this in its container, with the store's path as it has it")
            : new EzException(
                FailureKind.Environment,
                $"the store `{layout.Root}` is still in use by what a command that was killed has left{processes}",
                $"kill {string.Join(' ', left)}; if they have nothing to do with ez: rm {layout.LastNamespaces}");
    }

    /// <summary>The namespaces of each process that is inside; there is one pair, seen through several.</summary>
    private IEnumerable<NamespacePair> Members() => FileLock.HoldersOf(layout.NamespacesLock)
        .Where(holder => holder.ProcessId != Environment.ProcessId)
        .Select(holder => NamespacePair.TryOpenOf(holder.ProcessId, _store))
        .OfType<NamespacePair>();

    private static string WorkingFolder()
    {
        try
        {
            return Directory.GetCurrentDirectory();
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            throw new EzException(FailureKind.Environment, "cannot tell the working directory: it was removed", "cd to a directory that is there");
        }
    }

    /// <summary>The store's own place, since inside the default is root's.</summary>
    private List<string> Variables(NamespaceMark mark)
    {
        var variables = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
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

    private static int Start(NamespaceEntry entry, Action started)
    {
        var start = new ProcessStartInfo(entry.Program, entry.Arguments.Skip(1));
        start.Environment.Clear();
        foreach (var variable in entry.Variables)
        {
            var equals = variable.IndexOf('=', StringComparison.Ordinal);
            start.Environment[variable[..equals]] = variable[(equals + 1)..];
        }

        using var process = Process.Start(start)!;
        started();
        process.WaitForExit();
        return process.ExitCode;
    }

    private static void Execute(NamespaceEntry entry)
    {
        using var text = new NativeText();
        RuntimeSockets.Remove();
        _ = Linux.Execute(text.Of(entry.Program), text.Of(entry.Arguments), text.Of(entry.Variables));
        var errno = System.Runtime.InteropServices.Marshal.GetLastPInvokeError();
        throw new EzException(FailureKind.Environment, $"cannot run `{entry.Program}`: {Linux.Message(errno)}");
    }

    /// <summary>The program that enters, and becomes the command.</summary>
    private sealed record NamespaceEntry(string Program, IReadOnlyList<string> Arguments, IReadOnlyList<string> Variables);
}
