using System.Text.RegularExpressions;
using EzTemplates.Testing;

namespace EzTemplates.Cli.Tests;

/// <summary>What strace did to a run.</summary>
/// <param name="Injected">The line of the first call that it tampered with; null if the run met none.</param>
internal sealed record TamperedRun(ToolRun Run, string? Injected)
{
    /// <summary>Whether the call was about something below a folder.</summary>
    public bool IsBelow(string folder) => Injected?.Contains(folder + "/", StringComparison.Ordinal) == true
        || Injected?.Contains(folder + ">", StringComparison.Ordinal) == true;
}

/// <summary>Runs <c>ez</c> and tampers with its n-th system call of a name; strace counts the calls of each thread on its own.</summary>
internal static partial class Strace
{
    /// <summary>The calls by which a store, a recipe's lock or a view can change.</summary>
    public static readonly string[] Changing =
    [
        "openat", "write", "pwrite64", "linkat", "rename", "renameat", "renameat2", "mkdir", "mkdirat", "symlinkat", "mknodat", "unlink", "unlinkat", "rmdir",
        "fsync", "syncfs", "setxattr", "fsetxattr", "fchownat", "fchown", "fchmodat", "fchmod", "utimensat", "ftruncate", "mount", "umount2",
    ];

    public static void Require()
    {
        Requires.Tool("strace");
        var tried = ToolRun.Run("strace", "-f", "-e", "trace=getpid", "true");
        Assert.SkipUnless(tried.ExitCode == 0, $"needs the program strace, able to trace: {tried.Error.Trim()}");
    }

    /// <summary>
    /// The numbers, by the count of each thread, of those calls that are about something below the folders; a call that names nothing
    /// there (a pipe's write, a library's opening) is left out.
    /// </summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<int>> Positions(EzProgram ez, IReadOnlyList<string> command, string log, params IReadOnlyList<string> folders)
    {
        Start(ez, command, log, ["-e", "trace=" + string.Join(',', Changing)]).Succeed();
        var counts = new Dictionary<(string Pid, string Name), int>();
        var found = new SortedDictionary<string, SortedSet<int>>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(log))
        {
            if (Call().Match(line) is not { Success: true } call)
            {
                continue;
            }

            var key = (call.Groups["pid"].Value, call.Groups["name"].Value);
            var number = counts[key] = counts.GetValueOrDefault(key) + 1;
            var reads = key.Item2 == "openat" && !line.Contains("O_CREAT", StringComparison.Ordinal) && !line.Contains("O_TMPFILE", StringComparison.Ordinal);
            if (!reads && folders.Any(folder => line.Contains(folder + "/", StringComparison.Ordinal) || line.Contains(folder + ">", StringComparison.Ordinal)))
            {
                (found.TryGetValue(key.Item2, out var numbers) ? numbers : found[key.Item2] = []).Add(number);
            }
        }

        return found.ToDictionary(row => row.Key, row => (IReadOnlyList<int>)[.. row.Value], StringComparer.Ordinal);
    }

    /// <param name="what">As strace has it: <c>signal=KILL</c>, <c>error=ENOSPC</c>.</param>
    public static TamperedRun Tamper(EzProgram ez, IReadOnlyList<string> command, string log, (string Call, string What, string When) injection)
    {
        var (call, what, when) = injection;
        var run = Start(ez, command, log, ["-e", $"trace={call}", "-e", $"inject={call}:{what}:when={when}"]);

        // A call that the signal kills is not marked; it is the last that its thread was seen to make.
        var lines = File.ReadAllLines(log);
        var marked = lines.FirstOrDefault(line => line.Contains("(INJECTED", StringComparison.Ordinal));
        var killed = what.StartsWith("signal", StringComparison.Ordinal) && lines.Any(line => line.Contains("killed by SIGKILL", StringComparison.Ordinal));
        return new TamperedRun(run, marked ?? (killed ? lines.Last(line => Call().IsMatch(line)) : null));
    }

    private static ToolRun Start(EzProgram ez, IReadOnlyList<string> command, string log, IReadOnlyList<string> options)
    {
        // One processor: the same threads make the same calls, as far as that goes.
        var environment = new Dictionary<string, string?>(ez.Environment, StringComparer.Ordinal) { ["DOTNET_PROCESSOR_COUNT"] = "1" };
        return ToolRun.Run(new ToolCommand("strace", ["-f", "-y", "-q", "-s", "0", "-o", log, .. options, EzProgram.File, .. command]) { Environment = environment });
    }

    [GeneratedRegex(@"^(?<pid>\d+) +(?<name>\w+)\(", RegexOptions.CultureInvariant)]
    private static partial Regex Call();
}
